"""Poles in the API: every fact with its document and page, silence as null, few queries whatever the number of rows.

The shape, the keys and the list are held against the OpenAPI document in ``test_api.py`` for a bare pole, here for a full one.
"""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from observatory.records.models import Citation, Provenance
from ptce.editing import KIND
from ptce.models import Pole

from .factories import PoleFactory, SourceFactory
from .test_api import check, document  # noqa: F401 (fixtures)

pytestmark = pytest.mark.django_db
FACTS = ("project_territories", "milestones", "recognitions", "members", "figures", "money", "roles", "claims")


def get(client, address: str) -> dict:
    response = client.get(f"/api/v1/ptce/{address}")
    assert response.status_code == 200, response.content
    return response.json()


def fill(pole, world, source) -> None:
    """One fact or more in each list of a pole."""
    said = {"source": source, "page": 15}
    pole.project_territories.create(name="Le pays", territory=None, **said)
    pole.project_territories.create(name="Métropole", territory=world.epci, **said)
    pole.milestones.create(stage="creation", year=2010, month=6, basis="deduced", note="d’après les statuts", **said)
    pole.milestones.create(year=2008, text="Premières réunions", **said)
    pole.recognitions.create(kind="temoin", year=2014, **said)
    pole.members.create(name="Le réseau", actor=world.network, category="ess", role="fondateur", since=2010, **said)
    pole.members.create(name="Ville de Lille", body=world.body)
    pole.figures.create(key="cell_budget", value=Decimal(152_000), unit="€", year=2013, is_approximate=True, **said)
    pole.figures.create(key="other", label="Bureaux", value=Decimal("2.5"), unit="bureaux", year=2020)
    pole.money.create(name="Région", level="region", year=2013, amount=Decimal("25000.50"), purpose="Emplois", **said)
    pole.money.create(name="État", level="state", **said)
    pole.roles.create(name="Lille", body=world.body, level="commune", kind="support", text="Prête un local.", **said)
    pole.claims.create(field="created", text="2009 selon un autre passage", **said)
    Citation.objects.create(record=pole, source=source, page=15, statement="Cité en exemple.")
    Provenance.objects.create(record=pole, field="carrier", source=source, locator="p. 15")
    KIND.write(
        pole,
        {"filieres": ["vélo", "culture"], "themes": ["mobilite"], "objectives": ["visibilite-ess"], "place_area": 1200},
    )


@pytest.fixture
def pole(world):
    pole = PoleFactory(name="Pôle Textile", region=world.region)
    fill(pole, world, world.source)
    return Pole.objects.get(pk=pole.pk)


def test_a_full_pole_is_what_the_document_says_in_the_list_and_alone(client, pole, check):  # noqa: F811
    check(get(client, ""), "PaginatedPoleList")
    alone = get(client, f"{pole.public_id}/")
    check(alone, "Pole")
    assert alone in get(client, "")["results"]


def test_each_fact_has_its_document_and_its_page(client, pole, world):
    given = get(client, f"{pole.public_id}/")
    said = {
        "source": {"key": "document", "title": world.source.title, "year": 2020},
        "page": 15, "basis": "stated", "note": None,
    }  # fmt: skip
    by_hand = {"source": None, "page": None, "basis": "stated", "note": None}
    lille = {"code": world.body.code, "name": world.body.name}
    network = {"id": world.network.public_id, "name": world.network.name}
    nobody = {"actor": None, "collectivity": None}
    assert given["members"] == [
        {"name": "Le réseau", "actor": network, "collectivity": None, "category": "ess", "role": "fondateur",
         "since": 2010, "until": None, **said},
        {"name": "Ville de Lille", "actor": None, "collectivity": lille, "category": None, "role": None,
         "since": None, "until": None, **by_hand},
    ]  # fmt: skip
    assert given["figures"] == [
        {"key": "other", "label": "Bureaux", "value": "2.50", "unit": "bureaux", "year": 2020, "is_approximate": False, **by_hand},
        {"key": "cell_budget", "label": None, "value": "152000.00", "unit": "€", "year": 2013, "is_approximate": True, **said},
    ]  # fmt: skip
    assert given["money"] == [
        {"name": "Région", **nobody, "level": "region", "year": 2013, "amount": "25000.50", "purpose": "Emplois", **said},
        {"name": "État", **nobody, "level": "state", "year": None, "amount": None, "purpose": None, **said},
    ]  # fmt: skip
    assert given["milestones"] == [
        {"stage": None, "year": 2008, "month": None, "text": "Premières réunions", **said},
        {"stage": "creation", "year": 2010, "month": 6, "text": None, **said, "basis": "deduced", "note": "d’après les statuts"},
    ]  # fmt: skip
    assert given["stage"] == "creation"
    assert given["recognitions"] == [{"kind": "temoin", "year": 2014, "name": None, **said}]
    assert given["roles"] == [
        {"name": "Lille", "actor": None, "collectivity": lille, "level": "commune", "kind": "support",
         "text": "Prête un local.", "year": None, **said},
    ]  # fmt: skip
    epci = {"code": world.epci.code, "name": world.epci.name}
    assert [(row["name"], row["territory"]) for row in given["project_territories"]] == [
        ("Le pays", None),
        ("Métropole", epci),
    ]
    assert given["claims"] == [{"field": "created", "text": "2009 selon un autre passage", **said}]
    assert given["filieres"] == [{"key": "culture", "name": "culture"}, {"key": "velo", "name": "vélo"}]
    assert (given["themes"][0]["key"], given["objectives"]) == ("mobilite", ["visibilite-ess"])
    assert given["shared_place"] == {"name": None, "address": None, "area": 1200, "opened": None, "shares": []}
    assert [(m["statement"], m["page"]) for m in given["mentions"]] == [("Cité en exemple.", 15)]
    assert [(f["field"], f["locator"]) for f in given["field_sources"]] == [("carrier", "p. 15")]


def test_silence_is_null_or_empty(client, db):
    pole = get(client, f"{PoleFactory().public_id}/")
    for name in ("description", "stage", "carrier", "legal_form", "created", "is_active", "shared_place", "checked_on"):
        assert pole[name] is None, name
    assert {name: pole[name] for name in (*FACTS, "mentions", "filieres", "objectives")} == {
        name: [] for name in (*FACTS, "mentions", "filieres", "objectives")
    }


def test_an_actor_that_is_no_longer_published_is_only_a_name(client, pole, world):
    type(world.network).objects.filter(pk=world.network.pk).update(state="archived")
    member = get(client, f"{pole.public_id}/")["members"][0]
    assert (member["name"], member["actor"]) == ("Le réseau", None)


def test_a_hundred_poles_ask_no_more_than_one(client, pole, world):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            get(client, "?page_size=100")
        return len(queries)

    few = count()
    for n in range(6):
        fill(PoleFactory(name=f"Pôle {n}"), world, SourceFactory())
    assert count() == few <= 8


def test_what_the_desk_changes_is_seen_by_who_asks_what_changed(client, pole):
    before = get(client, f"{pole.public_id}/")["change"]
    pole.members.filter(name="Le réseau").update(role="porteur")
    assert get(client, f"{pole.public_id}/")["change"] > before
