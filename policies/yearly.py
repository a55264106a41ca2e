"""Agreements by year: how many, and the euros that are known, exactly."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import BigIntegerField, Case, Count, DecimalField, F, Sum, Value, When
from django.db.models.functions import Cast, Round

from observatory.indicators.charts import Chart, Series, columns
from observatory.pages.templatetags.observatory import counted, euros

from .models import Agreement

#: years between the first and the last beyond which those without agreement are left out
LONGEST = 40
NOUN = "convention,conventions"
_CENTS = DecimalField(max_digits=20, decimal_places=6)


@dataclass
class Year:
    """The agreements of a year; ``year`` is None for those whose year is unknown."""

    year: int | None
    count: int = 0
    #: how many of them have an amount, and its sum
    priced: int = 0
    total: Decimal = Decimal(0)


def of(agreements: Iterable[Agreement]) -> list[Year]:
    """The years of some agreements, the first year first, the unknown one last."""
    years = defaultdict(lambda: Year(None))
    for agreement in agreements:
        year = years[agreement.year]
        year.year = agreement.year
        year.count += 1
        if (received := agreement.received) is not None:
            year.priced += 1
            year.total += received
    return sorted(years.values(), key=lambda year: (year.year is None, year.year or 0))


def in_database(agreements) -> list[Year]:
    """The same from a queryset, in one query; sums whole cents, which both engines add without rounding."""
    part = Case(When(beneficiary_share__isnull=True, then=Value(Decimal(100))), default=F("beneficiary_share"))
    cents = Cast(Round(Cast(F("total") * part, _CENTS)), BigIntegerField())
    rows = Agreement.objects.filter(pk__in=agreements.order_by().values("pk")).order_by()
    rows = rows.values("year").annotate(n=Count("pk"), priced=Count("total"), cents=Sum(cents))
    years = [Year(row["year"], row["n"], row["priced"], Decimal(row["cents"] or 0) / 100) for row in rows]
    return sorted(years, key=lambda year: (year.year is None, year.year or 0))


def charts(years: list[Year], *, key: str) -> list[Chart]:
    """Two drawings, numbers and euros, each with its table; none for fewer than two known years."""
    known = {year.year: year for year in years if year.year is not None}
    if len(known) < 2:
        return []
    first, last = min(known), max(known)
    shown = range(first, last + 1) if last - first < LONGEST else sorted(known)
    labels = [str(year) for year in shown]
    rows = [known.get(year, Year(year)) for year in shown]
    # A year whose agreements have no amount is unknown; a year without agreement is nothing.
    totals = [None if year.count and not year.priced else year.total for year in rows]
    undated = next((year for year in years if year.year is None), Year(None))
    return [
        columns(
            key=f"{key}-nombre", title="Conventions et aides par année", labels=labels, head="Année",
            series=[Series("Conventions connues", [year.count for year in rows])],
            note=f"Sans année connue : {counted(undated.count, NOUN)}." if undated.count else "",
        ),
        columns(
            key=f"{key}-euros", title="Montants connus par année", labels=labels, head="Année", unit="€",
            series=[Series("Montants connus", totals)],
            note=f"Sans année connue : {euros(undated.total)}." if undated.priced else "",
        ),
    ]  # fmt: skip
