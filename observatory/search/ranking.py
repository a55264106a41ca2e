"""The order of results: ours, plain SQL, the same on every engine.

Native ranks differ between engines and drift with the collection; a visitor expects the organisation that
bears the words typed, then those whose name begins with them, then holds them, then the rest.
"""

from functools import reduce
from operator import and_, or_

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from observatory.records.identity import sort_key

from .analysis import Query

WRITTEN, EXACT, BEGINS, PHRASE, NAME, ELSEWHERE = range(6)


def _holds(*texts: str) -> Q:
    """Names that hold any of the texts; plain text search, several times faster than LIKE."""
    return reduce(or_, (Q(GreaterThan(StrIndex(F("search_names"), Value(text)), 0)) for text in dict.fromkeys(texts)))


def with_relevance(rows: QuerySet, query: Query) -> QuerySet:
    """The rows with their ``relevance``: from 0 (the name as it is typed) to 5 (found elsewhere in the record).

    ``Mane`` has the stem of ``Le Mans``: the letters of the name decide between them, for records filed under a sort key.
    """
    filed = any(field.name == "sort_key" for field in rows.model._meta.concrete_fields)
    return rows.annotate(relevance=_rank(query, filed=filed))


def _rank(query: Query, *, filed: bool) -> Case:
    """The expression of a relevance over ``search_names``."""
    phrase = " ".join(query.phrase)
    last = query.terms[-1].prefix
    # While the last word is being typed, its stem may not yet be the stem of the word meant.
    loose = " ".join([*query.phrase[:-1], last or query.phrase[-1]])
    words = [_holds(f" {stem} ") for stem in query.phrase[:-1]]
    words.append(_holds(f" {query.phrase[-1]} ", f" {last}" if last else f" {query.phrase[-1]} "))
    every = reduce(and_, words)
    return Case(
        # Most rows hold the words elsewhere: told first, they cost one test.
        When(~every, then=Value(ELSEWHERE)),
        *([When(sort_key=sort_key(query.text), then=Value(WRITTEN))] if filed else []),
        When(_holds(f"| {phrase} |"), then=Value(EXACT)),
        When(_holds(f"| {phrase} ", f"| {loose}"), then=Value(BEGINS)),
        When(_holds(f" {phrase} ", f" {loose}"), then=Value(PHRASE)),
        default=Value(NAME),
        output_field=IntegerField(),
    )
