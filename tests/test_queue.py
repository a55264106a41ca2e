"""The queue: suggestions accepted in whole or in part, refused, answered, opened again, and only by those who may."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from actors.models import Actor
from observatory.accounts.enums import Role
from observatory.accounts.perms import Action
from observatory.editing import suggestions, suggestions_forms
from observatory.editing.models import Revision, Suggestion
from observatory.editing.registry import kind_by_key

from .factories import ActorFactory, CommuneFactory
from .permissions import PermissionCase
from .suggesting import ADD, filled, left, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fast(monkeypatch):
    monkeypatch.setattr(suggestions_forms, "QUICKEST", 0)


@pytest.fixture
def lille():
    return CommuneFactory(official_code="59350", name="Lille", postal_codes=["59000"])


@pytest.fixture
def actor(lille):
    return ActorFactory(name="Le Relais", territory=lille, telephone="03 20 00 00 00", activities=["tri", "friperie"])


@pytest.fixture
def moderator(actor):
    return person(Role.CRESS_MODERATOR, actor.region)


def page(suggestion) -> str:
    return reverse("editing:suggestion", args=[suggestion.pk])


def decide(client, suggestion, fields=(), action="ticked", **data):
    """Read the page, then send its form with these boxes ticked."""
    held = re.search(r'name="seen" value="(\d+)"', client.get(page(suggestion)).text)
    seen = {"seen": held[1]} if held else {}
    return client.post(page(suggestion), {"field": list(fields), "action": action, **seen, **data})


def test_a_moderator_accepts_in_part_and_the_author_is_told(
    client, actor, moderator, django_capture_on_commit_callbacks
):
    suggestion = left(client, actor, telephone="03 20 11 11 11", name="Relais", reply_to="a@exemple.fr")
    client.force_login(moderator)
    assert "Le Relais" in client.get(reverse("editing:queue")).text
    with django_capture_on_commit_callbacks(execute=True):
        assert decide(client, suggestion, ["telephone"], reply="Merci bien.").status_code == 302
    actor.refresh_from_db()
    suggestion.refresh_from_db()
    assert (actor.telephone, actor.name) == ("03 20 11 11 11", "Le Relais")
    assert (suggestion.decision, suggestion.accepted, suggestion.decided_by) == ("partly", ["telephone"], moderator)
    revision = Revision.objects.get()
    assert (revision.through, revision.batch) == ("suggestion", f"suggestion:{suggestion.pk}")
    (letter,) = mail.outbox
    assert letter.to == ["a@exemple.fr"]
    for words in ("acceptée en partie", "Retenu : Téléphone", "Laissé de côté : Nom", "Merci bien.", actor.public_id):
        assert words in letter.body
    assert "a@exemple.fr" not in client.get(page(suggestion)).text


def test_what_changed_since_is_shown_and_nothing_is_written_blindly(client, actor, moderator):
    suggestion = left(client, actor, telephone="03 20 11 11 11")
    client.force_login(moderator)
    seen = client.get(page(suggestion)).context["record"].change
    kind_by_key("actor").write(actor, {"telephone": "03 20 22 22 22"})
    response = client.post(page(suggestion), {"field": "telephone", "seen": seen, "action": "ticked"})
    assert response.status_code == 409
    for words in ("03 20 00 00 00", "03 20 22 22 22", "03 20 11 11 11", "a changé depuis"):
        assert words in response.text
    actor.refresh_from_db()
    assert actor.telephone == "03 20 22 22 22"


def test_the_second_of_two_moderators_sees_what_was_decided(client, actor, moderator):
    suggestion = left(client, actor, telephone="03 20 11 11 11")
    suggestions.refuse(suggestion, person(Role.CRESS_EDITOR, actor.region), reason="Faux numéro")
    client.force_login(moderator)
    response = client.post(page(suggestion), {"field": "telephone", "action": "all"}, follow=True)
    assert "déjà été traitée par Personne : refusée" in response.text and "Faux numéro" in response.text
    actor.refresh_from_db()
    assert actor.telephone == "03 20 00 00 00"


def test_a_refusal_needs_a_reason(client, actor, moderator, django_capture_on_commit_callbacks):
    suggestion = left(client, actor, telephone="03 20 11 11 11", reply_to="a@exemple.fr")
    client.force_login(moderator)
    address = reverse("editing:suggestion-refuse", args=[suggestion.pk])
    assert "Un refus se motive" in client.post(address, {"reason": " ", "reply": "Gardé"}).text
    with django_capture_on_commit_callbacks(execute=True):
        client.post(address, {"reason": "Le numéro ne répond pas."})
    suggestion.refresh_from_db()
    assert (suggestion.decision, suggestion.reason) == ("refused", "Le numéro ne répond pas.")
    assert "Le numéro ne répond pas." in mail.outbox[0].body


def test_a_mail_that_cannot_leave_does_not_undo_the_decision(
    client, actor, moderator, settings, monkeypatch, django_capture_on_commit_callbacks
):
    def fail(*args, **kwargs):
        raise ConnectionRefusedError

    monkeypatch.setattr(suggestions, "send_mail", fail)
    suggestion = left(client, actor, telephone="03 20 11 11 11", reply_to="a@exemple.fr")
    client.force_login(moderator)
    with django_capture_on_commit_callbacks(execute=True):
        assert decide(client, suggestion, action="all").status_code == 302
    suggestion.refresh_from_db()
    assert suggestion.decision == "accepted"


def test_a_new_actor_is_created_reopened_and_created_again(client, actor, lille):
    client.post(ADD, filled(client, ADD, name="L’Atelier du lin", place="Lille", family="association"))
    suggestion = Suggestion.objects.get()
    client.force_login(person(Role.CRESS_EDITOR, lille.region))
    decide(client, suggestion, action="all")
    assert "est maintenant publiée" in client.get(reverse("editing:suggestion", args=[suggestion.pk])).text
    made = Actor.objects.published().get(name="L’Atelier du lin")
    assert (made.commune, made.is_ess) == (lille, True)
    address = reverse("editing:suggestion-reopen", args=[suggestion.pk])
    assert "archivée" in client.get(address).text
    client.post(address)
    assert not Actor.objects.published().filter(pk=made.pk).exists()
    decide(client, suggestion, action="all")
    assert Actor.objects.published().filter(name="L’Atelier du lin").get() == made


def test_reopening_undoes_what_still_stands(client, actor, moderator):
    suggestion = left(client, actor, telephone="03 20 11 11 11", name="Relais du Nord")
    client.force_login(moderator)
    decide(client, suggestion, action="all")
    actor.refresh_from_db()
    kind_by_key("actor").write(actor, {"name": "Autre nom encore"})
    client.post(reverse("editing:suggestion-reopen", args=[suggestion.pk]))
    actor.refresh_from_db()
    suggestion.refresh_from_db()
    assert (actor.name, actor.telephone, suggestion.decision) == ("Autre nom encore", "03 20 00 00 00", "waiting")


def test_a_look_alike_turns_a_proposal_into_a_correction(client, actor, moderator):
    client.post(ADD, filled(client, ADD, name="Relais, le", place="Lille", telephone="03 20 11 11 11"))
    suggestion = Suggestion.objects.get()
    client.force_login(moderator)
    assert "C’est celle-ci" in client.get(page(suggestion)).text
    client.post(reverse("editing:suggestion-identify", args=[suggestion.pk]), {"record": actor.public_id})
    suggestion.refresh_from_db()
    assert not suggestion.is_new and suggestion.values == {"name": "Relais, le", "telephone": "03 20 11 11 11"}
    assert suggestion.base == {"name": "Le Relais", "telephone": "03 20 00 00 00"}


def test_what_became_wrong_since_writes_nothing(client, actor, moderator):
    client.post(ADD, filled(client, ADD, name="Tout autre", place="Lille", siret="73282932000074"))
    suggestion = Suggestion.objects.get()
    ActorFactory(name="Arrivé entre-temps", siret="73282932000074", siren="732829320")
    client.force_login(moderator)
    response = decide(client, suggestion, action="all")
    assert response.status_code == 400 and "Rien n’a été écrit" in response.text
    suggestion.refresh_from_db()
    assert suggestion.decision == "waiting" and not Actor.objects.filter(name="Tout autre").exists()


def test_nothing_ticked_is_not_an_acceptance(client, actor, moderator):
    suggestion = left(client, actor, telephone="03 20 11 11 11")
    client.force_login(moderator)
    assert "Cochez au moins un champ" in decide(client, suggestion).text


def test_the_queue_is_filtered_and_the_oldest_comes_first(client, actor, moderator):
    first = left(client, actor, message="Premier signalement")
    second = left(client, actor, telephone="03 20 11 11 11")
    client.post(ADD, filled(client, ADD, name="Étoile filante", place="Lille"))
    client.force_login(moderator)
    address = reverse("editing:queue")
    rows = client.get(address).context["page"].object_list
    assert [row.pk for row in rows][:2] == [first.pk, second.pk]
    for query, count in {
        "q=signalement": 1,
        "q=filante": 1,
        "q=relais": 2,
        "what=new": 1,
        "what=correction": 2,
        f"territory={actor.region.code}": 3,
        f"territory={CommuneFactory().code}": 0,
        "state=decided": 0,
    }.items():
        assert client.get(f"{address}?{query}").context["page"].paginator.count == count, query


def test_a_suggestion_of_nowhere_is_for_administrators(client, actor, moderator):
    suggestion = suggestions.propose(kind_by_key("actor"), None, {"name": "Sans lieu"})
    client.force_login(moderator)
    assert "Sans lieu" not in client.get(reverse("editing:queue")).text
    assert client.get(page(suggestion)).status_code == 403
    client.force_login(person(Role.ADMINISTRATOR))
    assert "Sans lieu" in client.get(reverse("editing:queue")).text
    assert client.get(page(suggestion)).status_code == 200


def test_its_author_reads_a_suggestion_and_others_do_not(client, actor):
    right = {"record_kind": "actor", "record_id": actor.public_id}
    author = person(Role.CONTRIBUTOR, actor.commune, **right)
    suggestion = suggestions.propose(kind_by_key("actor"), actor, {"telephone": "03 20 11 11 11"}, user=author)
    client.force_login(author)
    response = client.get(page(suggestion))
    assert response.status_code == 200 and "Accepter" not in response.text
    assert client.post(page(suggestion), {"action": "all"}).status_code == 403
    client.force_login(person(Role.CRESS_EDITOR, CommuneFactory().region))
    assert client.get(page(suggestion)).status_code == 403
    for name in ("suggestion-refuse", "suggestion-reopen", "suggestion-identify"):
        assert client.post(reverse(f"editing:{name}", args=[suggestion.pk]), {"reason": "Non"}).status_code == 403
    suggestion.refresh_from_db()
    assert suggestion.decision == "waiting"


def test_tags_are_text(client, actor):
    suggestion = left(client, actor, name="<script>alert(1)</script>")
    client.force_login(person(territory=actor.region))
    response = client.get(reverse("editing:suggestion", args=[suggestion.pk]))
    assert "<script>alert(1)" not in response.text and "&lt;script&gt;alert(1)" in response.text


# Proposals of those who speak for a record ---------------------------------------------------------------------


def own_form(client, actor) -> tuple[str, dict]:
    """The address of the form and what a browser would send back of it."""
    address = reverse("editing:propose", args=["acteurs", actor.public_id])
    context = client.get(address).context
    sent = {name: value for name, value in context["form"].initial.items() if isinstance(value, str)}
    sent |= {"start": context["start"], "token": context["token"]}
    return address, sent | {"place": actor.territory.label, "activities": "\n".join(actor.activities)}


def test_a_contributor_proposes_with_the_form_of_the_cress(client, actor):
    author = person(Role.CONTRIBUTOR, actor.commune, record_kind="actor", record_id=actor.public_id)
    client.force_login(author)
    address, sent = own_form(client, actor)
    assert address in client.get("/bureau/").text
    kind_by_key("actor").write(actor, {"name": "Renommé entre-temps"})
    changed = sent | {"telephone": "03 20 77 77 77", "message": "Nouveau numéro."}
    response = client.post(address, changed, follow=True)
    assert "la CRESS décide" in response.text
    suggestion = Suggestion.objects.get()
    assert suggestion.values["telephone"] == "03 20 77 77 77" and "name" not in suggestion.values
    assert (suggestion.user, suggestion.message) == (author, "Nouveau numéro.")
    client.post(address, changed)
    assert Suggestion.objects.count() == 1
    actor.refresh_from_db()
    assert actor.telephone == "03 20 00 00 00"
    response = client.post(address, sent | {"siret": "123", "message": "À garder", "token": ""})
    assert response.status_code == 422 and "À garder" in response.text
    other = ActorFactory(name="Une autre", territory=actor.territory)
    assert client.get(reverse("editing:propose", args=["acteurs", other.public_id])).status_code == 403


# Rights -------------------------------------------------------------------------------------------------------


class QueueCase(PermissionCase):
    """Deciding asks for the right to decide where the record lies."""

    action = Action.DECIDE

    def record(self, world):
        """A suggestion that waits; its public id is the record's, so that those who speak for it are tried too."""
        return suggestions.propose(kind_by_key("actor"), world.actor, {"telephone": "03 20 99 99 99"})

    def url(self, record):
        return reverse(self.url_name, args=[record.pk])

    def decision(self, record) -> str:
        record.refresh_from_db()
        return record.decision


class TestAccept(QueueCase):
    url_name = "editing:suggestion"

    def data(self, record):
        return {"action": "all"}

    def done(self, record):
        assert self.decision(record) == "accepted"


class TestRefuse(QueueCase):
    url_name = "editing:suggestion-refuse"

    def data(self, record):
        return {"reason": "Le numéro ne répond pas."}

    def done(self, record):
        assert self.decision(record) == "refused"


class TestReopen(QueueCase):
    url_name = "editing:suggestion-reopen"

    def record(self, world):
        return suggestions.refuse(super().record(world), person(Role.ADMINISTRATOR), reason="Non")

    def done(self, record):
        assert self.decision(record) == "waiting"


class TestIdentify(QueueCase):
    url_name = "editing:suggestion-identify"
    has_form = False

    def record(self, world):
        values = {"name": "Garage de Lille", "territory": world.commune.code}
        return suggestions.propose(kind_by_key("actor"), None, values)

    def data(self, record):
        return {"record": Actor.objects.get(name="Garage solidaire de Lille").public_id}

    def done(self, record):
        record.refresh_from_db()
        assert not record.is_new and record.public_id == self.data(record)["record"]


class TestPropose(PermissionCase):
    url_name = "editing:propose"
    action = Action.PROPOSE

    def url(self, record):
        return reverse(self.url_name, args=["acteurs", record.public_id])

    def data(self, record):
        return {"name": record.name, "place": record.territory.label, "message": "Tout est à revoir."}

    def done(self, record):
        assert Suggestion.objects.get().public_id == record.public_id
