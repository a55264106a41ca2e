"""Instruments, thresholds, schemes, calls, agreements and stakes in the API: exact, sourced, published only.

Shapes, keys and lists are held against the OpenAPI document in ``test_api.py``, with those of every resource.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from actors.models import Actor
from observatory.records.models import Citation, Provenance
from policies.models import Agreement, Call, SupportScheme, Threshold

from .factories import (
    AgreementFactory,
    CallFactory,
    CollectivityFactory,
    SchemeFactory,
    SourceFactory,
    StakeFactory,
)


def get(client, address: str) -> dict:
    response = client.get(f"/api/v1/{address}")
    assert response.status_code == 200, response.content
    return response.json()


def names(client, query: str) -> list[str]:
    page = get(client, query)
    assert page["count"] == len(page["results"])
    return [record["name"] for record in page["results"]]


def record_of(client, world, name: str) -> dict:
    return get(client, f"{name}s/{getattr(world, name).public_id}/")


# Answers ------------------------------------------------------------------------------------------------


def test_a_scheme_says_who_offers_what_to_whom(client, world):
    scheme = record_of(client, world, "scheme")
    assert scheme["instrument"] == {"key": "appel-a-projets", "name": "Appel à projets"}
    assert scheme["bodies"] == [
        {"collectivity": {"code": "commune-59350", "name": "Lille"}, "actor": None, "name_then": "Lille"}
    ]
    assert scheme["themes"] == [{"key": "mobilite", "name": "Mobilité durable"}]
    assert (scheme["amount"], scheme["rate"], scheme["ceiling"]) == ("5000.00", "57.50", "12500.50")
    assert (scheme["gives"], scheme["since"], scheme["until"], scheme["is_active"]) == (["money"], 2018, None, None)
    assert scheme["calls"] == [{"id": world.call.public_id, "name": "Appel 2019"}]
    world.scheme.refresh_from_db()
    assert scheme["change"] == world.scheme.change > 0


def test_a_call_has_dates_amounts_and_laureates(client, world):
    call = record_of(client, world, "call")
    assert call["scheme"] == {"id": world.scheme.public_id, "name": world.scheme.name}
    assert (call["opens"], call["closes"], call["envelope"]) == ("2019-01-01", "2019-03-31", "40000.00")
    assert (call["received"], call["eligible"], call["laureates_count"]) == (12, 8, 3)
    garage = {"id": world.actor.public_id, "name": world.actor.name}
    assert call["laureates"] == [{"name": world.actor.name, "actor": garage, "amount": "10000.00"}]


def test_an_agreement_has_exact_amounts_and_links(client, world):
    agreement = record_of(client, world, "agreement")
    assert (agreement["total"], agreement["instalments"]) == ("30000.00", [{"year": 2019, "amount": "30000.00"}])
    assert (agreement["signed_on"], agreement["end"]) == ("2019-06-01", "2021-05-31")
    assert agreement["actor"] == {"id": world.actor.public_id, "name": agreement["beneficiary"]}
    assert (agreement["scheme"]["id"], agreement["call"]["id"]) == (world.scheme.public_id, world.call.public_id)
    assert agreement["documents"] == [{"label": "Délibération", "url": "https://lille.invalid/d12"}]


def test_a_stake_has_its_share_and_its_date(client, world):
    stake = record_of(client, world, "stake")
    assert (stake["amount"], stake["percent"], stake["taken_on"]) == ("15000.00", "20.00", "2016-05-02")
    assert (stake["kind"], stake["cooperative"]) == ("capital", world.actor.name)
    assert stake["body"]["collectivity"]["code"] == "commune-59350"


def test_an_instrument_and_a_threshold_name_each_other(client, world):
    instrument, threshold = get(client, "instruments/appel-a-projets/"), get(client, "thresholds/scic-capital-public/")
    assert instrument["thresholds"] == [{"key": "scic-capital-public", "name": "Capital d’une SCIC"}]
    assert threshold["instruments"] == [{"key": "appel-a-projets", "name": "Appel à projets"}]
    assert "id" not in threshold and "change" not in threshold
    assert get(client, f"instruments/{instrument['id']}/") == instrument


def test_a_key_of_ten_letters_is_not_taken_for_a_public_id(client, world):
    assert get(client, "instruments/subvention/")["name"] == "Subvention"


def test_values_of_a_threshold_are_dated_the_latest_first(client, world):
    threshold = Threshold.objects.get()
    threshold.values.create(value=Decimal(20), until=date(2014, 8, 1), legal_source="Loi de 1947")
    values = get(client, "thresholds/scic-capital-public/")["values"]
    assert [(value["value"], value["since"], value["until"]) for value in values] == [
        ("50.00", "2014-08-02", None),
        ("20.00", None, "2014-08-01"),
    ]


@pytest.mark.parametrize("name", ["scheme", "agreement", "stake", "call"])
def test_what_documents_say_comes_with_its_source(client, world, name):
    """A call of which the documents say nothing more is cited with its scheme, as on its page."""
    record = getattr(world, name)
    older = SourceFactory(key="ancien", year=1999)
    Citation.objects.create(record=world.scheme if name == "call" else record, source=older, statement="Déjà là.")
    Provenance.objects.create(record=record, field="name", source=older, basis="deduced", note="d’après le titre")
    given = record_of(client, world, name)
    assert [mention["statement"] for mention in given["mentions"]] == ["Déjà là.", "Cité en exemple."]
    assert given["mentions"][1] == {
        "source": {"key": "document", "title": "Document document", "year": 2020},
        "locator": "12", "page": 25, "statement": "Cité en exemple.", "basis": "stated",
    }  # fmt: skip
    assert [(f["field"], f["basis"], f["source"]["key"]) for f in given["field_sources"]] == [
        ("name", "deduced", "ancien")
    ]
    if name == "call":
        Citation.objects.create(record=record, source=older, statement="De l’appel.")
        assert [m["statement"] for m in record_of(client, world, name)["mentions"]] == ["De l’appel."]


def test_silence_is_null_and_lists_are_never_null(client, db):
    records = {
        "schemes": SchemeFactory(), "calls": CallFactory(), "agreements": AgreementFactory(), "stakes": StakeFactory()
    }  # fmt: skip
    silent = {
        "schemes": ("amount", "rate", "since", "is_active", "website", "checked_on"),
        "calls": ("year", "opens", "closes", "envelope", "received", "text", "checked_on"),
        "agreements": ("total", "year", "signed_on", "nature", "scheme", "call", "share", "is_de_minimis", "summary"),
        "stakes": ("amount", "percent", "taken_on", "year"),
    }
    for resource, record in records.items():
        given = get(client, f"{resource}/{record.public_id}/")
        assert {field: given[field] for field in silent[resource]} == dict.fromkeys(silent[resource])
        assert given["mentions"] == given["field_sources"] == []


@pytest.mark.parametrize("amount", ["0.00", "0.10", "999999999999.99"])
def test_amounts_stay_exact(client, db, amount):
    agreement = AgreementFactory(total=Decimal(amount))
    assert get(client, f"agreements/{agreement.public_id}/")["total"] == amount


# Only what is published ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["scheme", "call", "agreement", "stake"])
@pytest.mark.parametrize("state", ["draft", "archived"])
def test_only_published_records_are_given(client, world, name, state):
    record = getattr(world, name)
    type(record).objects.filter(pk=record.pk).update(state=state)
    assert client.get(f"/api/v1/{name}s/{record.public_id}/").status_code == 404
    for resource in ("schemes", "calls", "agreements", "stakes"):
        assert record.public_id not in client.get(f"/api/v1/{resource}/?page_size=100").text, resource


def test_a_call_is_hidden_with_its_scheme(client, world):
    SupportScheme.objects.filter(pk=world.scheme.pk).update(state="draft")
    assert client.get(f"/api/v1/calls/{world.call.public_id}/").status_code == 404
    agreement = record_of(client, world, "agreement")
    assert (agreement["scheme"], agreement["call"]) == (None, None)


def test_unpublished_actors_are_named_as_the_source_does_and_not_linked(client, world):
    given = {name: record_of(client, world, name) for name in ("call", "agreement", "stake")}
    Actor.objects.filter(pk=world.actor.pk).update(state="draft")
    assert all(world.actor.public_id in str(record) for record in given.values())
    for name, record in given.items():
        hidden = record_of(client, world, name)
        assert world.actor.public_id not in str(hidden)
        assert hidden.get("beneficiary") == record.get("beneficiary")


# Lists --------------------------------------------------------------------------------------------------


def test_lists_take_the_filters_of_the_pages(client, world):
    far = CollectivityFactory(name="Brest")
    prize = SchemeFactory(name="Prix breton", bodies=[far], is_active=False)
    CallFactory(scheme=prize, name="Prix 2021", year=2021, opens=date(2021, 1, 1), closes=date(2021, 2, 1))
    AgreementFactory(name="Prêt", body=far, year=2020)
    StakeFactory(name="Brest dans la SCIC", body=far, year=2020)
    expected = {
        "schemes/?q=appels+lille": ["Appel à projets de Lille"],
        "schemes/?active=false": ["Prix breton"],
        "schemes/?territory=region-32&gives=money": ["Appel à projets de Lille"],
        "schemes/?territory=commune-99999": [],
        "schemes/?sort=-name": ["Prix breton", "Appel à projets de Lille"],
        "calls/": ["Prix 2021", "Appel 2019"],
        "calls/?sort=closes": ["Appel 2019", "Prix 2021"],
        f"calls/?scheme={world.scheme.public_id}": ["Appel 2019"],
        "calls/?scheme=0000000000": [],
        "calls/?q=breton": ["Prix 2021"],
        "calls/?q=prix+2021": ["Prix 2021"],
        "calls/?instrument=appel-a-projets&theme=mobilite": ["Appel 2019"],
        "calls/?territory=epci-200093201": ["Appel 2019"],
        "calls/?year=2021": ["Prix 2021"],
        "calls/?closes_after=2019-03-31&closes_before=2021-01-31": ["Appel 2019"],
        "calls/?opens_after=2019-01-02": ["Prix 2021"],
        "calls/?opens_before=2019-01-01": ["Appel 2019"],
        "agreements/?year=2019&instrument=subvention&nature=money": ["Aide au démarrage"],
        "agreements/?territory=region-32": ["Aide au démarrage"],
        "agreements/": ["Prêt", "Aide au démarrage"],
        "stakes/?q=Brest": ["Brest dans la SCIC"],
        "stakes/?year=2016": ["Lille dans le garage"],
        "instruments/?family=money": ["Subvention"],
        "instruments/?q=subventions": ["Subvention"],
        "thresholds/?q=CAPITAL+interdit": ["Capital d’une SCIC"],
        "thresholds/?instrument=appel-a-projets&unit=percent": ["Capital d’une SCIC"],
        "thresholds/?unit=euros": [],
    }
    assert {query: names(client, query) for query in expected} == expected


def test_open_calls_are_those_that_take_files_today(client, db):
    today, week = timezone.localdate(), timedelta(days=7)
    scheme = SchemeFactory()
    for name, opens, closes in (
        ("Ouvert", today - week, today),
        ("Sans fin", today, None),
        ("Clos", None, today - week),
        ("À venir", today + week, None),
        ("Sans date", None, None),
    ):
        CallFactory(scheme=scheme, name=name, opens=opens, closes=closes)
    assert names(client, "calls/?open=true&sort=name") == ["Ouvert", "Sans fin"]
    assert names(client, "calls/?open=false&sort=name") == ["À venir", "Clos"]


def test_a_scheme_of_several_bodies_is_listed_once(client, world):
    CollectivityFactory(territory=world.departement, name="Département du Nord", kind="departement")
    body = CollectivityFactory(territory=world.epci, name="Métropole", kind="metropole")
    world.scheme.offers.create(body=body, body_then="Communauté urbaine")
    assert names(client, "schemes/?territory=region-32") == [world.scheme.name]
    assert names(client, "calls/?territory=region-32") == ["Appel 2019"]
    assert [b["name_then"] for b in record_of(client, world, "scheme")["bodies"]] == ["Lille", "Communauté urbaine"]


def test_records_without_a_year_come_last_in_both_orders(client, db):
    for year in (2019, None, 2021):
        AgreementFactory(name=f"Aide {year}", year=year)
    assert names(client, "agreements/") == ["Aide 2021", "Aide 2019", "Aide None"]
    assert names(client, "agreements/?sort=year") == ["Aide 2019", "Aide 2021", "Aide None"]


@pytest.mark.parametrize(
    ("query", "field", "word"),
    [
        ("calls/?open=oui", "open", "ni true ni false"),
        ("schemes/?active=1", "active", "ni true ni false"),
        ("calls/?scheme=lille", "scheme", "dix caractères"),
        ("calls/?closes_before=31/03/2019", "closes_before", "2026-03-31"),
        ("calls/?year=deux", "year", "comme 2019"),
        ("agreements/?year=2019.5", "year", "comme 2019"),
        ("agreements/?year=1066", "year", "1900"),
        ("calls/?sort=relevance", "sort", "relevance"),
        ("thresholds/?unit=francs", "unit", "francs"),
        ("instruments/?famille=money", "famille", "family"),
        ("stakes/?territory=59350", "territory", "commune-59350"),
        ("agreements/?nature=don", "nature", "don"),
        ("thresholds/?q=%00", "q", "nul"),
        ("schemes/appel/", "key", "dix caractères"),
        ("thresholds/un%20seuil/", "key", "de-minimis"),
    ],
)
def test_what_cannot_be_understood_is_refused_with_a_sentence(client, world, query, field, word):
    response = client.get(f"/api/v1/{query}")
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert response.json()["field"] == field
    assert word in response.json()["detail"]


@pytest.mark.parametrize("address", ["thresholds/inconnu", "instruments/inconnu", "stakes/0000000000"])
def test_a_key_that_nothing_has_is_not_found(client, db, address):
    assert client.get(f"/api/v1/{address}/").status_code == 404


def test_a_change_of_instalments_or_laureates_draws_a_number(client, world):
    for name, kind in (("agreement", Agreement), ("call", Call)):
        before = record_of(client, world, name)["change"]
        part = (world.agreement.instalments if kind is Agreement else world.call.laureates).get()
        part.amount = Decimal("12.34")
        part.save()
        assert record_of(client, world, name)["change"] > before
