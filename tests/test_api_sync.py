"""In sync with the API: what changed, what left, what need not be sent again; a copy ends identical."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.http import http_date

from actors.models import Actor
from observatory.api import conditional
from observatory.editing import registry
from observatory.editing import services as editing
from observatory.records import changes, marks
from observatory.records.models import ChangeMark
from policies.checklists.models import Checklist
from policies.kits.models import KeyFigure, LeverVersion

from . import checklists, lists
from .factories import ActorFactory
from .lists import private_folder
from .mirrors import SCRIPT, differences, mirror
from .test_api import RESOURCES, get, refusal
from .world import grow

__all__ = ["mirror", "private_folder"]

#: a transaction that is still open holds back its own changes: each write here is committed
pytestmark = pytest.mark.django_db(transaction=True)
AUTHOR = editing.Author()


# Copies -------------------------------------------------------------------------------------------------


def test_a_copy_that_catches_up_is_identical_to_a_fresh_one(world, mirror):
    checklist = checklists.a_published_one(world)
    other = ActorFactory(name="Atelier solidaire", territory=world.commune, networks=[world.network])
    number = count()
    kept = mirror("kept")
    assert {name for name, _ in kept} == RESOURCES.keys()

    def catch_up():
        kept, fresh = mirror("kept"), mirror(f"fresh-{next(number)}")
        assert differences(kept, fresh) == {}
        return kept

    editing.change(world.actor, {"description": "Autre chose."}, AUTHOR)
    editing.change(world.network, {"name": "Réseau rebaptisé"}, AUTHOR)
    world.referent.delete()
    kept = catch_up()
    assert kept["actors", world.actor.public_id]["networks"][0]["name"] == "Réseau rebaptisé"

    for record, field in ((world.epci, "name"), (world.theme, "name"), (world.source, "title")):
        setattr(record, field, "Nom nouveau")
        record.save()
    type(world.region).objects.filter(pk=world.region.pk).update(name="Région nouvelle", population=7)
    LeverVersion.objects.update(text="Mots nouveaux.")
    KeyFigure.objects.all().delete()
    catch_up()

    lists.applied(world.region, lists.as_csv([lists.line(f"Importé {n}", n) for n in range(1, 30)]))
    kept = catch_up()
    assert sum(record["name"].startswith("Importé") for record in kept.values()) == 29
    lists.applied(world.region, lists.as_csv([lists.line(f"Réimporté {n}", n) for n in range(1, 30)]))
    catch_up()

    survivor = registry.kind_of(world.actor).read(world.actor)
    editing.merge(world.actor, other, survivor, AUTHOR)
    editing.archive(world.network, AUTHOR)
    world.stake.delete()
    Actor.objects.filter(name="Réimporté 3").delete()
    Checklist.objects.filter(pk=checklist.pk).update(is_published=False)
    kept = catch_up()
    gone = {("actors", other.public_id), ("actors", world.network.public_id), ("checklists", checklist.public_id)}
    assert not gone & kept.keys()

    editing.archive(world.scheme, AUTHOR)
    assert ("calls", world.call.public_id) not in catch_up()
    for record in (world.scheme, world.network):
        editing.restore(record, AUTHOR)
    other.refresh_from_db()
    editing.separate(other, AUTHOR)
    Checklist.objects.filter(pk=checklist.pk).update(is_published=True)
    kept = catch_up()
    assert gone | {("calls", world.call.public_id)} <= kept.keys()


def test_the_script_is_short():
    assert len(SCRIPT.read_text(encoding="utf-8").splitlines()) <= 40


def test_the_root_says_where_to_begin(client, world):
    root = get(client, "/api/v1/")
    assert {resource["name"] for resource in root["resources"]} == RESOURCES.keys()
    assert root["change"] == changes.safe_number()
    for resource in root["resources"]:
        assert get(client, resource["mirror"])["count"] == resource["count"]
        assert (resource["kind"] is None) == (resource["name"] == "thresholds")


# Changes ------------------------------------------------------------------------------------------------


def test_rows_and_removals_come_once_in_the_order_of_their_numbers(client, world):
    start = changes.safe_number()
    actors = [ActorFactory(name=f"Nouveau {n}", is_ess=n % 2) for n in range(5)]
    actors[1].delete()
    editing.archive(actors[3], AUTHOR)
    Actor.objects.filter(pk=actors[0].pk).update(name="Premier devenu dernier")
    address, events, sizes = f"/api/v1/actors/?ess=all&changed_since={start}&page_size=2", [], []
    while address:
        page = get(client, address)
        sent = [(row["change"], row["id"]) for row in page["results"] + page["removed"]]
        assert page["previous"] is None and all(page["since"] < change <= page["change"] for change, _ in sent)
        events += sorted(sent)
        sizes.append(len(sent))
        address = page["next"]
    order = [actors[n].public_id for n in (2, 4, 1, 3, 0)]
    assert [key for _, key in events] == order and events == sorted(events) and sizes == [2, 2, 1]
    assert page["change"] == changes.safe_number()
    after = get(client, f"/api/v1/actors/?ess=all&changed_since={page['change']}")
    assert (after["results"], after["removed"], after["next"]) == ([], [], None)
    assert after["count"] == Actor.objects.published().count()


def test_what_was_removed_says_why_and_what_remains(client, world):
    start, loser = changes.safe_number(), ActorFactory(name="Doublon", territory=world.commune)
    editing.merge(world.actor, loser, registry.kind_of(world.actor).read(world.actor), AUTHOR)
    world.stake.delete()
    editing.archive(world.scheme, AUTHOR)
    page = get(client, f"/api/v1/removed/?changed_since={start}")
    told = {one["id"]: (one["kind"], one["reason"], one["survivor"]) for one in page["results"]}
    assert told == {
        loser.public_id: ("actor", "merged", world.actor.public_id),
        world.stake.public_id: ("stake", "deleted", None),
        world.scheme.public_id: ("scheme", "archived", None),
        world.call.public_id: ("call", "withdrawn", None),
    }
    assert [one["change"] for one in page["results"]] == sorted(one["change"] for one in page["results"])
    [only] = get(client, f"/api/v1/removed/?kind=stake&changed_since={start}")["results"]
    assert only["id"] == world.stake.public_id
    first = get(client, f"/api/v1/removed/?changed_since={start}&page_size=3")
    assert first["results"] + get(client, first["next"])["results"] == page["results"]
    assert {one["id"] for one in get(client, f"/api/v1/actors/?changed_since={start}")["removed"]} == {loser.public_id}
    told = client.get(f"/api/v1/actors/{loser.public_id}/").json()["detail"]
    assert f"fusionnée avec « {world.actor.public_id} »" in told
    assert "retirée (motif : archivé)" in client.get(f"/api/v1/schemes/{world.scheme.public_id}/").json()["detail"]


def test_a_date_becomes_the_last_safe_number_known_before_it(client, world):
    assert get(client, "/api/v1/actors/?updated_since=2026-01-01")["since"] == 0
    assert "relevé" in marks.mark() and not marks.mark()
    ChangeMark.objects.update(at=datetime(2026, 3, 31, 22, 30, tzinfo=UTC))
    number = changes.safe_number()
    new = ActorFactory(is_ess=True)
    for moment, since in (
        ("2026-04-01", 0),
        ("2026-04-01T00:29", 0),
        ("2026-04-01T00:30", number),
        ("2026-03-31T22:30:00Z", number),
        ("2026-04-02", number),
    ):
        page = get(client, f"/api/v1/actors/?updated_since={moment}")
        assert page["since"] == since, moment
    assert [row["id"] for row in page["results"]] == [new.public_id]
    assert "updated_since" not in get(client, "/api/v1/actors/?updated_since=2026-01-01&page_size=1")["next"]


@pytest.mark.parametrize(
    ("query", "field", "word"),
    [
        ("actors/?changed_since=-1", "changed_since", "numéro"),
        ("actors/?changed_since=un", "changed_since", "« un »"),
        ("actors/?changed_since=9999999999999999999", "changed_since", "numéro"),
        ("actors/?changed_since=999999999", "changed_since", "sauvegarde"),
        ("actors/?changed_since=0&page=1", "page", "next"),
        ("actors/?changed_since=0&sort=name", "sort", "ordre"),
        ("actors/?changed_since=0&page_size=1001", "page_size", "1000"),
        ("actors/?changed_since=0&updated_since=2026-01-01", "updated_since", "pas les deux"),
        ("actors/?updated_since=hier", "updated_since", "2026-03-31"),
        ("actors/?updated_since=2026-02-30", "updated_since", "2026-03-31"),
        ("thresholds/?changed_since=0", "changed_since", "n’existe pas ici"),
        ("removed/?kind=answer", "kind", "actor"),
        ("removed/?page=2", "page", "page_size"),
        ("?format=xml", "format", "json"),
        ("actors/?fields=nam", "fields", "« name »"),
        ("actors/?fields=", "fields", "est vide"),
    ],
)
def test_what_makes_no_sense_is_refused(client, world, query, field, word):
    response = client.get(f"/api/v1/{query}")
    problem = refusal(response)
    assert (response.status_code, problem["field"]) == (400, field) and word in problem["detail"]


def test_queries_do_not_grow_with_what_changed(client, world):
    def queries(address):
        cache.clear()
        with CaptureQueriesContext(connection) as asked:
            get(client, address)
        return len(asked)

    addresses = ["/api/v1/", "/api/v1/removed/", *(f"/api/v1/{name}/?changed_since=0" for name in ("actors", "calls"))]
    [queries(address) for address in addresses]
    few = [queries(address) for address in addresses]
    grow(world, 12)
    Actor.objects.filter(name__startswith="Garage associatif 1").update(state="archived")
    assert [queries(address) for address in addresses] == few
    assert max(few) <= 9


# Fields -------------------------------------------------------------------------------------------------


def test_only_the_fields_asked_for_are_sent_and_what_identifies(client, world):
    address = f"/api/v1/actors/{world.actor.public_id}/?fields=place,name"
    assert list(get(client, address)) == ["id", "name", "place"]
    for query in ("", "&changed_since=0"):
        page = get(client, f"/api/v1/actors/?fields=siret{query}")
        assert {tuple(row) for row in page["results"]} == {("id", "siret")}
    assert get(client, "/api/v1/thresholds/?fields=unit")["results"] == [
        {"key": "scic-capital-public", "unit": "percent"}
    ]


# What is not sent again ---------------------------------------------------------------------------------


def test_the_present_answer_is_not_sent_again(client, world):
    address = f"/api/v1/actors/{world.actor.public_id}/"
    tag = client.get(address)["ETag"]
    assert client.get(address)["ETag"] == tag and not tag.startswith("W/")
    for held in (tag, f"W/{tag}", f'"autre", {tag}'):
        with CaptureQueriesContext(connection) as asked:
            answer = client.get(address, headers={"If-None-Match": held})
        assert (answer.status_code, answer.content, len(asked)) == (304, b"", 1)
        assert (answer["ETag"], answer["Cache-Control"]) == (tag, "no-cache") and "Accept" in answer["Vary"]
    Actor.objects.filter(pk=world.network.pk).update(name="Nom nouveau")
    answer = client.get(address, headers={"If-None-Match": tag})
    assert answer.status_code == 200 and answer["ETag"] != tag


def test_each_address_has_its_own_tag(client, world):
    addresses = ["/api/v1/", "/api/v1/removed/", "/api/v1/actors/", "/api/v1/actors/?page_size=2", "/api/v1/ptce/"]
    addresses += [f"/api/v1/actors/{world.actor.public_id}/", "/api/v1/actors/?changed_since=0", "/api/v1/?format=json"]
    tags = [client.get(address)["ETag"] for address in addresses]
    assert len(set(tags)) == len(tags)
    assert "ETag" not in client.get("/api/v1/actors/?page=0")


def test_what_draws_no_number_is_tagged_by_its_content(client, world):
    for address in ("/api/v1/thresholds/", "/api/v1/territories/region-32/contour/", "/api/v1/schema/?format=json"):
        tag = client.get(address)["ETag"]
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    tag = client.get("/api/v1/thresholds/")["ETag"]
    world.scheme.instrument.thresholds.update(name="Autre nom")
    assert client.get("/api/v1/thresholds/", headers={"If-None-Match": tag}).status_code == 200


def test_the_last_change_has_a_date_whatever_wrote_it(client, world, monkeypatch):
    before = timezone.now() - timedelta(seconds=1)
    Actor.objects.filter(pk=world.actor.pk).update(acronym="XYZ")
    world.actor.refresh_from_db()
    assert before < world.actor.updated_at < timezone.now() + timedelta(seconds=1)
    # Two changes may share a second: what is that young gives no date.
    assert "Last-Modified" not in client.get("/api/v1/actors/")
    monkeypatch.setattr(conditional, "_SECOND", timedelta(0))
    date = client.get("/api/v1/actors/")["Last-Modified"]
    assert date == http_date(world.actor.updated_at.timestamp())
    later, earlier = (http_date(world.actor.updated_at.timestamp() + seconds) for seconds in (1, -1))
    asked = {held: client.get("/api/v1/actors/", headers={"If-Modified-Since": held}) for held in (later, earlier)}
    assert [answer.status_code for answer in asked.values()] == [304, 200]
