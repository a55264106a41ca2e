"""The benchmarks on five hundred actors: the generator, the measures, and the refusal of the portal's database."""

import json
from collections import Counter
from urllib.parse import urlsplit

import pytest
from django.db import connection

from actors.enums import EssReason
from actors.models import Actor
from actors.services import refresh
from benchmarks import database, fill, measures, report, runner, synthetic, vocabulary
from benchmarks.__main__ import arguments
from benchmarks.server import Server
from observatory.territories.enums import BodyKind, Level

from .factories import ActorFactory, CollectivityFactory, CommuneFactory, TerritoryFactory, ThemeFactory

pytestmark = pytest.mark.benchmark
COUNT = 500


@pytest.fixture
def geography():
    """Two communes of the Nord, themes, networks and public bodies: what the generator and the measures read."""
    region = TerritoryFactory(level=Level.REGION, official_code="32", name="Hauts-de-France", population=6_000_000)
    nord = TerritoryFactory(level=Level.DEPARTEMENT, official_code="59", name="Nord", region=region)
    epci = TerritoryFactory(level=Level.EPCI, official_code="200093201", region=region, departement=nord)
    shared = {"region": region, "departement": nord, "epci": epci}
    lille = CommuneFactory(official_code="59350", name="Lille", population=230_000, **shared)
    CommuneFactory(official_code="59009", name="Villeneuve-d’Ascq", population=62_000, **shared)
    CollectivityFactory(territory=lille)
    CollectivityFactory(territory=region, kind=BodyKind.REGION, name="Région Hauts-de-France")
    for trade in vocabulary.TRADES:
        ThemeFactory(key=trade.theme)
    refresh([ActorFactory(name=f"Réseau {n}", is_network=True, territory=lille) for n in range(3)])


@pytest.mark.django_db
def test_the_same_number_gives_the_same_actors(geography):
    world = synthetic.World()
    drawn = [synthetic.row(actor, "") for actor, _ in synthetic.chunk(world, 3, COUNT)]
    assert drawn == [synthetic.row(actor, "") for actor, _ in synthetic.chunk(synthetic.World(), 3, COUNT)]
    assert drawn != [synthetic.row(actor, "") for actor, _ in synthetic.chunk(world, 4, COUNT)]


@pytest.mark.django_db
def test_actors_are_drawn_in_the_proportions_of_the_sources(geography):
    actors = [actor for actor, _ in synthetic.chunk(synthetic.World(), 0, COUNT)]
    families = Counter(actor.family for actor in actors)
    assert families["association"] / COUNT == pytest.approx(0.83, abs=0.06)
    assert Counter(actor.commune.name for actor in actors)["Lille"] / COUNT == pytest.approx(230 / 292, abs=0.06)
    for actor in actors[:40]:
        actor.full_clean(exclude=["public_id"], validate_unique=False)
    assert {actor.ess_reason for actor in actors} <= {EssReason.STATUTE, EssReason.ESUS}


@pytest.mark.parametrize(
    ("commune", "written"),
    [("Lille", "de Lille"), ("Étaples", "d’Étaples"), ("Le Mans", "du Mans"), ("Les Sables", "des Sables")],
)
def test_names_of_communes_follow_de(commune, written):
    assert synthetic.of(commune) == written


@pytest.mark.django_db(transaction=True)
def test_five_hundred_actors_are_written_found_and_measured(geography, live_server, monkeypatch, tmp_path, capsys):
    fill.fill(COUNT, lambda n: None)
    assert fill.present() == COUNT
    written = Actor.objects.filter(mentions__source__key=fill.SOURCE)
    assert written.count() == COUNT
    _assert_derived_as_by_the_portal(written.order_by("-pk")[:20])
    before = Actor.objects.count()
    fill.fill(COUNT, lambda n: None)
    assert Actor.objects.count() == before, "a second filling replaces the first"

    actor = written.order_by("pk")[0]
    number = actor.change
    actor.name = "Ressourcerie rebaptisée"
    actor.save()
    actor.refresh_from_db()
    assert actor.change > number, "triggers are back"

    for name in ("MOST", "FEWEST", "FRESH"):
        monkeypatch.setattr(runner, name, 1)
    portal = Server(urlsplit(live_server.url).port)
    results = [runner.run(measure, portal) for measure in measures.measures()]
    assert {result.group for result in results} == set(measures.GROUPS)
    for result in results:
        assert result.median > 0
        assert result.bare > 0
        assert result.size > 0
    report.show(results, COUNT)
    assert "directory: broad words" in capsys.readouterr().out
    report.write(tmp_path / "figures.json", results, COUNT)
    figures = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert figures["engine"] == connection.vendor
    assert len(figures["measures"]) == len(results)


def _assert_derived_as_by_the_portal(actors):
    """What the generator derived is what the portal derives from the stored links."""
    columns = ("facets", "search_names", "slug", "sort_key", "quadkey", "commune", "region")
    before = {actor.pk: [getattr(actor, column) for column in columns] for actor in actors}
    refresh(actors)
    for actor in Actor.objects.filter(pk__in=before):
        assert [getattr(actor, column) for column in columns] == before[actor.pk]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("postgres://a:b@localhost/portal", "postgresql://c:d@127.0.0.1:5432/portal", True),
        ("postgres://a:b@localhost/portal", "postgres://a:b@localhost/other", False),
        ("postgres://a:b@localhost:5433/portal", "postgres://a:b@localhost/portal", False),
        ("sqlite:////tmp/x/../portal.sqlite3", "sqlite:////tmp/portal.sqlite3", True),
        ("sqlite:////tmp/portal.sqlite3", "postgres://a@localhost/portal", False),
    ],
)
def test_one_database_is_recognised_however_it_is_written(one, other, expected):
    assert database.same(one, other) is expected


def test_the_portal_own_database_is_refused(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://portal:secret@localhost/portal")
    with (
        pytest.raises(database.Refused, match="portal's own database"),
        database.chosen("postgres://portal:secret@127.0.0.1:5432/portal"),
    ):
        pass


@pytest.mark.django_db
def test_a_database_made_by_somebody_else_is_refused():
    with pytest.raises(database.Refused, match="did not make"):
        database.refuse_foreign()
    fill.mark()
    database.refuse_foreign()


def test_the_command_takes_the_number_of_the_national_accounts_by_default():
    assert arguments([]).actors == 221_325
    assert arguments(["--only", "map,api"]).only == "map,api"
