"""French formatting and small parts for templates; a builtin library, so no ``{% load %}``."""

import re

from django import template
from django.template import defaultfilters
from django.utils import timezone
from django.utils.html import format_html

from observatory.pages import dates

register = template.Library()

NARROW = "\u202f"
NBSP = "\u00a0"

#: marks drawn in templates/_icons.html; any other kind gets the neutral one
MARKS = {"association", "cooperative", "mutual", "foundation", "company", "pole", "collectivity"}
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+(?=[A-ZÀ-ÖØ-Þ«\d])")
#: what ends with a full stop without ending a sentence
_ABBREVIATION = re.compile(r"(?:\b(?:av|art|bd|cf|etc|ex|fig|hab|M|MM|Mme|n|p|pp|St|Ste)|\b[A-Z])\.$")


# Dates -----------------------------------------------------------------------------------------------------


@register.filter("date", expects_localtime=True)
def french_date(value, style: str = "j F Y") -> str:
    """Django's filter, with the first of a month as ``1er``."""
    return dates.first(defaultfilters.date(value, style))


@register.simple_tag
def today() -> str:
    return dates.day(timezone.localdate())


# Numbers and words ----------------------------------------------------------------------------------------


@register.filter
def number(value) -> str:
    """A whole number with thin spaces: ``221 325``; empty for null; text is left as it is."""
    if value is None:
        return ""
    return value if isinstance(value, str) else f"{value:,}".replace(",", NARROW).replace(".", ",")


@register.filter
def euros(value) -> str:
    """An amount as French readers write it: ``12 500 €``, cents only when there are some."""
    whole = value == value.to_integral_value()
    text = f"{value:,.0f}" if whole else f"{value:,.2f}"
    return text.replace(",", NARROW).replace(".", ",") + f"{NBSP}€"


@register.filter
def percent(value) -> str:
    """A share: ``57,5 %``."""
    return f"{value.normalize():f}".replace(".", ",") + f"{NBSP}%"


@register.filter
def limit(value) -> str:
    """The value of a legal threshold with its unit."""
    unit = value.threshold.unit
    if unit == "percent":
        return percent(value.value)
    return (
        euros(value.value).replace("€", "€ HT" if unit == "euros_ht" else "€")
        if unit.startswith("euros")
        else (f"{number(int(value.value))}{NBSP}{value.threshold.get_unit_display()}")
    )


@register.filter
def counted(value: int, words: str) -> str:
    """A count with its noun: ``0|counted:"acteur,acteurs"`` gives ``0 acteur`` (a French singular)."""
    return f"{number(value)}{NBSP}{noun(value, words)}"


@register.filter
def noun(value: int, words: str) -> str:
    """The singular below two, else the plural, of ``"acteur,acteurs"``."""
    singular, plural = words.split(",")
    return plural if abs(value) >= 2 else singular


@register.filter
def share(value: int, whole: int) -> int:
    """The percentage of ``whole`` that ``value`` is, at least 1 when there is something to see."""
    return max(1, round(100 * value / whole)) if value and whole else 0


@register.filter
def highest(rows: list, key: str = "count") -> int:
    """The greatest ``key`` among rows (dicts or objects); 0 without rows."""
    return max((_read(row, key) or 0 for row in rows), default=0)


@register.filter
def steps(rows: list[dict]) -> list[dict]:
    """The legend of rows with ``count`` and ``step`` (0 to 4): steps that occur, labelled ``12 à 40``."""
    legend = []
    for step in range(5):
        if counts := [row["count"] for row in rows if row["step"] == step]:
            low, high = min(counts), max(counts)
            span = number(low) if low == high else f"{number(low)} à {number(high)}"
            legend.append({"step": step, "label": "aucun" if high == 0 else span})
    return legend


@register.filter
def split(text: str) -> list[str]:
    """The parts of ``text`` between commas."""
    return [part.strip() for part in text.split(",")]


@register.filter
def first_sentence(text: str) -> str:
    """The first sentence of a description; a French abbreviation does not end it."""
    kept = ""
    for part in _SENTENCE_END.split(text.strip()):
        kept = f"{kept} {part}".strip()
        if not _ABBREVIATION.search(kept):
            break
    return kept


# Contacts -------------------------------------------------------------------------------------------------


@register.filter
def host(address: str) -> str:
    """The readable part of an address: ``www.rtes.fr``."""
    return address.split("://", 1)[-1].rstrip("/")


@register.filter
def tel(telephone: str) -> str:
    """What follows ``tel:`` in a link: digits and a leading plus."""
    return re.sub(r"[^\d+]", "", telephone)


@register.filter
def opening(hours: list) -> list[tuple[str, str]]:
    """Opening hours, ``[[first day, last day, [[from, to], …]], …]``, as days and hours to read."""
    rows = []
    for first, last, spans in hours:
        days = first if first == last else f"{first} au {last}"
        rows.append((days, ", ".join(f"{_clock(start)} – {_clock(end)}" for start, end in spans)))
    return rows


def _clock(text: str) -> str:
    hour, minute, *_ = text.split(":")
    return f"{int(hour)}{NBSP}h" + (f"{NBSP}{minute}" if minute != "00" else "")


# Records --------------------------------------------------------------------------------------------------


@register.filter
def bounds(bbox: tuple[float, float, float, float]) -> str:
    """West, south, east, north as a data attribute or a ``bbox`` parameter writes them."""
    return ",".join(f"{value:.4f}" for value in bbox)


@register.filter
def locator(place: str) -> str:
    """Where in a document: a bare number is that of a fiche."""
    return f"fiche{NBSP}{place}" if place.isdecimal() else place


@register.filter
def main_source(record):
    """The source of a record: its own, that of the whole, else the latest that mentions it; or None."""
    if source := getattr(record, "source", None):
        return source
    if whole := [p.source for p in record.provenances.all() if not p.field]:
        return whole[0]
    mentions = record.mentions.all() if hasattr(record, "mentions") else []
    return max((m.source for m in mentions), key=lambda source: source.year, default=None)


@register.filter
def field_label(record, field: str) -> str:
    """The French name of a field of a record; the field itself when the model has none by that name."""
    names = {f.name: getattr(f, "verbose_name", f.name) for f in record._meta.get_fields()}
    return str(names.get(field, field))


# Small parts ----------------------------------------------------------------------------------------------


@register.simple_tag
def icon(name: str) -> str:
    """A decorative symbol of templates/_icons.html."""
    return format_html('<svg class="icon" aria-hidden="true" focusable="false"><use href="#i-{}"/></svg>', name)


@register.simple_tag
def mark(kind: str | None, size: str = "") -> str:
    """The shape and letter of a family; decorative, so the family is also written beside it."""
    kind = kind if kind in MARKS else "other"
    size = f" mark--{size}" if size else ""
    return format_html('<svg class="mark mark--{0}{1}" aria-hidden="true"><use href="#m-{0}"/></svg>', kind, size)


@register.simple_tag
def page_numbers(page, around: int = 1) -> list[int | None]:
    """Pages to link from ``page``: first, near ones, last; None stands for a gap of two pages or more."""
    last = page.paginator.num_pages
    shown = {1, last, *range(max(1, page.number - around), min(last, page.number + around) + 1)}
    shown |= {n for n in (2, last - 1) if n - 1 in shown and n + 1 in shown}
    numbers: list[int | None] = []
    for n in sorted(shown):
        if numbers and numbers[-1] != n - 1:
            numbers.append(None)
        numbers.append(n)
    return numbers


@register.simple_tag(takes_context=True)
def query_url(context, **changes) -> str:
    """The address of this page with some parameters replaced, or removed when None; page 1 is not written."""
    request = context["request"]
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None and (name, value) != ("page", 1):
            query[name] = value
    return f"{request.path}?{query.urlencode()}" if query else request.path


def _read(row, key: str):
    return row[key] if isinstance(row, dict) else getattr(row, key)
