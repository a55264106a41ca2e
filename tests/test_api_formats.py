"""The same records in every format: GeoJSON, CSV, NDJSON and XLSX hold what JSON holds, whole and as the filters say."""

import csv
import io
import json
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from actors.models import Actor
from observatory.api import files, flat, formats, reading, registry, written
from observatory.records import changes

from . import checklists
from .factories import ActorFactory
from .test_api import check, document, get, refusal  # noqa: F401 (fixtures)
from .world import grow

PLACED = ["actors", "collectivities", "ptce", "territories"]


def read(client, address: str) -> bytes:
    response = client.get(f"/api/v1/{address}")
    assert response.status_code == 200 and response.streaming, response.content
    return b"".join(response)


def table(client, address: str) -> list[dict]:
    text = read(client, address).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def lines(client, address: str) -> list[dict]:
    return [json.loads(line) for line in read(client, address).splitlines()]


def by_key(records: list[dict]) -> list[dict]:
    return sorted(records, key=lambda record: record.get("id") or record["key"])


def test_every_format_of_a_list_holds_what_its_pages_hold(client, world):
    checklists.a_published_one(world)
    for resource in registry.resources():
        name, drawn = resource.prefix, flat.table(resource.view.serializer_class)
        records = by_key(get(client, f"/api/v1/{name}/?page_size=100")["results"])
        assert by_key(lines(client, f"{name}/?format=ndjson")) == records, name
        cells = [dict(zip(drawn.header, map(flat.text, drawn.line(record)), strict=True)) for record in records]
        rows = [{column: bare(cell) for column, cell in row.items()} for row in table(client, f"{name}/?format=csv")]
        assert by_key(rows) == cells, name
        sheet = load_workbook(io.BytesIO(read(client, f"{name}/?format=xlsx"))).active
        header, *values = sheet.iter_rows(values_only=True)
        assert (list(header), len(values)) == (drawn.header, len(records)), name


def bare(cell: str) -> str:
    """A cell without the apostrophe that stands before what a spreadsheet would run."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in formats.FORMULA else cell


def test_a_record_is_given_in_every_format(client, world):
    checklists.a_published_one(world)
    for resource in registry.resources():
        record = get(client, f"/api/v1/{resource.prefix}/")["results"][0]
        address = f"{resource.prefix}/{record.get('id') or record['key']}/"
        assert lines(client, f"{address}?format=ndjson") == [record]
        assert len(table(client, f"{address}?format=csv")) == 1
        assert read(client, f"{address}?format=xlsx")[:2] == b"PK"


def test_places_are_given_as_geojson_and_nothing_else_is(client, world):
    for resource in registry.resources():
        if resource.prefix not in PLACED:
            assert refusal(client.get(f"/api/v1/{resource.prefix}/?format=geojson"))["code"] == "unknown_format"
            continue
        records = by_key(get(client, f"/api/v1/{resource.prefix}/?page_size=100")["results"])
        found = json.loads(read(client, f"{resource.prefix}/?format=geojson"))
        assert found["type"] == "FeatureCollection"
        assert by_key([feature["properties"] for feature in found["features"]]) == records
        for feature in found["features"]:
            point = feature["properties"]["coordinates"]
            at = point and {"type": "Point", "coordinates": [point["longitude"], point["latitude"]]}
            assert feature["geometry"] == at
        one = json.loads(read(client, f"{resource.prefix}/{records[0]['id']}/?format=geojson"))
        assert (one["type"], one["properties"]) == ("Feature", records[0])


def test_an_empty_list_is_a_whole_file(client, world):
    nothing = "actors/?territory=commune-99999&format="
    assert lines(client, f"{nothing}ndjson") == [] == table(client, f"{nothing}csv")
    assert json.loads(read(client, f"{nothing}geojson")) == {"type": "FeatureCollection", "features": []}
    assert load_workbook(io.BytesIO(read(client, f"{nothing}xlsx"))).active.max_row == 1


# What a list of many holds ------------------------------------------------------------------------------


@pytest.fixture
def many(world, monkeypatch):
    """More actors than are read at once, and enough for the reading of long lists."""
    grow(world, 24)
    monkeypatch.setattr(written, "SIZE", 5)
    monkeypatch.setattr(files, "FEW", 1)
    assert Actor.objects.count() > 20


def test_a_long_list_is_read_otherwise_and_holds_the_same(client, world, many, monkeypatch):
    remembered = []
    made = reading.Remembered.__init__
    monkeypatch.setattr(reading.Remembered, "__init__", lambda self: remembered.append(self) or made(self))
    found = lines(client, "actors/?ess=all&format=ndjson")
    assert remembered and len(found) == Actor.objects.published().count()
    for record in found:
        assert record == get(client, f"/api/v1/actors/{record['id']}/")


def test_queries_do_not_grow_with_the_rows_of_a_part(client, world, many, monkeypatch):
    monkeypatch.setattr(written, "SIZE", 10**9)
    with CaptureQueriesContext(connection) as queries:
        read(client, "actors/?ess=all&format=ndjson")
    few = len(queries)
    grow(world, 40)
    with CaptureQueriesContext(connection) as queries:
        read(client, "actors/?ess=all&format=ndjson")
    assert len(queries) == few <= 12


def test_a_file_follows_the_filters_and_the_order_asked_for(client, world, many):
    pages = get(client, "/api/v1/actors/?q=garage&sort=-name&page_size=100")["results"]
    assert lines(client, "actors/?q=garage&sort=-name&format=ndjson") == pages
    plain = [actor["id"] for actor in lines(client, "actors/?ess=all&format=ndjson")]
    pks = dict(Actor.objects.values_list("public_id", "pk"))
    assert all(pks[one] < pks[other] for one, other in pairwise(plain))


def test_what_is_removed_while_a_slow_caller_reads_is_left_out(client, world, many):
    # more than two parts: one of them at least is left with nothing to say
    leaving = {form: ActorFactory.create_batch(12) for form in ("ndjson", "geojson")}
    staying = ActorFactory()
    for form, gone in leaving.items():
        response = iter(client.get(f"/api/v1/actors/?ess=all&format={form}"))
        first = next(part for part in response if part)
        Actor.objects.filter(pk__in=[actor.pk for actor in gone]).delete()
        whole = first + b"".join(response)
        told = map(json.loads, whole.splitlines()) if form == "ndjson" else json.loads(whole)["features"]
        ids = [record["id"] for record in told]
        assert {*ids} == {*Actor.objects.published().values_list("public_id", flat=True)}
        assert ids[-1] == staying.public_id


def test_a_file_says_from_which_number_to_ask_what_changed(client, world):
    response = client.get("/api/v1/actors/?format=csv")
    assert response["Observatory-Change"] == str(changes.safe_number())


# Details of the formats ---------------------------------------------------------------------------------


def test_the_columns_of_a_table_are_named_by_the_path_of_their_field(client, world):
    header = read(client, "actors/?format=csv").decode("utf-8-sig").splitlines()[0].split(";")
    assert header[:4] == ["id", "name", "change", "url"]
    assert {"place.commune.code", "coordinates.longitude", "themes.key", "mentions.source.title"} <= {*header}
    (row,) = table(client, f"actors/{world.actor.public_id}/?format=csv")
    assert (row["place.region.code"], row["themes.name"], row["is_network"]) == (
        "region-32",
        "Mobilité durable",
        "false",
    )
    assert row["labels.label"] == "aci | esus" and row["labels.since"].count(" | ") == 1


def test_nothing_that_people_write_runs_in_a_spreadsheet(client, world):
    Actor.objects.filter(pk=world.actor.pk).update(
        name="=1+1", description='@cmd;"x"\n=2', activities=["+1"], telephone="-5", siret="00000000000017"
    )
    (row,) = table(client, f"actors/{world.actor.public_id}/?format=csv")
    assert (row["name"], row["description"]) == ("'=1+1", '\'@cmd;"x"\n=2')
    assert (row["activities"], row["telephone"]) == ("'+1", "'-5")
    sheet = load_workbook(io.BytesIO(read(client, f"actors/{world.actor.public_id}/?format=xlsx"))).active
    cells = {name.value: cell for name, cell in zip(*sheet.iter_rows(), strict=True)}
    assert (cells["name"].value, cells["name"].data_type) == ("=1+1", "s")
    assert (cells["siret"].value, cells["is_network"].value) == ("00000000000017", False)


def test_points_of_the_west_stay_numbers(client, db):
    ActorFactory(longitude=-1.5, latitude=47.2)
    assert table(client, "actors/?ess=all&format=csv")[0]["coordinates.longitude"] == "-1.5"


def test_a_list_longer_than_a_sheet_is_refused_with_a_way_on(client, world, monkeypatch):
    monkeypatch.setattr(formats.XLSX, "most", 1)
    problem = refusal(client.get("/api/v1/actors/?ess=all&format=xlsx"))
    assert (problem["status"], problem["code"], problem["field"]) == (400, "too_many_rows", "format")
    assert "format=csv" in problem["detail"]


def test_fields_are_kept_in_files_too(client, world):
    address = f"actors/{world.actor.public_id}/?fields=name,territory&format="
    (record,) = lines(client, f"{address}ndjson")
    assert list(record) == ["id", "name", "territory"]
    (row,) = table(client, f"{address}csv")
    assert list(row) == ["id", "name", "territory.code", "territory.name"]
    feature = json.loads(read(client, f"{address}geojson"))
    assert feature["geometry"]["coordinates"] == [3.06, 50.63]


# Choice of the format -----------------------------------------------------------------------------------


def test_the_format_follows_accept(client, world):
    for accept, kind in [
        ("text/csv", "text/csv; charset=utf-8"),
        ("application/x-ndjson", "application/x-ndjson"),
        ("application/geo+json", "application/geo+json"),
        ("application/json, text/csv;q=0.5", "application/json"),
        ("text/html, */*;q=0.8", "application/json"),
        ("application/json;q=0.1, text/csv", "text/csv; charset=utf-8"),
        ("text/csv;q=0.5, application/x-ndjson; q=0.7, */*;q=0.1", "application/x-ndjson"),
        ("application/json;q=0, text/csv;q=0.2, */*;q=0.1", "text/csv; charset=utf-8"),
    ]:
        response = client.get("/api/v1/actors/", headers={"Accept": accept})
        assert (response.status_code, response["Content-Type"]) == (200, kind), accept
        assert "Accept" in response["Vary"]


def test_format_prevails_over_accept(client, world):
    response = client.get("/api/v1/actors/?format=csv", headers={"Accept": "application/json"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="actors.csv"'


def test_a_file_is_not_cut_in_pages(client, world):
    for name in ("page=2", "page_size=10", "changed_since=0"):
        problem = refusal(client.get(f"/api/v1/actors/?format=ndjson&{name}"))
        assert (problem["code"], problem["field"]) == ("contradiction", name.split("=")[0])


def test_refusals_are_problems_in_every_format(client, world):
    for query in ("family=amicale&format=csv", "teritory=x&format=xlsx", "fields=nom&format=geojson"):
        assert refusal(client.get(f"/api/v1/actors/?{query}"))["status"] == 400
    assert refusal(client.get("/api/v1/actors/00000000000000/?format=csv"))["status"] == 404


def test_heads_are_answered_without_a_body(client, world):
    response = client.head("/api/v1/actors/?format=csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8" and b"".join(response) == b""


@pytest.mark.django_db(transaction=True)
def test_a_held_file_is_not_sent_again(client):
    actor = ActorFactory()
    tag = client.get("/api/v1/actors/?format=csv")["ETag"]
    assert client.get("/api/v1/actors/?format=csv", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/api/v1/actors/?format=ndjson", headers={"If-None-Match": tag}).status_code == 200
    actor.name = "Autre nom"
    actor.save()
    assert client.get("/api/v1/actors/?format=csv", headers={"If-None-Match": tag}).status_code == 200


def test_the_document_names_the_formats_of_each_list(document):  # noqa: F811
    answers = document["paths"]["/api/v1/actors/"]["get"]["responses"]["200"]["content"]
    assert {*answers} == {
        renderer.media_type for renderer in files.renderers(registry.resources()[0].view.serializer_class)
    }
    assert answers["text/csv"]["schema"] == {"type": "string"}
