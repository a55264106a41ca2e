"""The figures of a pole beside the median profile of the study of 2014. A comparison, never a verdict."""

from collections.abc import Iterable
from dataclasses import dataclass

from observatory.indicators import charts
from observatory.indicators.charts import Chart, Line
from observatory.indicators.scales import UNKNOWN, shown

from .enums import FIGURE_UNITS, FigureKey
from .models import Figure, IndicatorRow

#: figure of a pole → key of the indicator that holds its median
MEDIANS = {key: f"median-{key.value.replace('_', '-')}" for key in FIGURE_UNITS}


@dataclass(frozen=True)
class Compared:
    """One measure: that of the pole (None: no source tells it) and the study's median (None: not loaded)."""

    label: str
    unit: str
    figure: Figure | None
    median: IndicatorRow | None
    #: None when one of the two is unknown
    chart: Chart | None

    @property
    def median_text(self) -> str:
        return shown(self.median.value, self.unit) if self.median else UNKNOWN


def medians() -> dict[FigureKey, IndicatorRow]:
    """The median profile, in one query; empty before the study is loaded."""
    rows = IndicatorRow.objects.filter(indicator__key__in=MEDIANS.values(), value__isnull=False)
    by_key = {row.indicator.key: row for row in rows.select_related("indicator__source")}
    return {key: by_key[name] for key, name in MEDIANS.items() if name in by_key}


def written(figure: Figure, *, bare: bool = False) -> str:
    """A figure in French: ``environ 25 salariés (2013)``; ``bare``: under a head that names what it counts."""
    text = shown(figure.value, "" if bare and figure.unit not in ("€", "%") else figure.unit)
    return f"{'environ ' if figure.is_approximate else ''}{text}{f' ({figure.year})' if figure.year else ''}"


def latest(figures: Iterable[Figure], key: str) -> Figure | None:
    """The latest figure of a measure, in the order of ``Figure``; None when no source gives one."""
    return next((figure for figure in figures if figure.key == key), None)


def against(figures: list[Figure], profile: dict[FigureKey, IndicatorRow]) -> list[Compared]:
    """The six measures of the profile, in its order."""
    return [_compared(key, latest(figures, key), profile.get(key)) for key in MEDIANS]


def _compared(key: FigureKey, figure: Figure | None, median: IndicatorRow | None) -> Compared:
    unit = FIGURE_UNITS[key]
    chart = None
    if figure and median:
        chart = charts.rows(
            key=f"profil-{key.value.replace('_', '-')}",
            title=key.label,
            name="Ce pôle",
            unit=unit,
            lines=[Line(str(figure.year) if figure.year else "Année non précisée", figure.value, median=median.value)],
        )
    return Compared(key.label, unit, figure, median, chart)
