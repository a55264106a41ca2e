"""Checklists beyond their working page: publication, files, API, comparison, time, demonstration."""

import io
import json
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from observatory.accounts import demonstration
from observatory.accounts.enums import Role
from observatory.accounts.perms import Action
from observatory.editing.services import Author
from policies.checklists import comparison, links, services
from policies.checklists.models import Checklist, Evidence, Snapshot

from .checklists import a_kit, a_new_edition, a_region_elsewhere, an_agent, comparable, opened, url
from .factories import CollectivityFactory
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


def published(checklist):
    services.publish(checklist, Author(), is_published=True)
    return Checklist.objects.get(pk=checklist.pk)


# Publication --------------------------------------------------------------------------------------------------------


def test_nothing_is_public_before_the_collectivite_publishes(client, world, checklist):
    addresses = [PUBLIC, url("public-print"), *(url("export", form) for form in ("csv", "xlsx", "json"))]
    assert [client.get(address).status_code for address in addresses] == [404] * 5
    assert "Note" not in client.get("/grille/commune-59350/").text
    assert client.get("/api/v1/checklists/").json()["count"] == 0
    assert "Aucune grille publiée" in client.get(world.body.get_absolute_url()).text
    assert client.get(WORK).url.startswith("/connexion/login/")


def test_a_published_checklist_shows_states_public_notes_and_evidence_alone(client, world, agent, checklist):
    page = client.get(url("publish")).text
    assert "1\u00a0note publique" in page
    assert client.post(url("publish"), {"publier": "oui"}).url == PUBLIC
    client.logout()
    pages = [client.get(address).text for address in (PUBLIC, url("public-print"))]
    pages += [b"".join(client.get(url("export", "csv"))).decode(), client.get(url("export", "json")).text]
    pages += [client.get("/api/v1/checklists/").text]
    for page in pages:
        assert "Note publique." in page
        assert world.scheme.name in page
        for private in ("Note interne.", "Motif interne.", "Service économie", "2031"):
            assert private not in page
    assert "écarté" in pages[0]
    for page in (world.body.get_absolute_url(), "/grille/commune-59350/", "/sitemap-checklists.xml"):
        assert PUBLIC in client.get(page).text
    client.force_login(agent)
    client.post(url("publish"), {"publier": "non"})
    assert client.get(PUBLIC).status_code == 404


def test_files_hold_what_their_reader_may_read(client, world, kit, agent, checklist):
    text = b"".join(client.get(url("work-export", "csv"))).decode()
    assert "Note interne." in text
    assert "2031-01-01" in text
    sheet = load_workbook(io.BytesIO(client.get(url("work-export", "xlsx")).content)).active
    assert [cell.value for cell in sheet[1]][:4] == ["numero_fiche", "fiche", "levier", "etat"]
    assert sheet.max_row == 5
    data = json.loads(client.get(url("work-export", "json")).text)
    assert [lever["etat"] for lever in data["leviers"]] == ["réalisé", "écarté", "sans réponse", "sans réponse"]
    assert client.get(url("work-export", "pdf")).status_code == 404
    paper = client.get(url("print")).text
    for words in ("En une page", "Document de travail", "Prochaines échéances", "Note interne."):
        assert words in paper


def test_the_api_gives_published_checklists_with_their_evidence(client, world, checklist):
    published(checklist)
    row = client.get("/api/v1/checklists/?kit=a-grille&territory=region-32&q=lille").json()["results"][0]
    assert row["collectivity"] == {"code": "commune-59350", "name": "Lille"}
    assert {a["lever"]["name"]: a["status"] for a in row["answers"]} == {
        "Lancer un appel": "done",
        "Aider": "dismissed",
    }
    piece = next(a["evidence"][0] for a in row["answers"] if a["evidence"])
    assert (piece["kind"], piece["id"], piece["url"].endswith(world.scheme.get_absolute_url())) == (
        "scheme", world.scheme.public_id, True,
    )  # fmt: skip
    assert client.get(f"/api/v1/checklists/{row['id']}/").json() == row
    assert client.get("/api/v1/checklists/?kit=autre").json()["count"] == 0


# Comparison ---------------------------------------------------------------------------------------------------------


def test_counts_below_three_are_not_told_and_names_only_when_published(client, world, kit, agent, checklist):
    lever = kit.levers[0]
    bodies = comparable(world, 4)
    others = [opened(world, kit, body) for body in bodies]
    for other in others[:2]:
        services.answer(other, lever, {"status": "ongoing"}, Author())
    page = client.get(url("compare"))
    assert page.context["found"].level(lever.pk).count is None
    assert page.context["found"].total == 4
    published(others[0])
    services.answer(others[2], lever, {"status": "done"}, Author())
    page = client.get(url("compare"))
    level = page.context["found"].level(lever.pk)
    assert (level.count, [name for name, _ in level.published]) == (3, [bodies[0].name])
    for body in bodies[1:]:
        assert body.name not in page.text
    # Another région, a small commune, a demonstration: none of them is comparable here.
    far = CollectivityFactory(territory__population=200_000, territory__region=a_region_elsewhere())
    small = CollectivityFactory(territory__population=900, territory__region=world.region)
    for body in (far, small):
        services.answer(opened(world, kit, body), lever, {"status": "done"}, Author())
    Checklist.objects.filter(pk=others[2].pk).update(is_demonstration=True)
    assert client.get(url("compare")).context["found"].level(lever.pk).count is None
    assert client.get(f"{url('compare')}?ou=partout").context["found"].level(lever.pk).count == 3
    page = client.get(lever.get_absolute_url()).text
    assert bodies[0].name in page


# Time ---------------------------------------------------------------------------------------------------------------


def test_named_states_and_what_moved_between_two(client, kit, agent, checklist):
    assert client.post(url("states"), {"nom": "Début"}).status_code == 302
    services.answer(checklist, kit.levers[1], {"status": "done", "note": "Fait."}, Author())
    assert client.post(url("states"), {"nom": "Mi-mandat"}).status_code == 302
    first, second = Snapshot.objects.order_by("pk")
    services.answer(checklist, kit.levers[2], {"status": "planned"}, Author())
    page = client.get(f"{url('moves')}?de={first.pk}&a={second.pk}")
    assert [change.title for change in page.context["changes"]] == ["Aider"]
    assert "écarté → <strong>réalisé</strong>" in page.text
    assert [c.title for c in client.get(f"{url('moves')}?de={first.pk}").context["changes"]] == [
        "Aider",
        "Prendre une part",
    ]
    for name, sentence in (("", "Donnez un nom"), ("Début", "Un état porte déjà ce nom"), ("x" * 81, "80 signes")):
        response = client.post(url("states"), {"nom": name})
        assert response.status_code == 422
        assert sentence in response.text
    assert client.get(f"{url('moves')}?de=999").status_code == 404


def test_a_checklist_carries_over_to_a_new_edition_and_nothing_is_lost(client, world, kit, agent, checklist):
    _, _, part, old = kit.levers
    services.answer(checklist, part, {"status": "ongoing", "note": "Part prise."}, Author())
    services.answer(checklist, old, {"status": "done", "note": "Vieille note."}, Author())
    client.post(url("states"), {"nom": "Avant"})
    a_new_edition(world, kit)
    assert "Une édition plus récente" in client.get(WORK).text
    found = client.get(url("edition")).context["passage"]
    assert [[c.title for c in part] for part in (found.new, found.reworded, found.withdrawn, found.same)] == [
        ["Levier neuf"], ["Prendre une part"], ["Vieux levier"], ["Lancer un appel", "Aider"],
    ]  # fmt: skip
    assert client.post(url("edition")).url == WORK
    page = client.get(WORK)
    assert [row.lever.key for row in page.context["fiche"].rows] == ["appel", "aide", "part", "neuf"]
    assert "Vieille note." in page.text
    assert "Part prise." in page.text
    assert client.get(url("answer", old.public_id)).status_code == 200
    snapshot = Snapshot.objects.get()
    changes = client.get(f"{url('moves')}?de={snapshot.pk}").context["changes"]
    assert [(c.title, c.status_before) for c in changes] == [("Levier neuf", "absent de l’édition")]
    assert client.get(url("edition")).url == WORK


class TestStates(PermissionCase):
    url_name = "checklists:states"
    action = Action.FILL

    def record(self, world):
        return opened(world, a_kit(world))

    def url(self, record):
        return url("states")

    def data(self, record):
        return {"nom": "Mi-mandat"}

    def done(self, record):
        assert Snapshot.objects.get().name == "Mi-mandat"

    def test_without_the_right_it_is_refused(self, client, world, here):
        """The CRESS reads the states of its région, and takes none."""
        client.force_login(person(Role.CRESS_EDITOR, territory=world.region))
        assert client.get(self.url(here)).status_code == 200
        assert client.post(self.url(here), self.data(here)).status_code == 403
        for role, record in ((Role.PARTNER, None), (Role.POLE_STAFF, world.pole)):
            self._refused(client, person(role, territory=world.region, record=record), here, (403,), (403,))


class TestEdition(TestStates):
    url_name = "checklists:edition"

    def record(self, world):
        made = a_kit(world)
        checklist = opened(world, made)
        self.new = a_new_edition(world, made)
        return checklist

    def url(self, record):
        return url("edition")

    def done(self, record):
        assert Checklist.objects.get().edition == self.new


# Around -------------------------------------------------------------------------------------------------------------


def test_the_desk_recalls_what_is_due_and_what_was_found(client, world, kit, agent, checklist):
    soon = timezone.localdate() + timedelta(days=5)
    services.answer(checklist, kit.levers[2], {"status": "planned", "due": soon.isoformat()}, Author())
    page = client.get("/bureau/").text
    assert "Leviers : prochaines échéances" in page
    assert "Prendre une part" in page
    assert "2\u00a0pièces trouvées" in page
    assert 'href="/bureau/grille/"' in page


def test_dead_links_are_told_in_the_background_only_where_the_network_is_allowed(
    client, kit, agent, checklist, settings, monkeypatch
):
    services.add_evidence(checklist, kit.levers[0], ["url", "", "https://lille.invalid/x", "Page"], Author())
    asked = []
    monkeypatch.setattr(links, "answers", lambda address: asked.append(address) or False)
    assert links.check_some() == ""
    assert asked == []
    settings.CHECK_LINKS = True
    assert links.check_some() == "adresses vérifiées : 1, mortes : 1"
    assert links.check_some() == "", "not again before a month"
    assert "lien mort depuis le" in client.get(WORK).text
    assert Evidence.objects.get(kind="url").dead_since == timezone.localdate()


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/", "http://localhost:9/", "ftp://exemple.fr/", "http:///x"])
def test_the_portal_knocks_at_no_door_of_its_own_network(address):
    assert links.answers(address) is False


def test_the_demonstration_checklist_says_so_and_goes_with_its_accounts(client, world, kit, monkeypatch):
    account = next(a for a in demonstration.ACCOUNTS if a.role == Role.COLLECTIVITY_AGENT)
    monkeypatch.setattr(demonstration, "ACCOUNTS", (account,))
    demonstration.load()
    made = Checklist.objects.get()
    assert made.is_demonstration
    assert made.answers.exclude(status="").count() == 3
    demonstration.load()
    assert Checklist.objects.count() == 1
    published(made)
    for address in (PUBLIC, url("public-print"), "/grille/commune-59350/", world.body.get_absolute_url()):
        assert "émonstration" in client.get(address).text, address
    assert client.get("/api/v1/checklists/").json()["results"][0]["is_demonstration"] is True
    assert PUBLIC not in client.get("/sitemap-checklists.xml").text
    group = comparison.around(world.body, same_region=False)
    assert comparison.compare(kit.kit, group).total is None
    demonstration.remove()
    assert not Checklist.objects.exists()


def test_the_written_rules_are_the_code_s():
    call_command("evidence_rules", "--check")


def test_the_command_says_when_the_rules_are_not_written(monkeypatch, tmp_path):
    from policies.checklists.management.commands import evidence_rules

    monkeypatch.setattr(evidence_rules, "PATH", tmp_path / "rules.md")
    with pytest.raises(CommandError, match="n’est pas à jour"):
        call_command("evidence_rules", "--check")
    call_command("evidence_rules")
    call_command("evidence_rules", "--check")


def test_queries_are_few_and_do_not_grow_with_the_levers(client, world, kit, agent, checklist):
    """DESIGN §6: the page of a checklist asks at most fifteen."""
    addresses = [WORK, PUBLIC, url("print"), url("compare"), "/api/v1/checklists/", "/grille/?body=commune-59350"]
    published(checklist)

    def measure():
        counts = {}
        for address in addresses:
            cache.clear()
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            counts[address] = len(queries)
        return counts

    measure()
    services.add_evidence(checklist, kit.levers[1], ["actor", world.actor.public_id, "", "x"], Author())
    services.add_evidence(checklist, kit.levers[1], ["stake", world.stake.public_id, "", "x"], Author())
    few = measure()
    for lever in kit.levers:
        services.answer(checklist, lever, {"status": "done"}, Author())
        services.add_evidence(checklist, lever, ["actor", world.actor.public_id, "", "x"], Author())
    for body in comparable(world, 3):
        services.answer(published(opened(world, kit, body)), kit.levers[0], {"status": "done"}, Author())
    many = measure()
    assert {address: n for address, n in many.items() if n > few[address] + (address == url("compare"))} == {}
    assert {address: n for address, n in many.items() if n > 15} == {}
    assert re.search("réalisé", client.get(WORK).text)
