"""Dates as French readers write them."""

from datetime import UTC, date, datetime

import pytest
from django.template import engines

from observatory.pages import dates


@pytest.mark.parametrize(
    ("value", "style", "text"),
    [
        (date(2026, 1, 1), "j F Y", "1er janvier 2026"),
        (date(2026, 8, 11), "j F Y", "11 août 2026"),
        (datetime(2026, 11, 30, 23, 30, tzinfo=UTC), "j F à H:i", "1er décembre à 00:30"),
        (date(2021, 1, 21), "j F Y", "21 janvier 2021"),
    ],
)
def test_the_first_of_a_month_is_an_ordinal(value, style, text):
    assert dates.day(value, style) == text
    template = engines["django"].from_string(f'{{{{ value|date:"{style}" }}}}')
    assert template.render({"value": value}) == text
