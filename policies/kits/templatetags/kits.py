"""How the pages of the kits write dates and figures."""

import re
from decimal import Decimal

from django import template
from django.utils.dates import MONTHS

from observatory.pages.templatetags.observatory import NBSP, number

register = template.Library()

_DAY = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


@register.filter
def partial_date(text: str) -> str:
    """A date of which the day, or the month, may be unknown: ``2014-07-31``, ``2019-04``, ``2014``, ``2021/2025``."""
    return " à ".join(_day(part) for part in text.split("/"))


def _day(text: str) -> str:
    found = _DAY.fullmatch(text)
    if not found:
        return text
    year, month, day = found.groups()
    parts = [day and ("1er" if day == "01" else str(int(day))), month and str(MONTHS[int(month)]).lower(), year]
    return NBSP.join(filter(None, parts))


@register.filter
def quantity(value: Decimal | float) -> str:
    """A figure without needless decimals: ``2 400 000``, ``0,5``."""
    exact = Decimal(str(value))
    return number(int(exact)) if exact == exact.to_integral_value() else number(exact.normalize())


@register.filter
def pages(version) -> str:
    """Where a fiche stands in its document: ``page 9``, ``pages 33 à 36``; empty when the document has no number."""
    first, *rest = version.pages or ([version.page] if version.page else [None])
    if first is None:
        return ""
    return f"pages{NBSP}{first} à{NBSP}{rest[-1]}" if rest else f"page{NBSP}{first}"


@register.filter
def web(address: str) -> str:
    """A printed address as a link: the scheme is added where the document leaves it out."""
    return address if "://" in address else f"https://{address}"
