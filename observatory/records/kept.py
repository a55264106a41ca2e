"""Answers kept until something changes: the second visitor of a broad search need not count it again."""

from collections.abc import Callable
from hashlib import sha256

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

TIMEOUT = 24 * 3600  # seconds


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
