"""The study of 2014 and what other documents count, ready for their page: charts, figures and words, each with its source."""

from dataclasses import dataclass, field

from django.utils.dates import MONTHS

from observatory.indicators import charts
from observatory.indicators.charts import Chart, Line
from observatory.indicators.scales import shown

from .enums import IndicatorKind
from .models import Indicator, IndicatorRow

#: section of the fixtures → its title and what it holds; sections that are not named here come last
SECTIONS = {
    "median": ("Le profil médian d’un pôle", "La moitié des projets étudiés est au-dessus, l’autre moitié au-dessous."),
    "stages": ("Âge et maturité", ""),
    "legal_form": ("Formes juridiques", ""),
    "budget": ("Budget et équipe de la cellule d’animation", ""),
    "activities_cell": ("Ce que fait la cellule d’animation", ""),
    "activities_members": ("Ce que font les structures membres", ""),
    "perimeter": ("Territoires", ""),
    "impulsion": ("Impulsion", ""),
    "dynamic": ("Dynamique économique", ""),
    "money_by_level": ("L’argent public, niveau par niveau", ""),
    "collectivities": ("Le rôle des collectivités", ""),
    "call_2013": ("L’appel à projets national de 2013", ""),
    "levers": ("Les huit leviers", "Ce que l’étude propose aux collectivités."),
    "chronologie": ("Chronologie", ""),
    "national": ("Autres chiffres nationaux", ""),
    "method": ("Comment l’étude a été faite", ""),
    "other": ("Exemples chiffrés dans les territoires", ""),
}
#: units that stand beside each value; words stand once, in the head of the table
SIGNS = ("€", "%")
#: sections whose single values are shown as large figures
TILED = {"median"}


@dataclass
class Shown:
    """An indicator: drawn, told line by line, or a chronology."""

    indicator: Indicator
    chart: Chart | None = None
    #: what is not drawn: (label, value or words)
    lines: list[tuple[str, str]] = field(default_factory=list)

    #: of a chronology
    moments: list["Moment"] = field(default_factory=list)

    #: large, alone: the one value of an indicator
    big: str = ""

    @property
    def title(self) -> str:
        """The title where the section already says that it is a median."""
        return self.indicator.title.removesuffix(" (médiane)")

    @property
    def levers(self) -> list[str]:
        """The labels without the number that an ordered list writes."""
        return [label.partition(". ")[2] or label for label, _ in self.lines]


@dataclass(frozen=True)
class Moment:
    """A dated line of a chronology."""

    when: str
    text: str
    page: int | None


@dataclass
class Section:
    """A part of the page: its indicators, each in one of the four lists."""

    key: str
    title: str
    intro: str
    tiles: list[Shown] = field(default_factory=list)
    charts: list[Shown] = field(default_factory=list)
    told: list[Shown] = field(default_factory=list)
    dates: list[Shown] = field(default_factory=list)


def sections() -> list[Section]:
    """The sections that hold something, in the order of the page; two queries."""
    found = {key: Section(_anchor(key), title, intro) for key, (title, intro) in SECTIONS.items()}
    for indicator in Indicator.objects.select_related("source").prefetch_related("rows"):
        key = indicator.section
        section = found.setdefault(key, Section(_anchor(key), key.replace("_", " ").capitalize(), ""))
        one = show(indicator)
        if one.moments:
            section.dates.append(one)
        elif one.chart:
            section.charts.append(one)
        elif key in TILED and one.big:
            section.tiles.append(one)
        else:
            section.told.append(one)
    return [one for one in found.values() if one.tiles or one.charts or one.told or one.dates]


def _anchor(key: str) -> str:
    return key.replace("_", "-")


def show(indicator: Indicator) -> Shown:
    """Lines with a value and one unit are drawn when there are two or more; the others are told."""
    rows = list(indicator.rows.all())
    if indicator.kind == IndicatorKind.DATES:
        return Shown(indicator, moments=[Moment(dated(row.label), row.text, row.page) for row in rows])
    known = [row for row in rows if row.value is not None]
    if not _may_be_drawn(indicator, known):
        big = _large(rows[0], indicator.unit) if len(rows) == 1 else ""
        return Shown(indicator, lines=[(row.label, said(row, indicator.unit)) for row in rows], big=big)
    silent = [row for row in rows if row.value is None]
    chart = charts.rows(
        key=f"repere-{indicator.key}",
        title=indicator.title,
        lines=[Line(row.label, row.value) for row in known],
        unit=indicator.unit if indicator.unit in SIGNS else "",
        name="Valeur" if indicator.unit in SIGNS else indicator.unit.capitalize(),
    )
    return Shown(indicator, chart, [(row.label, said(row, indicator.unit)) for row in silent])


def _may_be_drawn(indicator: Indicator, known: list[IndicatorRow]) -> bool:
    """Two values of one unit at least; lines of different natures (their ``series``) are not compared by length."""
    natures = {row.series for row in known}
    return len(known) > 1 and bool(indicator.unit) and len(natures) == 1 and indicator.unit != "année"


def said(row: IndicatorRow, unit: str) -> str:
    """A line in words: its share, else as the document writes it, else its value with its unit; empty: the label says all."""
    if row.value is None or (row.text and unit != "%"):
        return row.text
    if unit == "année":
        return str(int(row.value))
    # A line may bear its own unit as its series, when those of one indicator differ.
    return shown(row.value, _noun(row.value, unit or (row.series if len(row.series) <= 12 else "")))


def _large(row: IndicatorRow, unit: str) -> str:
    """The value of a tile, whose title holds the unit unless it is a sign; empty for words."""
    if row.value is None or unit == "année":
        return said(row, unit)
    return row.text or shown(row.value, unit if unit in SIGNS else "")


def _noun(value, unit: str) -> str:
    """A unit in words, in the singular below two: ``1 pôle``."""
    return unit if value >= 2 else " ".join(word.removesuffix("s") for word in unit.split(" "))


def dated(text: str) -> str:
    """A date as the fixtures write it (``2013-07-15``, ``2012-06``, ``2011``), in French; other words as they are."""
    parts = text.split("-")
    if not all(part.isdecimal() for part in parts) or len(parts) > 3:
        return text
    year, *rest = (int(part) for part in parts)
    month = MONTHS[rest[0]] if rest else ""
    day = f"{rest[1]}{'er' if rest[1] == 1 else ''}" if len(rest) > 1 else ""
    return " ".join(filter(None, [day, str(month), str(year)]))
