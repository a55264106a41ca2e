"""The checklist of a collectivité at the desk: answers, two people at once, drafts, evidence, rights."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from observatory.editing.models import Draft, Revision
from observatory.editing.services import Author
from policies.checklists import services
from policies.checklists.models import Checklist

from .checklists import a_kit, an_agent, answer, form_of, opened, url

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


def save(client, lever, **typed):
    address = lever_url(lever)
    return client.post(address, form_of(client, address) | {"status": "", "note": ""} | typed)


def test_an_agent_opens_a_checklist_once(client, world, kit):
    client.force_login(an_agent(world))
    assert "Kit des grilles" in client.get("/bureau/grille/").text
    for _ in range(2):
        assert client.post(url("open")).url == WORK
    assert Checklist.objects.get().edition == kit.old
    page = client.get(WORK).text
    assert "0</strong> réponse sur 4" in page
    levers = [f'id="levier-{lever.public_id}"' for lever in kit.levers]
    order = ['id="fiche-premiere"', *levers[:2], 'id="fiche-seconde"', *levers[2:]]
    assert sorted(order, key=page.index) == order


def test_an_answer_is_saved_shown_undone_and_kept_in_history(client, kit, agent, checklist):
    lever = kit.levers[0]
    due = timezone.localdate() + timedelta(days=10)
    response = save(client, lever, status="ongoing", note="Deux éditions.", service="Économie", due=due, priority="1")
    assert response.url == f"{WORK}#levier-{lever.public_id}"
    page = client.get(WORK).text
    for words in ("en cours", "Deux éditions.", "Économie", "priorité haute", "Annuler cette modification"):
        assert words in page
    held = answer(checklist, lever)
    assert (held.status, held.due, held.priority) == ("ongoing", due, 1)
    save(client, lever, status="done", note="Trois éditions.")
    revision = Revision.objects.of(held).first()
    history = client.get(reverse("editing:history", args=["reponses", held.public_id])).text
    assert "Trois éditions." in history
    client.post(reverse("editing:undo", args=["reponses", held.public_id, revision.pk]))
    assert answer(checklist, lever).note == "Deux éditions."


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"status": "dismissed"}, "Dites en quelques mots pourquoi"),
        ({"status": "planned", "due": "2020-01-01"}, "Cette date est passée"),
        ({"status": "lune"}, "Sélectionnez un choix valide"),
        ({"status": "done", "note": "x" * 4001}, "4 000 au plus".replace(" ", "\u202f", 1)),
    ],
)
def test_what_is_refused_is_said_and_nothing_typed_is_lost(client, kit, agent, checklist, typed, sentence):
    response = save(client, kit.levers[0], **({"note": "Ma note."} | typed))
    assert response.status_code == 422
    assert sentence in response.text
    assert typed.get("note", "Ma note.") in response.text
    assert answer(checklist, kit.levers[0]) is None


def test_a_past_due_date_that_was_there_stays(client, kit, agent, checklist):
    lever = kit.levers[0]
    past = timezone.localdate() - timedelta(days=3)
    services.answer(checklist, lever, {"status": "planned", "due": past.isoformat()}, Author())
    assert "en retard" in client.get(WORK).text
    assert save(client, lever, status="ongoing", due=past.isoformat()).status_code == 302
    assert answer(checklist, lever).due == past


def test_two_agents_on_one_lever_see_both_versions_and_on_two_never_meet(client, world, kit, agent, checklist):
    lever, other = kit.levers[:2]
    first = form_of(client, lever_url(lever))
    apart = form_of(client, lever_url(other))
    services.answer(checklist, lever, {"status": "done", "note": "La sienne."}, Author(an_agent(world)))
    mine = {"status": "planned", "note": "La mienne.", "service": "Achats"}
    response = client.post(lever_url(lever), first | mine)
    assert response.status_code == 409
    for words in ("La sienne.", "La mienne.", "réalisé", "prévu"):
        assert words in response.text
    typed = first | mine | {"seen": response.context["seen"]}
    assert client.post(lever_url(lever), typed | {"choix-note": "mine"}).status_code == 409, "one is still open"
    typed = typed | {"choix-note": "mine", "choix-status": "theirs"}
    assert client.post(lever_url(lever), typed).status_code == 302
    held = answer(checklist, lever)
    assert (held.status, held.note, held.service) == ("done", "La mienne.", "Achats")
    assert client.post(lever_url(other), apart | {"status": "planned"}).status_code == 302


def test_the_same_form_sent_twice_is_done_once_and_a_stale_one_is_kept(client, kit, agent, checklist):
    address = lever_url(kit.levers[0])
    typed = form_of(client, address) | {"status": "done", "note": "Une note."}
    for _ in range(2):
        assert client.post(address, typed).status_code == 302
    assert Revision.objects.filter(kind="answer").count() == 1
    response = client.post(address, {"start": "gâté", "token": "", "status": "done", "note": "Une autre."})
    assert response.status_code == 422
    assert "Une autre." in response.text


def test_what_is_typed_is_kept_as_a_draft_and_after_the_session_ends(client, world, kit, agent, checklist):
    lever = kit.levers[0]
    address = lever_url(lever)
    typed = form_of(client, address) | {"status": "planned", "note": "À moitié écrit."}
    assert "Brouillon enregistré" in client.post(lever_url(lever, "draft"), typed, headers={"hx-request": "true"}).text
    assert Draft.objects.get().public_id == answer(checklist, lever).public_id
    assert "0</strong> réponse sur 4" in client.get(WORK).text, "a draft answers nothing"
    assert "Reprendre le brouillon" in client.get(address).text
    assert "À moitié écrit." in client.get(f"{address}?brouillon=1").text
    assert "À moitié" not in client.get(WORK).text
    assert client.get("/bureau/").status_code == 200
    client.logout()
    said = client.post(lever_url(lever, "draft"), typed, headers={"hx-request": "true"})
    assert "Votre session a pris fin" in said.text
    response = client.post(address, typed)
    assert response.url.startswith("/connexion/login/")
    client.force_login(agent)
    assert "À moitié écrit." in client.get(address).text


def test_htmx_swaps_the_form_and_then_the_lever_alone(client, kit, agent, checklist):
    address, htmx = lever_url(kit.levers[0]), {"hx-request": "true"}
    form = client.get(address, headers=htmx)
    assert "<html" not in form.text
    typed = {name: form.context[name] for name in ("start", "token")} | {"status": "done"}
    swapped = client.post(address, typed, headers=htmx)
    assert "<html" not in swapped.text
    assert "réalisé" in swapped.text
    assert 'hx-swap-oob="true"' in swapped.text
    refused = client.post(address, typed | {"status": "dismissed", "token": ""}, headers=htmx)
    assert (refused.status_code, refused["HX-Retarget"]) == (200, "body")
    assert "Dites en quelques mots pourquoi" in refused.text


def test_filters_and_order(client, kit, agent, checklist, world):
    services.answer(checklist, kit.levers[0], {"status": "done", "priority": 2}, Author(agent))
    services.answer(checklist, kit.levers[1], {"status": "done", "due": "2031-01-01"}, Author())

    def shown(query):
        page = client.get(f"{WORK}?{query}").context
        return [row.lever.key for block in page["blocks"] for row in block.rows]

    assert shown("status=done") == ["appel", "aide"]
    assert shown("status=none") == ["part", "vieux"]
    assert shown(f"theme={world.theme.key}") == ["part", "vieux"]
    assert shown("priority=2") == ["appel"]
    assert shown("mine=1") == ["appel"]
    assert shown("sort=due")[0] == "aide"
    assert shown("sort=priority")[0] == "appel"
    assert client.get(f"{WORK}?status=lune").status_code == 404
