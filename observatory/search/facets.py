"""Exact facet counts from one GROUP BY.

A model that has facets keeps them in one column, ``facets``, one word per value (`` f:association t:4 b:aci ``). Rows with
the same words are one group, and there are far fewer groups than rows: one query counts the groups under every
condition that is not a facet, and Python adds the groups up under any choice of facets. So the count beside a value is
exact: what choosing it would give, the choices inside its own facet left aside.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from django.db.models import Count, Q, QuerySet

from observatory.records.kept import derived, kept

#: an answer of more rows than this is worth keeping until something changes
MANY = 500


@dataclass(frozen=True)
class FacetSpec:
    """A facet of a model: its parameter, its label, the letter of its words and the choices it offers."""

    name: str
    label: str
    letter: str
    #: gives (value of the parameter, value in the column, label) of every choice
    choices: Callable[[], Iterable[tuple[str, str, str]]]
    #: choices shown before "more"
    shown: int = 8


@dataclass
class FacetValue:
    """One choice of a facet, with what choosing it would give."""

    value: str
    label: str
    count: int
    selected: bool


@dataclass
class Facet:
    """A facet ready to show: its values that hold something, the most frequent first."""

    name: str
    label: str
    values: list[FacetValue] = field(default_factory=list)
    shown: int = 8

    @property
    def selected(self) -> list[FacetValue]:
        return [value for value in self.values if value.selected]


@lru_cache(maxsize=100_000)
def _words(facets: str) -> tuple[str, ...]:
    return tuple(facets.split())


class Cube:
    """The groups of a query: distinct facet words and how many rows bear them."""

    def __init__(self, groups: Iterable[tuple[str, int]]):
        self.groups = list(groups)

    def tally(self, chosen: dict[str, set[str]]) -> "Tally":
        """Total and counts under the choices (facet → words, any of them), in one pass.

        A group that satisfies every choice counts for every facet; one that fails a single facet counts for
        that facet alone, whose own choices its counts leave aside.
        """
        total, everywhere, own = 0, {}, {name: {} for name in chosen}
        rows = sum(count for _, count in self.groups)
        choices = list(chosen.items())
        for facets, count in self.groups:
            words = _words(facets)
            failed = [name for name, any_of in choices if any_of.isdisjoint(words)] if choices else ()
            if not failed:
                total += count
                counts = everywhere
            elif len(failed) == 1:
                counts = own[failed[0]]
            else:
                continue
            for word in words:
                counts[word] = counts.get(word, 0) + count
        return Tally(total, everywhere, own, rows)


@dataclass(frozen=True)
class Tally:
    """What a page says of its facets: rows in all, and rows per word."""

    total: int
    everywhere: dict[str, int]
    #: facet → rows per word among those that only this facet's choices refuse
    own: dict[str, dict[str, int]]
    #: how many rows were counted, those that the choices refuse included
    rows: int

    def count(self, facet: str, word: str) -> int:
        """Rows that choosing this word would give, the other choices of its own facet left aside."""
        return self.everywhere.get(word, 0) + self.own.get(facet, {}).get(word, 0)


def tally(queryset: QuerySet, number: int, chosen: dict[str, set[str]]) -> Tally:
    """Count the facets of ``queryset``; many rows are not counted twice under one change number."""
    # COUNT(*), not COUNT(id): the index on facets alone then answers.
    groups = queryset.order_by().values_list("facets").annotate(n=Count("*"))
    # The sums are kept beside the groups: reading twelve thousand groups again costs more than the rest of the page.
    return derived(
        groups,
        number,
        asked=repr(sorted((name, sorted(words)) for name, words in chosen.items())),
        make=lambda groups: Cube(kept(groups, number, worth=lambda answer: sum(n for _, n in answer) > MANY)).tally(
            chosen
        ),
        worth=lambda answer: answer.rows > MANY,
    )


def condition(words: Iterable[str]) -> Q:
    """Rows that bear any of the words."""
    either = Q()
    for word in words:
        either |= Q(facets__contains=f" {word} ")
    return either


def build(
    specs: Iterable[FacetSpec],
    choices: dict[str, list[tuple[str, str, str]]],
    tally: Tally,
    selected: dict[str, list[str]],
) -> list[Facet]:
    """The facets of a page: ``choices`` as the specs give them, ``selected`` values by facet."""
    facets = []
    for spec in specs:
        values = [
            FacetValue(
                value, label, tally.count(spec.name, f"{spec.letter}:{word}"), value in selected.get(spec.name, [])
            )
            for value, word, label in choices[spec.name]
        ]
        values = [v for v in values if v.count or v.selected]
        values.sort(key=lambda v: (-v.count, v.label))
        facets.append(Facet(spec.name, spec.label, values, spec.shown))
    return facets
