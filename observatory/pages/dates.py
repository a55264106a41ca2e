"""Dates as French readers write them: ``1er janvier 2026``, ``2 janvier 2026``."""

import re
from datetime import date, datetime

from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.formats import date_format

_FIRST = re.compile(rf"(?<!\d)1 (?={'|'.join(str(month) for month in MONTHS.values())})")


def day(value: date | datetime, style: str = "j F Y") -> str:
    """A date, or a moment in the portal's time zone, in Django's notation of formats."""
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return first(date_format(value, style))


def first(text: str) -> str:
    """The first of a month is an ordinal, the other days are not."""
    return _FIRST.sub("1er ", text)
