"""Who reads, writes and advises on a checklist; what does not exist says so."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from observatory.accounts.enums import Role
from observatory.accounts.perms import Action
from observatory.editing.models import Draft
from observatory.editing.services import Author
from policies.checklists import services
from policies.checklists.models import Advice, Answer, Checklist, Dismissal, Evidence

from .checklists import a_kit, a_region_elsewhere, an_agent, answer, form_of, opened, url
from .factories import CollectivityFactory
from .permissions import PermissionCase, nothing_written, person

WORK = url("work")


@pytest.fixture
def kit(world):
    return a_kit(world)


@pytest.fixture
def checklist(world, kit):
    return opened(world, kit)


@pytest.fixture
def agent(world, client, checklist):
    user = an_agent(world)
    client.force_login(user)
    return user


def lever_url(lever, name="answer"):
    return url(name, lever.public_id)


def test_who_reads_who_advises_and_who_is_refused(client, world, kit, checklist):
    lever = kit.levers[0]
    services.answer(checklist, lever, {"status": "done", "note": "Note interne."}, Author())
    for user, status in [
        (person(Role.CRESS_MODERATOR, territory=world.region), 200),
        (person(Role.CRESS_EDITOR, territory=world.departement), 200),
        (person(Role.CRESS_EDITOR, territory=world.park), 200),
        (person(Role.CRESS_EDITOR, territory=a_region_elsewhere()), 403),
        (person(Role.POLE_STAFF, territory=world.region, record=world.pole), 403),
        (person(Role.PARTNER, territory=world.region), 403),
        (an_agent(world, CollectivityFactory()), 403),
        (person(), 403),
    ]:
        client.force_login(user)
        response = client.get(WORK)
        assert response.status_code == status, user.grants.first()
        assert ("Note interne." in response.text) is (status == 200)
    cress = person(Role.CRESS_EDITOR, territory=world.region)
    client.force_login(cress)
    assert client.get(lever_url(lever)).status_code == 403
    assert client.get(reverse("editing:edit", args=["reponses", answer(checklist, lever).public_id])).status_code == 403
    assert client.get(reverse("editing:edit", args=["grilles", checklist.public_id])).status_code == 403
    address = lever_url(lever, "advice")
    client.post(address, form_of(client, address) | {"text": "Appelez-nous."})
    client.force_login(an_agent(world))
    assert "Appelez-nous." in client.get(WORK).text
    assert client.get(address).status_code == 403
    assert client.get(reverse("editing:edit", args=["conseils", Advice.objects.get().public_id])).status_code == 403


def test_what_does_not_exist_says_so(client, world, kit, agent, checklist):
    for address, sentence in [
        (url("work", kit="inconnu"), "Ce kit n’existe pas"),
        (url("work", body="commune-99999"), "Aucune collectivité"),
        (url("work", body="region-32"), "ne s’adresse pas à cette collectivité"),
        (lever_url(kit.levers[0]).replace(kit.levers[0].public_id, "0000000000"), "Ce levier n’existe pas"),
    ]:
        response = client.get(address)
        assert (address, response.status_code) == (address, 404)
        assert sentence in response.text
    assert client.get(lever_url(kit.levers[0], "proposal")).url == WORK


def test_the_doors_refuse_what_a_form_would_not_send(world, kit, checklist):
    with pytest.raises(ValidationError):
        services.answer(checklist, kit.levers[0], {"status": "dismissed"}, Author())
    assert Answer.objects.filter(status="dismissed").count() == 0


class ChecklistCase(PermissionCase):
    """A writing view of the checklist of the world's body."""

    action = Action.FILL
    elsewhere_get = elsewhere_post = (403,)

    def record(self, world):
        self.kit = a_kit(world)
        return opened(world, self.kit)

    def url(self, record):
        return reverse(self.url_name, args=["commune-59350", "a-grille"])


class TestOpen(ChecklistCase):
    url_name = "checklists:open"
    has_form = False


class TestPublish(ChecklistCase):
    url_name = "checklists:publish"

    def data(self, record):
        return {"publier": "oui"}

    def done(self, record):
        assert Checklist.objects.get().is_published


class LeverCase(ChecklistCase):
    def url(self, record):
        return reverse(self.url_name, args=["commune-59350", "a-grille", self.kit.levers[0].public_id])


class TestAnswer(LeverCase):
    url_name = "checklists:answer"

    def data(self, record):
        return {"status": "done", "note": "Écrit."}

    def done(self, record):
        assert answer(record, self.kit.levers[0]).note == "Écrit."


class TestDraft(LeverCase):
    url_name = "checklists:draft"
    has_form = False

    def data(self, record):
        return {"note": "Commencé."}

    def done(self, record):
        assert Draft.objects.filter(kind="answer").exists()


class TestEvidence(LeverCase):
    url_name = "checklists:evidence"

    def data(self, record):
        return {"url": "https://lille.invalid/d12", "label": "Délibération"}

    def done(self, record):
        assert Evidence.objects.get().label == "Délibération"


class TestRemoveEvidence(LeverCase):
    url_name = "checklists:evidence-remove"
    has_form = False

    def record(self, world):
        record = super().record(world)
        row = ["url", "", "https://lille.invalid/d12", "Délibération"]
        services.add_evidence(record, self.kit.levers[0], row, Author())
        return record

    def data(self, record):
        return {"nature": "url", "fiche": "", "url": "https://lille.invalid/d12"}

    def done(self, record):
        assert not Evidence.objects.exists()


class TestProposal(LeverCase):
    url_name = "checklists:proposal"
    has_form = False

    def record(self, world):
        self.scheme = world.scheme
        return super().record(world)

    def data(self, record):
        return {"proposition": f"dispositif:scheme:{self.scheme.public_id}", "reponse": "oui"}

    def done(self, record):
        assert Evidence.objects.get().kind == "scheme"


class TestTakeBack(TestProposal):
    url_name = "checklists:proposal-back"

    def record(self, world):
        record = super().record(world)
        lever = self.kit.levers[0]
        self.dismissal = Dismissal.objects.create(checklist=record, lever=lever, rule="x", kind="x", record_id="x")
        return record

    def url(self, record):
        return url("proposal-back", self.dismissal.pk)

    def done(self, record):
        assert not Dismissal.objects.exists()


class TestAdvice(LeverCase):
    """The record is the body itself: the right to help is read against where it lies."""

    url_name = "checklists:advice"
    action = Action.HELP

    def record(self, world):
        super().record(world)
        return world.body

    def data(self, record):
        return {"text": "Un conseil."}

    def done(self, record):
        assert Advice.objects.get().text == "Un conseil."


def test_nothing_is_written_by_a_refusal(client, world, kit, checklist):
    client.force_login(an_agent(world, CollectivityFactory()))
    with nothing_written():
        assert client.post(lever_url(kit.levers[0]), {"status": "done"}).status_code == 403
