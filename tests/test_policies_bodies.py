"""What a collectivité says of itself: who deals with the ESS; what it holds over time; shared grants; citations and change numbers."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.urls import reverse

from observatory.accounts.enums import Role
from observatory.editing import services
from observatory.editing.models import Revision
from observatory.editing.services import Author
from observatory.records.models import Citation
from policies import checks, scdl
from policies.models import Agreement, Instrument, Referent, Threshold

from .desk import filled
from .factories import ActorFactory, AgreementFactory, CollectivityFactory, SourceFactory, StakeFactory
from .permissions import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client, world):
    client.force_login(person(Role.COLLECTIVITY_AGENT, territory=world.commune, record=world.body))
    return client


def change_of(client, address: str) -> int:
    return client.get(f"/api/v1/{address}/").json()["change"]


# Referents ---------------------------------------------------------------------------------------------------------


def test_the_agent_of_a_body_says_which_service_deals_with_the_ess(agent, world):
    before = change_of(agent, f"collectivities/{world.body.code}")
    form = agent.get(reverse("editing:add", args=["referents"]))
    assert world.body.code in form.text
    typed = {"name": "Vice-présidence à l’économie", "service": "Cabinet", "telephone": "03 20 00 00 01"}
    assert agent.post(reverse("editing:add", args=["referents"]), filled(form) | typed).status_code == 302
    made = Referent.objects.get(name=typed["name"])
    assert made.body == world.body and Revision.objects.get().public_id == made.public_id
    page = agent.get(world.body.get_absolute_url()).text
    assert "Qui s’en occupe" in page and typed["name"] in page and "mailto:ess@lille.invalid" in page
    given = agent.get(f"/api/v1/collectivities/{world.body.code}/").json()
    assert [referent["role"] for referent in given["ess_referents"]] == ["Mission économie solidaire", typed["name"]]
    assert given["ess_referents"][0] | {"id": ""} == {
        "id": "", "role": "Mission économie solidaire", "service": "Direction de l’emploi", "email": "ess@lille.invalid",
        "telephone": None, "website": None,
    }  # fmt: skip
    assert given["change"] > before
    services.archive(made, Author())
    cache.clear()  # on PostgreSQL no number is safe before the test's own transaction ends
    assert typed["name"] not in agent.get(world.body.get_absolute_url()).text
    assert change_of(agent, f"collectivities/{world.body.code}") > given["change"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": "Mme la directrice"}, "jamais le nom d’une personne"),
        ({"name": "Mission", "service": "Monsieur Untel"}, "jamais le nom d’une personne"),
        ({"name": "Mission"}, "Dites au moins le service"),
        ({"name": "Mission", "email": "ess"}, "Une adresse de courriel"),
        ({"service": "Cabinet"}, "La fonction est nécessaire."),
        (
            {"name": "Mission", "service": "S", "body": "", "body_text": "Atlantide"},
            "n’est pas une collectivité connue",
        ),
    ],
)
def test_a_referent_is_a_role_with_a_way_to_reach_it(agent, world, typed, sentence):
    data = filled(agent.get(reverse("editing:add", args=["referents"])))
    page = agent.post(reverse("editing:add", args=["referents"]), data | typed)
    assert page.status_code == 422 and sentence in page.text
    assert Referent.objects.count() == 1


def test_the_referent_of_another_body_is_out_of_reach(agent, world):
    other = CollectivityFactory()
    data = filled(agent.get(reverse("editing:add", args=["referents"])))
    typed = {"name": "Mission", "service": "S", "body": other.code, "body_text": other.name}
    assert agent.post(reverse("editing:add", args=["referents"]), data | typed).status_code == 422
    mine = Referent.objects.create(body=other, name="Mission", service="S")
    assert agent.get(reverse("editing:edit", args=["referents", mine.public_id])).status_code == 403


def test_a_body_that_says_nothing_is_told_so(client, world):
    page = client.get(CollectivityFactory(name="Muette").get_absolute_url()).text
    assert "n’a pas encore dit quel service" in page


# Capital over time -------------------------------------------------------------------------------------------------


@pytest.fixture
def scic(world):
    """20 % before the law of 2014, 50 % since; two bodies, a cession, an account that is no capital."""
    Threshold.objects.get(key="scic-capital-public").values.create(
        value=Decimal(20), until=date(2014, 8, 1), legal_source="Loi de 1947"
    )
    scic = ActorFactory(name="La Coopérative", legal_form="scic")
    first, second = CollectivityFactory(name="Ici"), CollectivityFactory(name="Là")
    made = {"actor": scic, "cooperative": scic.name}
    StakeFactory(body=first, taken_on=date(2012, 6, 1), year=2012, percent=Decimal(15), **made)
    StakeFactory(body=second, year=2013, percent=Decimal("10.5"), **made)
    StakeFactory(
        body=first, taken_on=date(2016, 6, 1), year=2016, percent=Decimal(45), ended_on=date(2020, 1, 1), **made
    )
    StakeFactory(body=second, year=2018, percent=Decimal(90), kind="current_account", **made)
    return scic


def test_the_capital_table_checks_the_ceiling_of_each_date(client, scic):
    found = checks.capital_over_time(scic.stakes.select_related("body"))
    assert [(check.end, check.total, check.limit.value, check.is_passed) for check in found] == [
        (date(2012, 6, 1), 15, 20, False),
        (date(2013, 12, 31), Decimal("25.5"), 20, True),
        (date(2016, 6, 1), Decimal("55.5"), 50, True),
        (date(2020, 1, 1), Decimal("10.5"), 50, False),
    ]
    for page in (scic.get_absolute_url(), scic.stakes.first().get_absolute_url()):
        text = client.get(page).text
        table = text[text.index("Capital public à chaque date") :].split("</table>")[0]
        lines = [line.split("</tr>")[0] for line in table.split('<th scope="row">')[1:]]
        assert [line.split("</th>")[0] for line in lines] == [
            "1er juin 2012",
            "31 décembre 2013",
            "1er juin 2016",
            "1er janvier 2020",
        ]
        assert ["dépassé" in line for line in lines] == [False, True, True, False]
        assert "25,5\u00a0%" in lines[1] and "Loi de 1947" in lines[1] and "Loi de 2014" in lines[2]


def test_a_stake_that_was_sold_does_not_bring_back_the_one_before(scic):
    assert checks.public_capital(actor=scic, day=date(2021, 1, 1)).known == Decimal("10.5")


# Shared grants -----------------------------------------------------------------------------------------------------


def test_a_beneficiary_counts_for_its_part_of_a_shared_grant(agent, world):
    Threshold.objects.create(
        key="de-minimis", name="De minimis", unit="euros", scope="aides", consequence="motif"
    ).values.create(value=300_000, since=date(2024, 1, 1), period="3 ans glissants", legal_source="Règlement")
    address = reverse("editing:add", args=["conventions"])
    data = filled(agent.get(address)) | {
        "name": "Aide commune", "instrument": "subvention", "body": world.body.code, "body_text": world.body.name,
        "actor": world.actor.public_id, "actor_text": world.actor.name, "total": "1 000,10", "beneficiary_share": "45,5 %",
        "rae_number": "12345", "signed_on": "2024-05-01", "is_de_minimis": "true",
    }  # fmt: skip
    assert "n’est pas" not in agent.post(address, data).text
    made = Agreement.objects.get(name="Aide commune")
    assert (made.received, made.beneficiary_share, made.rae_number) == (Decimal("455.05"), Decimal("45.50"), "12345")
    assert checks.de_minimis(actor=world.actor, day=date(2024, 6, 1), amount=Decimal(0)).known == Decimal("455.05")
    line = scdl.line_of(scdl.with_parts(Agreement.objects.filter(pk=made.pk)).get())
    assert (line["montant"], line["pourcentageSubvention"], line["idRAE"]) == ("1000.10", "0.455", "12345")
    given = agent.get(f"/api/v1/agreements/{made.public_id}/").json()
    assert (given["beneficiary_share"], given["rae_number"]) == ("45.50", "12345")
    assert "soit <span" in agent.get(made.get_absolute_url()).text
    for shown in (reverse("policies:agreements"), world.body.get_absolute_url()):
        page = agent.get(shown).text
        assert "455,05\u00a0€" in page and "1\u202f000,10" not in page
    page = agent.post(address, data | {"beneficiary_share": "0,5", "token": ""})
    assert page.status_code == 422 and "d’au moins 1" in page.text


@pytest.mark.parametrize(
    ("share", "text"), [(None, "1.00"), ("100", "1.00"), ("50", "0.50"), ("33.33", "0.3333"), ("1", "0.01")]
)
def test_the_part_is_written_as_the_schema_asks(world, share, text):
    act = AgreementFactory(body=world.body, beneficiary_share=share and Decimal(share))
    line = scdl.line_of(scdl.with_parts(Agreement.objects.filter(pk=act.pk)).get())
    assert line["pourcentageSubvention"] == text
    assert not [fault for fault in scdl.faults(line) if fault.column.name == "pourcentageSubvention"]


# Citations ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["scheme", "call", "agreement", "stake", "instrument"])
def test_what_documents_say_is_part_of_the_record_and_draws_a_number(client, world, name):
    record = world.scheme.instrument if name == "instrument" else getattr(world, name)
    address = f"{name}s/{record.public_id}"
    seen = [change_of(client, address)]
    others = {kind: change_of(client, f"actors/{world.actor.public_id}") for kind in ("actor",)}
    said = Citation.objects.create(record=record, source=SourceFactory(), statement="Encore.")
    seen.append(change_of(client, address))
    said.statement = "Autrement."
    said.save()
    seen.append(change_of(client, address))
    said.delete()
    seen.append(change_of(client, address))
    assert seen == sorted(set(seen))
    assert others == {"actor": change_of(client, f"actors/{world.actor.public_id}")}


def test_the_page_of_instruments_cites_its_sources_and_the_law(client, world):
    instrument = world.scheme.instrument
    Instrument.objects.filter(pk=instrument.pk).update(legal_basis=[{"text": "Loi n° 2000-321", "url": ""}])
    Citation.objects.create(record=instrument, source=world.source, page=9, statement="Proposé pour repérer.")
    page = client.get("/dispositifs/instruments/").text
    assert "Loi n° 2000-321" in page and "Proposé pour repérer." in page and world.source.short_title in page
