"""Charts drawn on the server: exact values in, shapes for ``templates/_chart.html`` out. No JavaScript, no inline style.

    chart = charts.columns(key="aides", title="Aides par année", labels=["2019", "2020"], head="Année",
                           series=[Series("Montant", [Decimal("12500.50"), None])], unit="€")
    {% include "_chart.html" %}

- ``columns``: one bar a label, upright; several series stand side by side, or on each other with ``stacked=True``;
- ``rows``: one bar a line, lying, for long labels; a ``Line`` may hold a median and quartiles, drawn over its bar.

Lengths across are percentages, so that a chart follows the width of the page and its words keep their size. Series are
told apart by how light they are, then by the legend and the table: a chart reads in grey. ``None`` is an unknown value: it
draws nothing and is written « non précisé » in the table, whereas 0 is written 0.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from .scales import Series, Value, all_whole, described, short, shown, steps_to

#: series that may be told apart in grey; their classes are ``chart__bar--0`` to ``--3``
MOST_SERIES = 4
#: labels under a chart: as many on any width, as many more on a wide one
ALWAYS, WIDE = 5, 11
#: pixels from the top: highest value, base line, labels, whole height
_TOP, _BASE, _LABELS, _HEIGHT = 22, 172, 192, 200
#: percentages of the width: left of the first column, and its widest bars
_LEFT, _WIDEST = 15.0, 9.0
#: of a lying chart: pixels of a line, of its bar, and the longest bar in percent of the width
_LINE, _BAR, _LONGEST = 48, 14, 70.0

#: what a line may be compared with, as the table and the legend say it
_COMPARED = (("low", "1er quartile"), ("median", "Médiane"), ("high", "3e quartile"))
_MARKS = (("chart__median", "Médiane", "median"), ("chart__band", "Moitié centrale", "low"))


@dataclass(frozen=True)
class Line:
    """A value of a lying chart, with the median of its likes and the quartiles around it when they are known."""

    label: str
    value: Value
    median: Value = None
    low: Value = None
    high: Value = None


@dataclass(frozen=True)
class Bar:
    """A rectangle: class of its fill, what it says, then attributes as SVG writes them."""

    kind: str
    says: str
    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True)
class Word:
    """A text of the drawing."""

    kind: str
    text: str
    x: str
    y: str


@dataclass(frozen=True)
class Rule:
    """A straight line of the drawing."""

    kind: str
    x1: str
    y1: str
    x2: str
    y2: str


@dataclass
class Chart:
    """A drawing with its name, its description and its table."""

    #: unique in the page: its parts are named after it
    key: str
    title: str
    description: str
    height: int
    #: the table: its heads, then its rows of cells, the first of each its label
    heads: list[str]
    table: list[list[str]]
    #: (fill, name) of each series when there are several
    legend: list[tuple[str, str]] = field(default_factory=list)
    #: what the drawing leaves out, in a sentence
    note: str = ""
    bars: list[Bar] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    #: lines behind the bars, and marks before them
    grid: list[Rule] = field(default_factory=list)
    marks: list[Rule] = field(default_factory=list)

    @property
    def image(self) -> str:
        """The drawing as the source of an image, for paper; empty when no value is known."""
        from .printing import source

        return source(self)


def columns(
    *,
    key: str,
    title: str,
    labels: Sequence[str],
    series: Sequence[Series],
    head: str = "",
    unit: str = "",
    description: str = "",
    note: str = "",
    stacked: bool = False,
) -> Chart:
    """Upright bars. ``head`` names the labels in the table; an empty ``description`` is written from the values."""
    _refuse(series, labels)
    tallest = max((sum(known) if stacked else max(known) for known in _by_label(series) if known), default=0)
    steps = steps_to(tallest, whole=all_whole(value for one in series for value in one.values))
    chart = Chart(
        key=key,
        title=title,
        description=description or described(labels, series, unit),
        height=_HEIGHT,
        heads=[head, *(one.name for one in series)],
        table=[[str(label), *(shown(one.values[n], unit) for one in series)] for n, label in enumerate(labels)],
        legend=[(f"chart__bar--{n}", one.name) for n, one in enumerate(series)] if len(series) > 1 else [],
        note=note,
    )
    if not tallest:
        return chart
    scale = (_BASE - _TOP) / steps[-1]
    for step in steps:
        y = f"{_BASE - step * scale:.1f}"
        chart.grid.append(Rule("chart__grid" if step else "chart__base", "0%", y, "100%", y))
        if step:
            chart.words.append(Word("chart__scale", short(step, unit), "0%", f"{_BASE - step * scale - 4:.1f}"))
    room = (100 - _LEFT) / len(labels)
    across = 1 if stacked else len(series)
    width = min(room * 0.76, _WIDEST * across) / across
    for n, label in enumerate(labels):
        middle, base = _LEFT + room * (n + 0.5), float(_BASE)
        for rank, one in enumerate(series):
            if not (value := one.values[n]):
                continue
            height = float(value) * scale
            place = 0 if stacked else rank
            chart.bars.append(
                Bar(
                    kind=f"chart__bar--{rank}",
                    says=f"{label}{f', {one.name}' if len(series) > 1 else ''} : {shown(value, unit)}",
                    x=f"{middle + (place - across / 2) * width:.2f}%",
                    y=f"{base - height:.1f}",
                    width=f"{width:.2f}%",
                    height=f"{height:.1f}",
                )
            )
            base -= height if stacked else 0
        if kind := _label_kind(n, len(labels)):
            chart.words.append(Word(kind, str(label), f"{middle:.2f}%", f"{_LABELS}"))
    return chart


def rows(
    *,
    key: str,
    title: str,
    lines: Sequence[Line],
    head: str = "",
    name: str = "Valeur",
    unit: str = "",
    description: str = "",
) -> Chart:
    """Lying bars, one a line, with its value; a median is a mark across the bar, quartiles a band behind it."""
    series = Series(name, [line.value for line in lines])
    drawn = {of for of, _ in _COMPARED if any(getattr(line, of) is not None for line in lines)}
    marks = [(word, of) for of, word in _COMPARED if of in drawn]
    _refuse([series, *(Series(word, [getattr(line, of) for line in lines]) for word, of in marks)], lines)
    chart = Chart(
        key=key,
        title=title,
        description=description or described([line.label for line in lines], [series], unit),
        height=_LINE * len(lines),
        heads=[head, name, *(word for word, _ in marks)],
        table=[
            [line.label, shown(line.value, unit), *(shown(getattr(line, of), unit) for _, of in marks)]
            for line in lines
        ],
        legend=[("chart__bar--0", name), *((kind, said) for kind, said, of in _MARKS if of in drawn)] if drawn else [],
    )
    known = [v for line in lines for v in (line.value, line.median, line.high) if v is not None]
    longest = max(known, default=0)
    if not longest:
        return chart
    for n, line in enumerate(lines):
        _lie(chart, line, n * _LINE, unit, _LONGEST / float(longest))
    return chart


def _lie(chart: Chart, line: Line, top: int, unit: str, scale: float) -> None:
    """Draw one line: its label above, then band, bar and mark."""
    y = top + 22
    chart.words.append(Word("chart__label", line.label, "0%", f"{top + 14}"))
    if line.low is not None and line.high is not None:
        chart.bars.append(
            Bar(
                "chart__band",
                f"{line.label}, la moitié du milieu : de {shown(line.low, unit)} à {shown(line.high, unit)}",
                f"{float(line.low) * scale:.2f}%", f"{y - 3}", f"{float(line.high - line.low) * scale:.2f}%", f"{_BAR + 6}",
            )
        )  # fmt: skip
    end = 0.0
    if line.value:
        end = float(line.value) * scale
        chart.bars.append(
            Bar("chart__bar--0", f"{line.label} : {shown(line.value, unit)}", "0%", f"{y}", f"{end:.2f}%", f"{_BAR}")
        )
    if line.median is not None:
        x = float(line.median) * scale
        chart.marks.append(Rule("chart__median", f"{x:.2f}%", f"{y - 5}", f"{x:.2f}%", f"{y + _BAR + 5}"))
        end = max(end, x)
    end = max(end, float(line.high or 0) * scale)
    chart.words.append(Word("chart__value", shown(line.value, unit), f"{end + 1.5:.2f}%", f"{y + _BAR - 2}"))


def _refuse(series: Sequence[Series], labels: Sequence) -> None:
    if len(series) > MOST_SERIES:
        raise ValueError(f"Un graphique se lit jusqu’à {MOST_SERIES} séries, en voici {len(series)}.")
    for one in series:
        if len(one.values) != len(labels):
            raise ValueError(f"« {one.name} » a {len(one.values)} valeurs pour {len(labels)} libellés.")
        if any(value is not None and value < 0 for value in one.values):
            raise ValueError(f"« {one.name} » a une valeur négative, qu’une barre ne sait pas dire.")


def _by_label(series: Sequence[Series]) -> list[list]:
    return [[v for v in values if v is not None] for values in zip(*(one.values for one in series), strict=True)]


def _label_kind(n: int, count: int) -> str:
    """The class of the label of a column; empty when there is no room for it. A narrow chart keeps some of a wide one's."""
    wide = math.ceil(count / WIDE)
    always = wide * math.ceil(count / ALWAYS / wide)
    return "chart__tick" if n % always == 0 else "chart__tick chart__tick--wide" if n % wide == 0 else ""
