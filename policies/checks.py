"""Help to respect the legal limits: what a beneficiary has already received, what public bodies hold of a co-operative.

Every total says "connus de l'observatoire": it never claims to be complete, and a breach warns without forbidding.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Q
from django.db.models.functions import Coalesce

from actors.models import Actor
from observatory.territories.models import Collectivity

from .enums import StakeKind
from .models import Agreement, Stake, Threshold, ThresholdValue

DE_MINIMIS, DE_MINIMIS_SIEG = "de-minimis", "de-minimis-sieg"
WRITTEN_AGREEMENT, SCIC_CAPITAL = "convention-ecrite", "scic-capital-public"
#: instruments that are a grant in the sense of the loi n° 2000-321, art. 9-1, and not the price of a service
GRANTS = frozenset(
    [
        "subvention",
        "cpo",
        "appel-a-projets",
        "ami",
        "appel-a-initiatives",
        "budget-participatif",
        "bourse",
        "prix-trophees",
        "soutien-financier",
    ]
)
#: first day on which general aid no longer counts towards the ceiling of services of general economic interest
#: (règlement 360/2012, art. 2, until then; règlement 2023/2832, art. 5, since)
SIEG_APART_SINCE = date(2024, 1, 1)
FISCAL_YEARS, ROLLING_YEARS = "3 exercices fiscaux", "3 ans glissants"


@dataclass(frozen=True)
class Check:
    """A total set against the limit that applied on a day."""

    limit: ThresholdValue
    #: first and last day of the period that is summed
    start: date
    end: date
    #: what is counted before the act in question
    counted: list
    known: Decimal
    added: Decimal

    @property
    def total(self) -> Decimal:
        return self.known + self.added

    @property
    def left(self) -> Decimal:
        """What may still be added; negative when the limit is passed."""
        return self.limit.value - self.total

    @property
    def is_passed(self) -> bool:
        return self.total > self.limit.value


def limit_on(key: str, day: date) -> ThresholdValue | None:
    """The value of a threshold on a day; None when none is recorded for it."""
    threshold = Threshold.objects.prefetch_related("values").filter(key=key).first()
    return threshold.at(day) if threshold else None


def period_of(limit: ThresholdValue, day: date) -> tuple[date, date]:
    """The days over which the limit sums amounts granted, up to ``day``.

    Three fiscal years are the year of the grant and the two before (règlement 1407/2013, art. 3, calendar years are
    taken since the beneficiary's own are not known); three years run from day to day (règlement 2023/2831, art. 3).
    """
    if limit.period == FISCAL_YEARS:
        return date(day.year - 2, 1, 1), day
    if limit.period == ROLLING_YEARS:
        return _years_before(day, 3) + timedelta(days=1), day
    return date(day.year, 1, 1), day


def de_minimis(
    *, actor: Actor, day: date, amount: Decimal, sieg: bool = False, but: Agreement | None = None
) -> Check | None:
    """De minimis aid of ``actor`` from ALL bodies known here, with ``amount`` granted on ``day``.

    The limit and the way of counting are those in force on ``day``: before 2024 three fiscal years, and general aid
    counts within the ceiling of services of general economic interest (``sieg``); since then three years from day to
    day, each kind apart. None when no limit is recorded for that day.
    """
    limit = limit_on(DE_MINIMIS_SIEG if sieg else DE_MINIMIS, day)
    if limit is None:
        return None
    start, end = period_of(limit, day)
    granted = Agreement.objects.published().filter(actor=actor, is_de_minimis=True, total__isnull=False)
    if not sieg:
        granted = granted.exclude(is_sieg=True)
    elif day >= SIEG_APART_SINCE:
        granted = granted.filter(is_sieg=True)
    granted = granted.filter(_granted_between(start, end)).select_related("body", "instrument")
    granted = granted.order_by(Coalesce("signed_on", "start").asc(nulls_last=True), "pk")
    counted = list(granted.exclude(pk=but.pk) if but and but.pk else granted)
    known = sum((agreement.received for agreement in counted), Decimal(0))
    return Check(limit, start, end, counted, known, amount)


def _granted_between(start: date, end: date) -> Q:
    """Granted in a period: by the day of the act, else, of those whose year alone is known, when the period touches it."""
    signed, begun = Q(signed_on__range=(start, end)), Q(signed_on=None, start__range=(start, end))
    return signed | begun | Q(signed_on=None, start=None, year__range=(start.year, end.year))


def granted_in_year(*, actor: Actor, body: Collectivity, year: int, but: Agreement | None = None) -> Decimal:
    """What one body pays to one beneficiary in a year, by its grants known here: the instalments of the year, else the total."""
    given = Agreement.objects.published().filter(
        actor=actor, body=body, instrument__key__in=GRANTS, total__isnull=False
    )
    total = Decimal(0)
    for agreement in given.exclude(pk=but.pk if but else None).prefetch_related("instalments"):
        total += paid_in(agreement, year)
    return total


def paid_in(agreement: Agreement, year: int) -> Decimal:
    """What an agreement pays in a year: by its instalments, else the total in the year of the act."""
    if instalments := list(agreement.instalments.all()):
        return agreement.part(sum((row.amount for row in instalments if row.year == year), Decimal(0)))
    own = agreement.day.year if agreement.day else agreement.year
    return agreement.received if own == year and agreement.received is not None else Decimal(0)


def needs_written_agreement(*, amount_of_year: Decimal, day: date) -> bool:
    """Whether grants of one body to one private organisation call for a written agreement.

    Loi n° 2000-321 du 12 avril 2000, art. 10; décret n° 2001-495 du 6 juin 2001, art. 1.
    """
    limit = limit_on(WRITTEN_AGREEMENT, day)
    return limit is not None and amount_of_year > limit.value


def public_capital(
    *,
    actor: Actor,
    day: date,
    percent: Decimal = Decimal(0),
    but: Stake | None = None,
    body: Collectivity | None = None,
) -> Check | None:
    """The share of a co-operative's capital that public bodies hold together on ``day``.

    ``percent`` is what ``body`` would hold then: what is recorded of that body is replaced by it, not added to it.
    Loi n° 47-1775 du 10 septembre 1947, art. 19 septies: 20 % at most, 50 % since the law of 31 July 2014.
    """
    limit = limit_on(SCIC_CAPITAL, day)
    if limit is None:
        return None
    held = _in_capital(actor)
    held = held.exclude(body=body) if body else held
    counted = held_on([stake for stake in held if but is None or stake.pk != but.pk], day)
    known = sum((stake.percent for stake in counted), Decimal(0))
    return Check(limit, day, day, counted, known, percent)


def capital_over_time(stakes: Iterable[Stake]) -> list[Check]:
    """What public bodies held together of a co-operative after each change of its ``stakes``, against the ceiling then.

    A stake of which the year alone is known counts from the last day of that year. Days on which no ceiling is recorded
    are left out.
    """
    stakes = [stake for stake in stakes if stake.kind == StakeKind.CAPITAL and stake.percent is not None]
    days = {stake.day for stake in stakes if stake.day} | {stake.ended_on for stake in stakes if stake.ended_on}
    limits = list(ThresholdValue.objects.filter(threshold__key=SCIC_CAPITAL)) if days else []
    found = []
    for day in sorted(days):
        if limit := next((value for value in limits if value.is_in_force(day)), None):
            counted = held_on(stakes, day)
            known = sum((stake.percent for stake in counted), Decimal(0))
            found.append(Check(limit, day, day, counted, known, Decimal(0)))
    return found


def held_on(stakes: list[Stake], day: date) -> list[Stake]:
    """The stakes that stand on a day: of each body the latest, since it says all that the body holds then."""
    latest: dict[object, Stake] = {}
    for stake in sorted(stakes, key=lambda stake: (stake.day or date.min, stake.pk)):
        if stake.day is None or stake.day <= day:
            latest[
                (stake.body_id, stake.organisation_id) if stake.body_id or stake.organisation_id else stake.body_then
            ] = stake
    return [stake for stake in latest.values() if stake.ended_on is None or stake.ended_on > day]


def _in_capital(actor: Actor):
    """The published stakes of a co-operative in capital whose percentage is known; accounts and securities are none."""
    held = Stake.objects.published().filter(actor=actor, kind=StakeKind.CAPITAL, percent__isnull=False)
    return held.select_related("body").order_by("pk")


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)
