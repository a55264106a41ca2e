"""Pairs of records that may be one, found by the database: they share a mark that few others share.

One statement for all marks: each mark is read once, kept where two to a few records share it, and joined with itself;
a pair that shares several marks comes out once, the most telling first.
"""

from dataclasses import dataclass
from hashlib import sha256

from django.core.cache import cache
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, QuerySet, When

from .desk_registry import Work
from .models import NotAlike

#: pairs beyond which there is no use in counting
MOST = 5_000
TIMEOUT = 24 * 3600  # seconds


@dataclass(frozen=True)
class Pair:
    """Two records by their keys, and what they share."""

    one: int
    other: int
    marks: tuple[str, ...]


def pairs(work: Work, rows: QuerySet, number: int | str) -> list[Pair]:
    """The pairs among ``rows``, the most telling first, but for those that somebody has told apart.

    They are kept under ``number``, the change number or what stands for it.
    """
    try:
        statement, params = _statement(work, rows)
    except EmptyResultSet:
        return []
    key = f"alike/{sha256(repr((statement, params)).encode()).hexdigest()}/{number}"
    if (found := cache.get(key)) is None:
        with connection.cursor() as cursor:
            cursor.execute(statement, params)
            found = cursor.fetchall()
        cache.set(key, found, TIMEOUT)
    told = {frozenset(pair) for pair in NotAlike.objects.filter(kind=work.kind).values_list("one", "other")}
    labels = [mark.label for mark in work.marks]
    return [
        Pair(one, other, tuple(label for bit, label in enumerate(labels) if bits >> bit & 1))
        for one, other, one_id, other_id, bits in found
        if frozenset((one_id, other_id)) not in told
    ]


def _statement(work: Work, rows: QuerySet) -> tuple[str, list]:
    """The SQL of all pairs: ``(key, key, public id, public id, marks as bits)``; raises EmptyResultSet when no row can match."""
    columns = {f"mark_{bit}": Case(When(mark.condition, then=mark.value)) for bit, mark in enumerate(work.marks)}
    read, params = rows.order_by().annotate(**columns).values_list("pk", "public_id", *columns).query.sql_with_params()
    # The rows are read once, narrow; the names in brackets are those of the list above.
    parts, shared = [f"marked(pk, pid, {', '.join(columns)}) AS MATERIALIZED ({read})"], []
    for (bit, mark), column in zip(enumerate(work.marks), columns, strict=True):
        counted = f"COUNT(*) OVER (PARTITION BY {column})"
        parts.append(f"w{bit} AS (SELECT pk, pid, {column} AS mark, {counted} AS n FROM marked WHERE {column} <> '')")
        shared.append(f"SELECT {1 << bit} AS bit, pk, pid, mark FROM w{bit} WHERE n BETWEEN 2 AND {int(mark.most)}")
    statement = (
        f"WITH {', '.join(parts)}, shared AS ({' UNION ALL '.join(shared)})"
        " SELECT a.pk, b.pk, MIN(a.pid), MIN(b.pid), SUM(a.bit) AS bits FROM shared a"
        " JOIN shared b ON a.bit = b.bit AND a.mark = b.mark AND a.pk < b.pk"
        f" GROUP BY a.pk, b.pk ORDER BY MIN(a.bit), a.pk, b.pk LIMIT {MOST}"
    )
    return statement, list(params)
