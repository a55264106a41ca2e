"""What collectivités do for the ESS: legal limits at their dates, and what the documents say."""

import itertools
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.utils import timezone
from icalendar import Calendar

from observatory.records.files import BrokenFile
from observatory.records.models import Source
from policies import checks, services
from policies.importers import fixtures
from policies.models import Agreement, Instrument, Stake, Threshold

from .factories import ActorFactory, CallFactory, CollectivityFactory, SchemeFactory, SourceFactory

pytestmark = pytest.mark.django_db
DIRECTORY = settings.FIXTURES_DIR / "policies"
DOCUMENTS = ("kit-2020", "ptce-2014", "animer-2021", "kit-departements", "ptce-lille-2014")


@pytest.fixture
def law():
    """The instruments and thresholds of the fixtures, without the facts of the documents."""
    rows = {key: {} for key in ("schemes", "agreements", "stakes")}
    sources = {key: SourceFactory(key=key) for key in DOCUMENTS}
    for kind in ("instruments", "thresholds"):
        rows[kind] = fixtures.read(DIRECTORY, kind, sources=set(sources))
    services.load_reference(rows=rows, sources=sources)
    return rows


def grant(actor, signed_on: date, total: int, **kwargs) -> Agreement:
    body = CollectivityFactory()
    return Agreement.objects.create(
        name="Aide au démarrage", body=body, actor=actor, beneficiary=actor.name, signed_on=signed_on, total=total,
        instrument=Instrument.objects.get(key="subvention"), is_de_minimis=True, **kwargs,
    )  # fmt: skip


def test_each_threshold_has_one_value_a_day_with_its_legal_text(law):
    for threshold in Threshold.objects.prefetch_related("values"):
        days = sorted((v.since or date.min, v.until or date.max) for v in threshold.values.all())
        assert all(end < start for (_, end), (start, _) in itertools.pairwise(days)), threshold.key
        assert all(value.legal_source for value in threshold.values.all())
    assert checks.limit_on("achat-sans-procedure", date(2026, 3, 31)).value == 40_000
    assert checks.limit_on("achat-sans-procedure", date(2026, 4, 1)).value == 60_000
    assert checks.limit_on("spaser", date(2022, 12, 31)).value == 100_000_000
    assert checks.limit_on("de-minimis", date(2006, 12, 31)) is None


def test_de_minimis_sums_all_bodies_over_the_period_of_the_day(law):
    actor = ActorFactory()
    grant(actor, date(2020, 12, 31), 90_000)
    grant(actor, date(2021, 1, 2), 120_000)
    grant(actor, date(2023, 12, 30), 60_000)
    grant(ActorFactory(), date(2023, 5, 1), 500_000)

    before = checks.de_minimis(actor=actor, day=date(2023, 12, 31), amount=Decimal(30_000))
    assert (before.limit.value, before.known, before.start) == (200_000, 180_000, date(2021, 1, 1))
    assert before.is_passed and before.left == -10_000

    after = checks.de_minimis(actor=actor, day=date(2024, 1, 2), amount=Decimal(30_000))
    assert (after.limit.value, after.known, after.start) == (300_000, 60_000, date(2021, 1, 3))
    assert not after.is_passed and len({agreement.body_id for agreement in before.counted}) == 2


def test_service_of_general_interest_has_its_own_ceiling(law):
    actor = ActorFactory()
    grant(actor, date(2024, 6, 1), 700_000, is_sieg=True)
    assert not checks.de_minimis(actor=actor, day=date(2024, 7, 1), amount=Decimal(50_000), sieg=True).is_passed
    assert checks.de_minimis(actor=actor, day=date(2024, 7, 1), amount=Decimal(50_001), sieg=True).is_passed
    assert checks.de_minimis(actor=actor, day=date(2024, 7, 1), amount=Decimal(0)).known == 0


def test_before_2024_general_aid_counted_within_the_ceiling_of_services_of_general_interest(law):
    actor = ActorFactory()
    grant(actor, date(2022, 6, 1), 150_000)
    grant(actor, date(2023, 6, 1), 300_000, is_sieg=True)
    before = checks.de_minimis(actor=actor, day=date(2023, 12, 31), amount=Decimal(50_001), sieg=True)
    assert (before.limit.value, before.known, before.is_passed) == (500_000, 450_000, True)
    assert checks.de_minimis(actor=actor, day=date(2024, 1, 1), amount=Decimal(0), sieg=True).known == 300_000


def test_public_capital_of_a_scic_is_summed_at_each_date(law):
    actor = ActorFactory(legal_form="scic")
    first, second = CollectivityFactory(), CollectivityFactory()
    for body, year, percent in ((first, 2012, 15), (second, 2013, 10), (first, 2016, 30)):
        Stake.objects.create(
            name="Parts", body=body, actor=actor, cooperative=actor.name, taken_on=date(year, 6, 1), percent=percent
        )
    at = {year: checks.public_capital(actor=actor, day=date(year, 12, 31)) for year in (2012, 2013, 2015, 2017)}
    assert [(c.known, c.limit.value, c.is_passed) for c in at.values()] == [
        (15, 20, False), (25, 20, True), (25, 50, False), (40, 50, False),
    ]  # fmt: skip
    assert checks.public_capital(actor=actor, day=date(2020, 1, 1), percent=Decimal("10.01")).is_passed


def test_a_broken_row_names_its_file_and_line(tmp_path):
    (tmp_path / "instruments.yaml").write_text("- key: x\n  name: X\n  family: argent\n  summary: Y\n")
    with pytest.raises(BrokenFile, match=r"instruments.yaml, ligne 1 : x : family vaut « argent »"):
        fixtures.read(tmp_path, "instruments", sources=set())


def test_a_second_load_changes_nothing(law):
    body = CollectivityFactory(code="epci-200000001")
    rows = law | {
        "schemes": {
            "x": {
                "key": "x", "name": "Appel", "bodies": [{"then": "L’agglomération", "code": body.code}],
                "instrument": "appel-a-projets", "summary": "Un appel.", "state": "active",
                "gives": {"kind": ["money"], "amount": 5000}, "mentions": [{"source": "kit-2020", "about": "Appel."}],
                "calls": [{"key": "x-2019", "year": 2019, "envelope": 40000, "laureates": [{"name": "Le Relais"}]}],
                "__file__": "schemes.yaml", "__line__": 1,
            }
        }
    }  # fmt: skip
    sources = {source.key: source for source in Source.objects.all()}
    services.load_reference(rows=rows, sources=sources)
    scheme = Instrument.objects.get(key="appel-a-projets").schemes.get()
    change = scheme.change
    services.load_reference(rows=rows, sources=sources)
    scheme.refresh_from_db()
    assert (scheme.change, scheme.amount, scheme.calls.get().laureates.get().name) == (change, 5000, "Le Relais")
    assert scheme.citations.get().statement == "Appel."


def test_schemes_are_found_by_words_theme_territory_and_open_calls(client, world):
    today = timezone.localdate()
    far = SchemeFactory(name="Prix breton", bodies=[CollectivityFactory(name="Brest")])
    CallFactory(scheme=far, opens=today, closes=today + timedelta(days=3))

    def found(query):
        return [scheme.name for scheme in client.get(f"/dispositifs/?{query}").context["page"]]

    assert found("q=appels+lille") == [world.scheme.name]
    assert found(f"theme={world.theme.key}") == [world.scheme.name]
    assert found(f"territory={world.commune.code}") == found(f"territory={world.region.code}") == [world.scheme.name]
    assert found("calls=open") == found("calls=soon") == [far.name]
    assert found("gives=money") == [world.scheme.name]
    assert client.get("/dispositifs/?calls=demain").status_code == 400
    assert "commune-59350" in client.get("/dispositifs/?place=Lille").headers["Location"]


def test_deadlines_open_in_a_calendar(client, world):
    CallFactory(scheme=world.scheme, name="Clôture prochaine ; « élan »", closes=date(2030, 2, 28))
    calendar = Calendar.from_ical(client.get("/dispositifs/echeances.ics?q=lille").content)
    events = {str(event["SUMMARY"]): event for event in calendar.walk("VEVENT")}
    closing = events["Clôture : Clôture prochaine ; « élan »"]
    assert (closing.decoded("DTSTART"), closing.decoded("DTEND")) == (date(2030, 2, 28), date(2030, 3, 1))
    assert str(closing["URL"]).startswith("http://testserver/dispositifs/appels/")


def test_the_page_of_a_collectivite_says_what_it_does_for_the_ess(client, world):
    page = client.get(world.body.get_absolute_url()).content.decode()
    for record in (world.scheme, world.agreement, world.stake):
        assert record.get_absolute_url() in page


def test_the_fixtures_load_and_name_their_sources():
    rows = {kind: fixtures.read(DIRECTORY, kind, sources=set(DOCUMENTS)) for kind in fixtures.SHAPES}
    assert sum(len(rows[kind]) for kind in ("schemes", "agreements", "stakes")) > 100
