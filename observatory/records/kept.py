"""Answers kept until something changes: the second visitor of a broad search need not count it again."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet
from django.utils import timezone

TIMEOUT = 24 * 3600  # seconds
#: of what may also show rows that draw no number (a source, a threshold): how long it may lag behind them
SHORT = 600


def until_change(name: str, number: int, make: Callable[[], Any], *, worth: Callable = lambda answer: True) -> Any:
    """What ``make`` gives under this name, kept for the day, until the next change, and no longer than ``SHORT``.

    For what is the same for everybody: neither person nor session may have a part in it.
    """
    key = f"kept/{sha256(name.encode()).hexdigest()}/{number}/{timezone.localdate():%Y%m%d}"
    answer = cache.get(key)
    if answer is None:
        answer = make()
        if worth(answer):
            cache.set(key, answer, timeout=SHORT)
    return answer


def page(name: str, number: int, make: Callable[[], Any]) -> Any:
    """What a template shows, kept ``until_change``; any other answer (where the page is now) is not kept."""
    return until_change(name, number, make, worth=lambda answer: isinstance(answer, dict))


def kept(rows: QuerySet, number: int, *, worth: Callable[[list], bool] = lambda answer: True) -> list:
    """The rows of a ``values_list``; those that are ``worth`` it are kept under ``changes.safe_number()``."""
    return derived(rows, number, make=list, worth=worth)


def derived(rows: QuerySet, number: int, *, make: Callable, worth: Callable = lambda answer: True, asked: str = ""):
    """What ``make`` draws from the rows and from what else is ``asked``, kept in the same way.

    The key is the statement itself with the change number, so that no condition can be forgotten in it. The caller
    reads the number once for a page, before anything else.
    """
    try:
        statement = rows.query.sql_with_params()
    except EmptyResultSet:
        return make(rows.none())
    key = f"kept/{sha256(repr((statement, asked)).encode()).hexdigest()}/{number}"
    answer = cache.get(key)
    if answer is None:
        answer = make(rows)
        if worth(answer):
            cache.set(key, answer, timeout=TIMEOUT)
    return answer
