"""The API through its front door: what it answers, what it refuses, and that both match its own document."""

import copy
from io import StringIO
from urllib.parse import urlsplit

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from jsonschema import Draft202012Validator

from actors.api import ActorViewSet
from observatory.records.models import FormerSlug
from observatory.territories.enums import Level

from . import checklists
from .factories import ActorFactory, CommuneFactory, TerritoryFactory

RESOURCES = {
    "actors": "Actor",
    "agreements": "Agreement",
    "calls": "Call",
    "checklists": "Checklist",
    "collectivities": "Collectivity",
    "experiences": "Experience",
    "instruments": "Instrument",
    "kits": "Kit",
    "levers": "Lever",
    "ptce": "Pole",
    "schemes": "Scheme",
    "sheets": "Sheet",
    "stakes": "Stake",
    "territories": "Territory",
    "thresholds": "Threshold",
}


@pytest.fixture(scope="module")
def document() -> dict:
    """The OpenAPI document as the command writes it: valid, and without a warning."""
    output = StringIO()
    call_command("spectacular", validate=True, fail_on_warn=True, stdout=output)
    return yaml.safe_load(output.getvalue())


@pytest.fixture
def check(document):
    """Hold a value against a component of the document, which then allows no field that it does not name."""
    strict = copy.deepcopy(document["components"]["schemas"])
    for component in strict.values():
        if "properties" in component:
            component["additionalProperties"] = False

    def check(value, component: str):
        validator = Draft202012Validator(
            {"components": {"schemas": strict}, "$ref": f"#/components/schemas/{component}"}
        )
        assert [error.message for error in validator.iter_errors(value)] == []

    return check


def get(client, address: str) -> dict:
    response = client.get(address)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json"), response.content
    return response.json()


def refusal(response) -> dict:
    assert response["Content-Type"] == "application/problem+json", response.content
    return response.json()


# Answers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("resource", "component"), RESOURCES.items())
def test_lists_and_records_are_what_the_document_says(client, world, check, resource, component):
    checklists.a_published_one(world)
    page = get(client, f"/api/v1/{resource}/")
    check(page, f"Paginated{component}List")
    assert page["count"] == len(page["results"]) > 0
    for record in page["results"]:
        key = record["id"] if "id" in record else record["key"]
        assert get(client, f"/api/v1/{resource}/{key}/") == record
        if record["url"]:
            assert client.get(urlsplit(record["url"]).path).status_code == 200


def test_an_actor_carries_its_place_its_links_and_its_sources(client, world):
    actor = get(client, f"/api/v1/actors/{world.actor.public_id}/")
    assert actor["place"]["commune"] == {"code": "commune-59350", "name": "Lille"}
    assert {level: place["code"] for level, place in actor["place"].items()} == {
        "commune": "commune-59350",
        "epci": "epci-200093201",
        "departement": "departement-59",
        "region": "region-32",
    }
    assert actor["coordinates"] == {"longitude": 3.06, "latitude": 50.63, "precision": "commune"}
    assert actor["networks"] == [{"id": world.network.public_id, "name": "Réseau des garages"}]
    assert actor["themes"] == [{"key": "mobilite", "name": "Mobilité durable"}]
    assert [label["label"] for label in actor["labels"]] == ["aci", "esus"]
    assert actor["workforce"] == {"value": 12, "unit": "équivalents temps plein", "year": 2020}
    assert actor["mentions"][0]["source"]["key"] == actor["field_sources"][0]["source"]["key"] == "document"
    assert actor["field_sources"][0]["basis"] == "deduced"
    world.actor.refresh_from_db()
    assert actor["change"] == world.actor.change > 0


def test_silence_is_null(client, db):
    actor = get(client, f"/api/v1/actors/{ActorFactory().public_id}/")
    for field in ("acronym", "siret", "description", "website", "workforce", "territory", "coordinates", "checked_on"):
        assert actor[field] is None, field
    assert actor["place"] == dict.fromkeys(("commune", "epci", "departement", "region"))


def test_unpublished_records_are_nowhere(client, world):
    type(world.network).objects.filter(pk=world.network.pk).update(state="draft")
    assert client.get(f"/api/v1/actors/{world.network.public_id}/").status_code == 404
    assert world.network.public_id not in client.get("/api/v1/actors/?ess=all").text


@pytest.mark.parametrize(
    ("address", "record"),
    [
        ("territories/commune-59350", "commune"),
        ("collectivities/commune-59350", "body"),
        ("actors/77567227221138", "actor"),
        ("ptce/pole-mobilite", "pole"),
        ("ptce/ancien-nom", "pole"),
    ],
)
def test_a_record_is_found_by_its_other_keys(client, world, address, record):
    FormerSlug.objects.create(kind="pole", slug="ancien-nom", public_id=world.pole.public_id)
    assert get(client, f"/api/v1/{address}/")["id"] == getattr(world, record).public_id


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("territories/?level=commune", ["Lille"]),
        ("territories/?level=region,departement", ["Hauts-de-France", "Nord"]),
        ("territories/?level=region&level=departement", ["Hauts-de-France", "Nord"]),
        ("territories/?epci=epci-200093201", ["Lille"]),
        ("territories/?departement=departement-59&sort=-name", ["Métropole", "Lille"]),
        ("territories/?is_current=false", ["Nord-Pas-de-Calais"]),
        ("territories/?level=commune,region&sort=-population", ["Lille", "Hauts-de-France"]),
        ("collectivities/?kind=region", ["Région Hauts-de-France"]),
        ("collectivities/?level=commune&departement=departement-59", ["Lille"]),
        ("collectivities/?sort=-population", ["Lille", "Région Hauts-de-France"]),
        ("actors/?q=garages+solidaires", ["Garage solidaire de Lille"]),
        ("actors/?theme=mobilite&label=aci,esus&territory=region-32", ["Garage solidaire de Lille"]),
        ("ptce/?region=region-32", ["Pôle Mobilité"]),
        ("ptce/?region=former-region-31&q=mobilité", ["Pôle Mobilité"]),
        ("actors/?territory=commune-99999", []),
        ("territories/?region=region-99", []),
        ("ptce/?region=former-region-99", []),
    ],
)
def test_lists_take_the_filters_of_the_pages(client, world, query, names):
    page = get(client, f"/api/v1/{query}")
    assert [record["name"] for record in page["results"]] == names
    assert page["count"] == len(names)


def test_pages_hold_each_record_once(client, db):
    region = TerritoryFactory(level=Level.REGION)
    for _ in range(7):
        CommuneFactory(region=region)
    seen, address = [], "/api/v1/territories/?level=commune&page_size=3"
    while address:
        page = get(client, address)
        seen += [record["id"] for record in page["results"]]
        address = page["next"]
    assert len(seen) == len(set(seen)) == page["count"] == 7
    middle = get(client, page["previous"])
    assert "page=" not in middle["previous"].replace("page_size=", "")


def test_a_contour_is_geojson_at_the_detail_asked_for(client, world):
    address = "/api/v1/territories/region-32/contour/"
    response = client.get(f"{address}?detail=country")
    assert response["Content-Type"] == "application/geo+json"
    assert response.json()["properties"] == {"name": "Hauts-de-France", "detail": "country"}
    assert get(client, f"{address}?format=json")["geometry"]["type"] == "Polygon"
    assert refusal(client.get(f"{address}?detail=9"))["field"] == "detail"
    assert refusal(client.get("/api/v1/territories/pnr-scarpe/contour/"))["status"] == 404


# Refusals -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "status", "field", "word"),
    [
        ("actors/?page=0", 400, "page", "à partir de 1"),
        ("actors/?page=un", 400, "page", "« un »"),
        ("actors/?page=2", 404, "page", "la page 1"),
        ("actors/?page=999999999999999999", 404, "page", "n’existe pas"),
        ("actors/?page_size=101", 400, "page_size", "de 1 à 100"),
        ("actors/?page_size=²", 400, "page_size", "de 1 à 100"),
        ("actors/?teritory=region-32", 400, "teritory", "« territory »"),
        ("actors/?family=amicale", 400, "family", "« amicale »"),
        ("actors/?territory=32", 400, "territory", "commune-59350"),
        ("actors/?bbox=1,2,3", 400, "bbox", "ouest,sud,est,nord"),
        ("actors/?q=%00", 400, "q", "nul"),
        ("actors/?q=le", 400, "q", "« le »"),
        ("actors/?q=%F0%9F%98%80", 400, "q", "aucun mot"),
        ("actors/?q=+", 400, "q", "vide"),
        ("actors/?family=,", 400, "family", "vide"),
        ("actors/?fields=", 400, "fields", "vide"),
        ("actors/?sort=name&sort=-name", 400, "sort", "2 fois"),
        ("actors/?format=xml", 400, "format", "json"),
        ("territories/?region=departement-59", 400, "region", "region-…"),
        ("territories/?is_current=oui", 400, "is_current", "true"),
        ("territories/lille/", 400, "key", "commune-59350"),
        ("territories/commune-59351/", 404, "key", "commune-59350"),
        ("territories/%00/", 400, "key", "attendu"),
        ("collectivities/commune-00000/", 404, "key", "commune-00000"),
        ("collectivities/?kind=village", 400, "kind", "« village »"),
        ("actors/123/", 400, "key", "SIRET"),
        ("actors/00000000000000/", 404, "key", "00000000000000"),
        ("ptce/inconnu/?champs=id", 400, "champs", "fields"),
        ("ptce/inconnu/?fields=nam", 400, "fields", "« name »"),
        ("ptce/?region=pnr-scarpe", 400, "region", "region-32"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_a_sentence(client, world, check, query, status, field, word):
    response = client.get(f"/api/v1/{query}")
    problem = refusal(response)
    check(problem, "Problem")
    assert (response.status_code, problem["status"], problem["field"]) == (status, status, field)
    assert word in problem["detail"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_the_api_only_reads(client, world, method):
    assert refusal(getattr(client, method)("/api/v1/actors/"))["status"] == 405


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("address", ["/api/v1/acteurs/", "/api/v2/", "/api/v1/actors/x/y/"])
def test_other_addresses_are_problems_too(client, db, method, address):
    assert refusal(getattr(client, method)(address))["code"] == "not_found"


def test_an_address_without_its_last_slash_leads_to_it(client, world):
    assert client.get("/api/v1/actors?q=garage")["Location"] == "/api/v1/actors/?q=garage"


def test_a_format_that_is_not_served_is_refused(client, world):
    for address in ("/api/v1/actors/", "/api/v1/schema/"):
        assert refusal(client.get(address, headers={"Accept": "text/html"}))["code"] == "not_acceptable"
    assert refusal(client.get("/api/v1/schema/?format=xml"))["code"] == "unknown_format"


def test_the_guide_is_only_read_too(world):
    response = Client(enforce_csrf_checks=True).post("/api/")
    assert refusal(response)["status"] == 405 and response["Allow"] == "GET, HEAD, OPTIONS"


def test_a_fault_of_ours_is_a_problem_without_a_stack(client, world, monkeypatch):
    monkeypatch.setattr(ActorViewSet, "represent", lambda self, pks: {}[0])
    client.raise_request_exception = False
    response = client.get("/api/v1/actors/")
    assert (response.status_code, refusal(response)["code"]) == (500, "server_error")
    assert "Traceback" not in response.text


def test_heads_and_options_are_answered(client, world):
    assert client.head("/api/v1/actors/").content == b""
    assert client.options("/api/v1/actors/")["Allow"] == "GET, HEAD, OPTIONS"


# The document -------------------------------------------------------------------------------------------


def test_every_operation_is_described(document):
    operations = [operation for path in document["paths"].values() for operation in path.values()]
    # The contour of a territory, the resources, what was removed from them, the dumps and their files.
    assert len(operations) == 2 * len(RESOURCES) + 5
    for operation in operations:
        assert operation["summary"] and operation["description"] and operation["tags"], operation["operationId"]
        told = [parameter for parameter in operation.get("parameters", []) if "$ref" not in parameter]
        assert all(parameter["description"] for parameter in told), operation["operationId"]
        assert {"200", "400", "404"} <= operation["responses"].keys()
    assert document["openapi"].startswith("3.1") and document["info"]["license"]["url"]


@pytest.mark.parametrize("name", ["yaml", "json"])
def test_the_document_is_served(client, db, document, name):
    answer = client.get(f"/api/v1/schema/?format={name}")
    assert yaml.safe_load(answer.text) == document


def test_guide_and_documentation_pages(client, world):
    assert "/api/v1/territories/" in client.get("/api/").text
    page = client.get("/api/v1/docs/")
    assert "unsafe" not in page["Content-Security-Policy"]
    assert "SwaggerUIBundle" in client.get("/api/v1/docs/?script=").text
