"""The lists of the third floor: words without accents, drawings by year, files of the current search, orders that mean something."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from policies import yearly
from policies.models import Agreement

from .factories import ActorFactory, AgreementFactory, CallFactory, CollectivityFactory, SchemeFactory, StakeFactory

pytestmark = pytest.mark.django_db


def names(client, address: str) -> list[str]:
    page = client.get(address)
    assert page.status_code == 200, page.text
    return [row.name for row in page.context["page"] or []]


@pytest.mark.parametrize("typed", ["economie", "ÉCONOMIE", "économies", "econ"])
def test_words_are_found_without_accents_capitals_or_plurals(client, world, typed):
    AgreementFactory(name="Aide à l’économie du réemploi")
    CallFactory(scheme=world.scheme, name="Appel pour l’économie")
    StakeFactory(name="Parts", cooperative="Économie d’ici", actor=None)
    assert names(client, f"/conventions/?q={typed}") == ["Aide à l’économie du réemploi"]
    assert names(client, f"/dispositifs/appels/?q={typed}") == ["Appel pour l’économie"]
    assert names(client, f"/parts-de-scic/?q={typed}") == ["Parts"]


def test_words_may_stand_in_the_names_of_what_an_act_links(client, world):
    body = CollectivityFactory(name="Communauté de l’Orée")
    act = AgreementFactory(name="Aide", body=body, actor=ActorFactory(name="Les Vélos d’été"))
    assert (
        names(client, "/conventions/?q=velo+oree") == names(client, "/conventions/?q=communaut%C3%A9+aide") == ["Aide"]
    )
    act.actor.name = "La Bécane"
    act.actor.save()
    assert names(client, "/conventions/?q=becane") == ["Aide"], "a new name is found at once"
    assert names(client, "/conventions/?q=velo+ete") == ["Aide"], "the name in the act stays"


def test_calls_have_a_list_with_what_is_open(client, world):
    today = timezone.localdate()
    CallFactory(scheme=world.scheme, name="Ouvert", opens=today, closes=today + timedelta(days=2), year=today.year)
    CallFactory(scheme=world.scheme, name="À venir", opens=today + timedelta(days=9), closes=today + timedelta(days=20))
    assert names(client, "/dispositifs/appels/?open=true") == ["Ouvert"]
    page = client.get("/dispositifs/appels/").text
    assert "Ouvre le" in page and "Clos le 31 mars 2019" in page and "40\u202f000\u00a0€" in page


def test_schemes_are_found_by_whom_they_are_for_and_by_their_body(client, world):
    SchemeFactory(name="Prix", bodies=[CollectivityFactory(name="Brest")], audience="Coopératives de l’été")
    assert names(client, "/dispositifs/?audience=cooperative") == ["Prix"]
    assert names(client, "/dispositifs/?audience=association") == [world.scheme.name]
    page = client.get(f"/dispositifs/?body={world.body.code}")
    assert [row.name for row in page.context["page"]] == [world.scheme.name]
    assert 'name="body"' in page.text and "Retirer" in page.text


# By year -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def years(world):
    """Amounts that binary numbers would round, a shared grant, a year without amount, one without agreement."""
    for year, total, share in (
        (2015, "0.10", None), (2015, "0.20", None), (2015, "100.05", "33.33"), (2016, None, None), (2018, "12500.50", None),
        (None, "7", None),
    ):  # fmt: skip
        AgreementFactory(
            body=world.body, year=year, total=total and Decimal(total), beneficiary_share=share and Decimal(share)
        )
    Agreement.objects.filter(pk=world.agreement.pk).delete()


def test_agreements_by_year_are_counted_and_summed_exactly_both_ways(years):
    expected = [
        (2015, 3, 3, Decimal("33.65")), (2016, 1, 0, Decimal(0)), (2018, 1, 1, Decimal("12500.50")), (None, 1, 1, Decimal(7)),
    ]  # fmt: skip
    for found in (yearly.of(Agreement.objects.all()), yearly.in_database(Agreement.objects.all())):
        assert [(year.year, year.count, year.priced, year.total) for year in found] == expected


@pytest.mark.parametrize("where", ["/conventions/", "collectivité"])
def test_a_page_draws_agreements_by_year_with_their_table(client, world, years, where):
    text = client.get(world.body.get_absolute_url() if where == "collectivité" else where).text
    assert text.count('role="img"') >= 2 and "Montants connus par année" in text
    table = text.split("Montants connus par année : le tableau</summary>")[1].split("</table>")[0]
    assert "Sans année connue : 7\u00a0€." in text
    rows = [row.split("</tr>")[0] for row in table.split('<th scope="row">')[1:]]
    assert [row[:4] for row in rows] == ["2015", "2016", "2017", "2018"]
    assert [row.split('<td class="number">')[1].split("</td>")[0] for row in rows] == [
        "33,65\u00a0€", "non précisé", "0\u00a0€", "12\u202f500,50\u00a0€",
    ]  # fmt: skip


def test_the_drawing_follows_the_search(client, world, years):
    assert "Montants connus par année" not in client.get("/conventions/?year=2018").text


# Files -------------------------------------------------------------------------------------------------------------


def rows_of(client, address: str) -> list[dict]:
    text = b"".join(client.get(address).streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_each_list_is_downloaded_under_its_search(client, world):
    AgreementFactory(name="Ailleurs", year=2001)
    page = client.get("/conventions/?q=demarrage")
    address = next(export.url for export in page.context["exports"] if "csv" in export.url)
    assert address in page.text.replace("&amp;", "&")
    (act,) = rows_of(client, address)
    assert (act["objet"], act["beneficiaire"], act["siret"]) == (
        "Aide au démarrage",
        world.actor.name,
        world.actor.siret,
    )
    assert (act["montant_total"], act["signee_le"], act["versements"]) == ("30000.00", "2019-06-01", "2019 : 30000.00")
    assert (act["code_collectivite"], act["sources"]) == (world.body.code, "Document d’essai (2020)")
    (scheme,) = rows_of(client, "/dispositifs/telecharger/csv/?gives=money")
    assert (scheme["nom"], scheme["collectivites"], scheme["plafond"]) == (world.scheme.name, "Lille", "12500.50")
    (call,) = rows_of(client, "/dispositifs/appels/telecharger/csv/")
    assert (call["cloture"], call["laureats_connus"]) == ("2019-03-31", world.actor.name)
    assert [row["part_du_capital"] for row in rows_of(client, "/parts-de-scic/telecharger/csv/?year=2016")] == ["20.00"]


def test_a_spreadsheet_keeps_identifiers_as_text_and_takes_nothing_for_a_formula(client, world):
    AgreementFactory(name="=1+1", body=world.body, actor=world.actor, year=2020)
    book = load_workbook(io.BytesIO(client.get("/conventions/telecharger/xlsx/?sort=year").content))
    head, *rows = book["Conventions"].iter_rows()
    at = {cell.value: n for n, cell in enumerate(head)}
    assert [row[at["siret"]].value for row in rows] == [world.actor.siret] * 2
    assert (rows[1][at["objet"]].value, rows[1][at["objet"]].data_type) == ("=1+1", "s")
    assert (
        rows[0][at["signee_le"]].value.date() == date(2019, 6, 1)
        and float(rows[0][at["montant_total"]].value) == 30_000
    )
    assert rows_of(client, "/conventions/telecharger/csv/?year=2020")[0]["objet"] == "'=1+1"


@pytest.mark.parametrize("folder", ["dispositifs", "dispositifs/appels", "conventions", "parts-de-scic"])
def test_a_file_refuses_what_its_page_refuses(client, world, folder):
    assert client.get(f"/{folder}/telecharger/pdf/").status_code == 404
    assert client.get(f"/{folder}/telecharger/csv/?territory=59350").status_code == 400


# Orders ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("resource", ["agreements", "stakes", "calls", "thresholds"])
def test_an_order_that_means_nothing_is_refused_and_never_proposed(client, world, resource):
    response = client.get(f"/api/v1/{resource}/?q=garage&sort=relevance")
    assert (response.status_code, response.json()["field"]) == (400, "sort")
    for page in ("/conventions/", "/parts-de-scic/", "/dispositifs/appels/"):
        assert "Pertinence" not in client.get(f"{page}?q=aide").text
    assert "Pertinence" in client.get("/dispositifs/?q=appel").text
