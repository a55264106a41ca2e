"""The public pages of the poles: search, map and files; the page of a pole; the law's test; the study; links both ways."""

import csv
import io
import json
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from observatory.records.identity import public_id_for
from observatory.territories.enums import Level
from observatory.territories.models import Territory
from ptce import compare, law, reperes, report
from ptce.enums import FigureKey
from ptce.models import Filiere, Indicator, Pole

from . import poles
from .factories import (
    ActorFactory,
    CollectivityFactory,
    CommuneFactory,
    PoleFactory,
    SourceFactory,
    TerritoryFactory,
    ThemeFactory,
)

#: what a page of a pole, and a list of poles, may ask of the database (DESIGN §6)
PAGE, LIST = 15, 12


@pytest.fixture
def study(db):
    return SourceFactory(key="ptce-2014", short_title="Étude PTCE", year=2014)


@pytest.fixture
def lille(db):
    """A pole with something under every heading; ``second`` contradicts the study."""
    source, second = (
        SourceFactory(key="ptce-2014", short_title="Étude", year=2014),
        SourceFactory(key="lille", year=2015),
    )
    region = TerritoryFactory(level=Level.REGION, official_code="32", name="Hauts-de-France")
    then = TerritoryFactory(level=Level.FORMER_REGION, official_code="31", name="Nord-Pas-de-Calais", is_current=False)
    commune = CommuneFactory(official_code="59350", name="Lille", region=region)
    Territory.objects.filter(pk=commune.departement_id).update(longitude=3.05, latitude=50.62)
    body = CollectivityFactory(territory=commune, name="Ville de Lille")
    garage = ActorFactory(name="Garage solidaire", territory=commune)
    pole = PoleFactory(
        name="Pôle Culture", source=source, region=region, region_then=then, created=2010, impulsion="public",
        dynamic="filiere", perimeter="urban", carrier="La Grappe", carrier_actor=garage, legal_form="scic",
        description="Un pôle de la culture. Il partage un lieu.", objectives=["innovation-sociale", "mutualisation-ressources"],
        place_name="La Halle", place_area=1500, place_shares=["salles de réunion"], departement=commune.departement,
    )  # fmt: skip
    pole.themes.add(ThemeFactory(key="culture", name="Culture"))
    poles.tell(pole, source=source, second=second, body=body, actor=garage)
    return pole


@pytest.fixture
def other(lille):
    """Another pole, of which little is said."""
    pole = PoleFactory(name="Abeille", dynamic="filiere", created=2005, region=TerritoryFactory(level=Level.REGION))
    pole.filieres.add(Filiere.objects.get(key="culture"))
    pole.figures.create(key="cell_budget", value=Decimal(90_000), unit="€")
    return pole


def names(response) -> list[str]:
    return [pole.name for pole in response.context["page"]]


# Search --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=cultures", ["Pôle Culture", "Abeille"]),
        ("region=region-32", ["Pôle Culture"]),
        ("region=former-region-31", ["Pôle Culture"]),
        ("stage=creation", ["Pôle Culture"]),
        ("stage=unknown", ["Abeille"]),
        ("impulsion=public&perimeter=urban", ["Pôle Culture"]),
        ("dynamic=filiere", ["Abeille", "Pôle Culture"]),
        ("filiere=culture&theme=culture", ["Pôle Culture"]),
        ("recognition=laureate-2013,temoin", ["Pôle Culture"]),
        ("sort=-budget", ["Pôle Culture", "Abeille"]),
        ("sort=budget", ["Abeille", "Pôle Culture"]),
        ("sort=created", ["Abeille", "Pôle Culture"]),
        ("sort=-members&view=table", ["Pôle Culture", "Abeille"]),
        ("sort=stage", ["Pôle Culture", "Abeille"]),
    ],
)
def test_poles_are_found_and_sorted(client, other, query, found):
    other.index_search()
    other.save()
    assert names(client.get(f"/ptce/?{query}")) == found


def test_facets_count_what_choosing_would_give(client, other):
    facets = {facet.name: facet for facet in client.get("/ptce/?stage=creation").context["facets"]}
    counts = {name: {v.value: v.count for v in facet.values} for name, facet in facets.items()}
    assert counts["stage"] == {"creation": 1, "unknown": 1}
    assert counts["filiere"] == {"culture": 1} and counts["region"]["former-region-31"] == 1


def test_what_is_not_understood_gets_a_sentence(client, lille):
    for query, words in {
        "stage=lune": "« lune »",
        "region=commune-59350": "n’est pas une région",
        "sort=lune": "« lune »",
    }.items():
        response = client.get(f"/ptce/?{query}")
        assert (query, response.status_code) == (query, 400) and words in response.text


def test_an_empty_answer_says_what_to_do(client, lille):
    assert "Aucun pôle ne répond" in client.get("/ptce/?q=introuvable").text
    assert "Pôle Culture" not in client.get("/ptce/?region=region-99").text


def test_list_table_and_files_hold_the_same(client, other):
    page = client.get("/ptce/").text
    assert "data-places" in page and "1\u00a0pôle placé" in page and "18\u00a0structures" in page
    table = client.get("/ptce/?view=table&sort=-budget").text
    assert 'aria-sort="descending"' in table and "200\u202f000\u00a0€ (2013)" in table and "environ 18" in table
    sheet = list(
        csv.DictReader(
            io.StringIO(b"".join(client.get("/ptce/export/csv/?q=culture&sort=name")).decode("utf-8-sig")),
            delimiter=";",
        )
    )
    assert [row["nom"] for row in sheet] == ["Pôle Culture"]
    assert sheet[0]["structures_membres"] == "18.0" and sheet[0]["reconnaissances"].startswith("Lauréat")
    book = load_workbook(io.BytesIO(client.get("/ptce/export/xlsx/").content))
    assert [row[1].value for row in book.active.iter_rows(min_row=2)] == ["Abeille", "Pôle Culture"]
    features = json.loads(client.get("/ptce/export/geojson/").content)["features"]
    assert [f["geometry"] is None for f in features] == [True, False]
    assert client.get("/ptce/export/pdf/").status_code == 404
    assert client.get("/ptce/export/csv/?stage=lune").status_code == 400


# The page of a pole --------------------------------------------------------------------------------------------


def test_a_page_says_everything_with_its_source(client, lille, study):
    poles.median(study)
    page = client.get(lille.get_absolute_url()).text
    for words in (
        "Un pôle de la culture.", "La Grappe", "SCIC", "Publique", "Investir dans l’innovation sociale", "Lille (59)",
        "Nord-Pas-de-Calais avant 2016", "La Halle", "1\u202f500", "salles de réunion", "depuis 2010", "mécanique",
        "juin 2010", "Premières réunions", "Lauréat de l’appel national de 2013", "Prête un lieu.",
        "2011 selon l’autre document", "Cité en exemple de pôle urbain.", "300\u00a0visiteurs", "152\u202f000\u00a0€",
    ):  # fmt: skip
        assert words in page, words
    assert 'href="#source-1"' in page and 'id="source-2"' in page and "1, p.\u00a09, déduit" in page
    assert page.index("2008") < page.index("juin 2010") < page.index("Lauréat de l’appel national de 2013</strong>")


def test_members_stand_by_category_and_on_the_map(client, lille):
    response = client.get(lille.get_absolute_url())
    sheet = response.context["sheet"]
    assert [(label, len(members)) for label, members in sheet.members_by_category] == [
        ("Entreprise ou organisation de l’ESS", 2), ("Autre entreprise", 1), ("Collectivité", 1),
    ]  # fmt: skip
    marks = json.loads(sheet.map.json)
    assert sorted(name for *_, records in marks for name, *_ in records) == ["Garage", "Pôle Culture", "Ville"]
    assert 'href="/annuaire/' in response.text and 'href="/collectivites/commune-59350' in response.text


def test_figures_stand_beside_the_median_and_unknown_ones_say_so(client, lille, study):
    poles.median(study)
    sheet = client.get(lille.get_absolute_url()).context["sheet"]
    budget, *_, consolidated = sheet.profile
    assert budget.chart.table == [["2013", "200\u202f000\u00a0€", "152\u202f000\u00a0€"]]
    assert consolidated.figure is None and consolidated.chart is None
    assert [figure.name for figure in sheet.other_figures] == ["visiteurs"]
    assert [row[1:] for row in sheet.money_chart.table] == [["10\u202f000\u00a0€"], ["25\u202f000\u00a0€"]]


def test_a_pole_of_which_little_is_known_says_so(client, other):
    page = client.get(other.get_absolute_url()).text
    assert "Aucune source ne le décrit." in page and "ses membres, ses étapes" not in page
    assert "Aucune source lue ne dit rien sur" in page and "ses membres" in page
    assert page.count("Aucune source ne le dit") > 5


def test_a_project_territory_that_no_code_names_keeps_the_name_of_its_source(client, other, study):
    other.project_territories.create(name="Pays de Bresse", source=study, page=9)
    page = client.get(other.get_absolute_url()).text
    assert page.count("Pays de Bresse") == 2  # what the pole is, what proves the law's first component
    assert client.get(reverse("pdf:fiche", args=["pole", other.public_id])).status_code == 200


def test_comparable_poles_share_declared_criteria(lille, other):
    [found] = compare.Neighbours(lille).comparable()
    assert found.pole.name == "Abeille"
    assert found.reasons == ["même filière (culture)", "même dynamique (filière)"]
    other.figures.create(key=FigureKey.MEMBER_STRUCTURES, value=12, unit="structures")
    assert compare.Neighbours(lille).comparable()[0].reasons[-1] == "même taille (10 à 24 structures)"
    Pole.objects.filter(pk=other.pk).update(dynamic="multi", state="archived")
    assert compare.Neighbours(lille).comparable() == []


def test_the_law_is_read_without_a_verdict(client, lille, other):
    results = {r.component.key: r for _, rs in client.get(lille.get_absolute_url()).context["sheet"].law for r in rs}
    found = {key for key, result in results.items() if result.finding == law.Finding.FOUND}
    assert found == {
        "meme-territoire", "entreprises-ess", "entreprises", "collectivites", "strategie-commune-continue",
        "projets-innovants",
    }  # fmt: skip
    assert [proof.text for proof in results["entreprises-ess"].proofs] == ["Atelier", "Garage"]
    assert results["recherche"].words == "Aucune source ne le dit"
    lille.members.filter(name="Atelier").delete()
    cache.clear()  # within the one transaction of a test, the safe number of PostgreSQL does not move
    page = client.get(lille.get_absolute_url())
    again = {r.component.key: r for _, rs in page.context["sheet"].law for r in rs}["entreprises-ess"]
    assert again.finding == law.Finding.PARTLY and again.leads[0].text == "Garage"
    assert "jamais un avis" in page.text and "ne veut pas dire" in page.text


def test_a_page_asks_little_whatever_its_members(client, lille, study):
    poles.median(study)
    commune = CommuneFactory(region=lille.region)
    for n in range(200):
        actor = ActorFactory(territory=commune) if n % 2 else None
        lille.members.create(name=f"Membre {n:03}", actor=actor, category="ess", source=SourceFactory(key=f"s-{n % 5}"))
        if n % 20 == 0:
            PoleFactory(region=lille.region)
    client.get(lille.get_absolute_url())
    for address, budget in (
        (lille.get_absolute_url(), PAGE),
        ("/ptce/", LIST),
        ("/ptce/?q=culture&stage=creation", LIST),
    ):
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        assert len(queries) <= budget, [q["sql"][:120] for q in queries]
    assert "Membre 199" in client.get(lille.get_absolute_url()).text and response.status_code == 200


# Links both ways -----------------------------------------------------------------------------------------------


def test_actors_and_collectivites_lead_to_their_poles(client, lille):
    garage = lille.carrier_actor
    page = client.get(garage.get_absolute_url()).text
    assert "Membre, 2010&nbsp;: mécanique" in page and "Structure porteuse" in page
    own = ActorFactory(name="Association du pôle")
    Pole.objects.filter(pk=lille.pk).update(actor=own)
    cache.clear()  # on PostgreSQL no number is safe before the test's own transaction ends
    assert "Le pôle lui-même" in client.get(own.get_absolute_url()).text
    body = lille.roles.get().body
    page = client.get(body.get_absolute_url()).text
    assert "Rôles auprès de 1\u00a0pôle" in page and "Accompagnement&nbsp;: Prête un lieu." in page
    assert "Financeur, 2013, 25\u202f000\u00a0€" in page and lille.get_absolute_url() in page
    region = CollectivityFactory(territory=lille.region, kind="region", name="Région")
    assert "Pôles sur ce territoire" in client.get(region.get_absolute_url()).text


# The study -----------------------------------------------------------------------------------------------------


def test_the_study_is_drawn_told_and_dated(client, study):
    assert "n’est pas encore chargée" in client.get("/ptce/reperes/").text
    poles.median(study)
    common = {"source": study, "year": 2013, "base": "42 projets", "page": 8}
    shares = Indicator.objects.create(
        key="legal-form", section="legal_form", title="Forme", kind="share", unit="%", **common
    )
    for label, value in (("Association", 74), ("Coopérative", 14), ("Autre", None)):
        shares.rows.create(label=label, value=value, text="" if value else "non décrit")
    dates = Indicator.objects.create(key="dates", section="chronologie", title="Dates", kind="dates", source=study)
    dates.rows.create(label="2013-07-15", text="L’appel est lancé.", page=8)
    levers = Indicator.objects.create(
        key="levers", section="levers", title="Leviers", kind="table", unit="leviers", **common
    )
    levers.rows.create(label="1. Faire connaître l’ESS")
    words = Indicator.objects.create(
        key="two", section="inconnue", title="Rencontres", kind="count", unit="rencontres", claims=["Trois, dit l’autre."], **common
    )  # fmt: skip
    words.rows.create(label="Temps", value=1)
    page = client.get("/ptce/reperes/").text
    for text in (
        "152\u202f000\u00a0€", "74\u00a0%", "Autre&nbsp;: non décrit", "15 juillet 2013", "<li>Faire connaître l’ESS</li>",
        "p.&nbsp;8. Base&nbsp;: 42 projets. Année&nbsp;: 2013.", "Temps&nbsp;: 1\u00a0rencontre<", "Trois, dit l’autre.", "Inconnue",
    ):  # fmt: skip
        assert text in page, text


@pytest.mark.parametrize(
    ("written", "said"),
    [("2013-07-01", "1er juillet 2013"), ("2012-06", "juin 2012"), ("2011", "2011"), ("sans date", "sans date")],
)
def test_dates_are_said_in_french(written, said):
    assert reperes.dated(written) == said


# The report ----------------------------------------------------------------------------------------------------


def test_the_report_counts_by_source_and_tells_a_second_reading_apart(lille, study, tmp_path, capsys):
    poles.median(study)
    assert (
        report.totals()["ptce-2014"] | {"poles": 1, "indicators": 1, "members": 4, "money": 3, "statements": 1}
        == report.totals()["ptce-2014"]
    )
    Pole.objects.filter(pk=lille.pk).update(public_id=public_id_for("pole/panel-99"))
    second = tmp_path / "second_reading.yaml"
    second.write_text(
        "ptce-2014:\n  ensemble: {poles: 1, members: 4}\n  panel-99: {roles: 1, figures: 3}\nlille:\n  panel-98: {claims: 2}\n"
    )
    assert report.differences(second) == [
        "ptce-2014, panel-99, chiffres : 3 à la seconde lecture, 2 en base",
        "lille, panel-98, versions : 2 à la seconde lecture, 0 en base",
    ]
    call_command("ptce_report", "--poles")
    assert "Pôle Culture" in capsys.readouterr().out
