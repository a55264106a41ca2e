"""First levers from three questions, and a checklist without an account until one takes it over."""

from datetime import timedelta

import pytest
from django.utils import timezone

from observatory.accounts.enums import Role
from observatory.accounts.perms import Action
from observatory.editing.services import Author
from policies.checklists import guests, services, start
from policies.checklists.models import GuestChecklist

from .checklists import a_kit, an_agent, answer, opened, url
from .permissions import PermissionCase, person

WORK, PUBLIC = url("work"), url("public")


@pytest.fixture
def kit(world):
    return a_kit(world)


@pytest.fixture
def checklist(world, kit):
    """Answered in part: a public note, a private one, a piece."""
    made = opened(world, kit)
    a, b, *_ = kit.levers
    public = {"status": "done", "note": "Note publique.", "is_note_public": True, "service": "Service économie"}
    services.answer(made, a, public | {"due": "2031-01-01"}, Author())
    services.answer(made, b, {"status": "dismissed", "reason": "Motif interne.", "note": "Note interne."}, Author())
    services.add_evidence(made, a, ["scheme", world.scheme.public_id, "", world.scheme.name], Author())
    return made


@pytest.fixture
def agent(world, client, checklist):
    user = an_agent(world)
    client.force_login(user)
    return user


def test_three_questions_give_the_same_first_levers_with_their_reasons(client, world, kit):
    query = f"/grille/?body=commune-59350&theme={world.theme.key}&exists=aides"
    page = client.get(query)
    firsts = [(first.lever.key, first.score) for first in page.context["found"]]
    assert firsts == [(first.lever.key, first.score) for first in client.get(query).context["found"]]
    assert [key for key, _ in firsts] == ["part", "aide", "vieux", "appel"]
    for words in (
        "Il touche une thématique qui compte pour vous",
        "Vous le faites peut-être déjà",
        "Il prolonge ce que vous avez",
    ):
        assert words in page.text
    assert client.get("/grille/?level=commune").status_code == 200
    assert client.get("/grille/?body_text=Lille").context["body"] == world.body
    for query, sentence in (("theme=", "Choisissez votre collectivité"), ("body=commune-99999", "n’est pas connu")):
        response = client.get(f"/grille/?{query}")
        assert response.status_code == 400
        assert sentence in response.text
    assert all(item.instruments for item in start.EXISTING)


def guest_of(client, kit, **data):
    response = client.post("/grille/sans-compte/", {"level": "commune", "kit": "a-grille"} | data)
    return response.url


def save_guest(client, address, key, **typed):
    part = next(part for part in client.get(address).context["parts"] if part[0].key == key)
    return client.post(address, {"fiche": key, "start": part[2]} | typed)


def test_a_guest_fills_prints_and_comes_back_by_a_private_link(client, kit):
    a, b, *_ = (lever.public_id for lever in kit.levers)
    address = guest_of(client, kit, lever=[a])
    token = address.split("/")[-2]
    assert token not in str(GuestChecklist.objects.values())
    assert GuestChecklist.objects.get().answers == {a: {"status": "to_study", "note": ""}}
    save_guest(client, address, "premiere", **{f"status-{a}": "done", f"note-{a}": "Fait.", f"status-{b}": ""})
    client.cookies.clear()
    page = client.get(address)
    assert "Fait." in page.text
    assert "no-store" in page["Cache-Control"]
    assert "noindex" in page["X-Robots-Tag"]
    assert "Fait." in client.get(f"{address}imprimer/").text
    assert client.get("/grille/sans-compte/inconnu/").status_code == 404


def test_no_note_of_a_guest_is_lost(client, kit):
    a, b = kit.levers[0].public_id, kit.levers[1].public_id
    address = guest_of(client, kit)
    part = next(part for part in client.get(address).context["parts"] if part[0].key == "premiere")
    stale = {"fiche": "premiere", "start": part[2]}
    client.post(address, stale | {f"status-{a}": "done", f"note-{a}": "La première."})
    typed = {f"status-{a}": "planned", f"note-{a}": "La seconde.", f"status-{b}": "done", f"note-{b}": "Autre levier."}
    response = client.post(address, stale | typed)
    assert response.status_code == 422
    for words in ("La première.", "La seconde.", "Autre levier."):
        assert words in response.text
    assert GuestChecklist.objects.get().answers[b]["note"] == "Autre levier.", "what nobody contests is written"
    again = {"start": response.context["parts"][0][2]}
    client.post(address, {"fiche": "premiere"} | again | {f"status-{a}": "planned", f"note-{a}": "La seconde."})
    assert GuestChecklist.objects.get().answers[a]["note"] == "La seconde."
    for typed, sentence in (
        ({f"status-{a}": "lune", f"note-{a}": "Gardée."}, "Cet état n’existe pas"),
        ({f"status-{a}": "done", f"note-{a}": "x" * 2001}, "raccourcissez-la"),
        ({f"status-{a}": "dismissed", f"note-{a}": ""}, "pourquoi ce levier est écarté"),
    ):
        response = save_guest(client, address, "premiere", **typed)
        assert response.status_code == 422
        assert sentence in response.text
        assert typed[f"note-{a}"] in response.text


def test_an_address_opens_a_few_an_hour_and_old_ones_are_forgotten(client, kit, monkeypatch):
    monkeypatch.setattr(guests, "OPENED", 2)
    statuses = [
        client.post("/grille/sans-compte/", {"level": "commune", "kit": "a-grille"}).status_code for _ in range(3)
    ]
    assert statuses == [302, 302, 429]
    assert client.post("/grille/sans-compte/", {"level": "lune", "kit": "a-grille"}).status_code in (404, 429)
    GuestChecklist.objects.filter(pk=GuestChecklist.objects.first().pk).update(
        expires_on=timezone.localdate() - timedelta(days=1)
    )
    assert guests.prune() == 1
    assert GuestChecklist.objects.count() == 1


def test_an_account_takes_a_guest_s_checklist_over_and_overwrites_nothing(client, world, kit, agent, checklist):
    a, _, c, _ = kit.levers
    address = guest_of(client, kit)
    save_guest(
        client, address, "premiere", **{f"status-{a.public_id}": "planned", f"note-{a.public_id}": "D’une élue."}
    )
    save_guest(client, address, "seconde", **{f"status-{c.public_id}": "ongoing", f"note-{c.public_id}": "Neuf."})
    page = client.get(f"{address}reprendre/")
    assert [(m.row.lever.key, m.is_contested) for m in page.context["meetings"]] == [("appel", True), ("part", False)]
    assert "Note publique." in page.text
    assert "D’une élue." in page.text
    client.post(f"{address}reprendre/", {"prendre": [c.public_id]})
    assert answer(checklist, a).note == "Note publique."
    assert answer(checklist, c).note == "Neuf."
    client.post(f"{address}reprendre/", {"prendre": [a.public_id]})
    assert answer(checklist, a).note == "D’une élue."
    assert GuestChecklist.objects.get().taken_by == checklist
    client.force_login(person(Role.CRESS_EDITOR, territory=world.region))
    assert client.get(f"{address}reprendre/").status_code == 403


class TestTakeOver(PermissionCase):
    """A guest's checklist that names the world's body is taken over by its agents alone."""

    url_name = "checklists:guest-take-over"
    action = Action.FILL

    def record(self, world):
        self.kit = a_kit(world)
        guest = GuestChecklist(kit=self.kit.kit, edition=self.kit.old, level="commune", collectivity=world.body)
        guest.answers = {self.kit.levers[0].public_id: {"status": "done", "note": "Note."}}
        self.token = guest.draw_token()
        guest.save()
        return opened(world, self.kit)

    def url(self, record):
        return f"/grille/sans-compte/{self.token}/reprendre/"

    def data(self, record):
        return {"prendre": [self.kit.levers[0].public_id]}

    def done(self, record):
        assert answer(record, self.kit.levers[0]).note == "Note."
