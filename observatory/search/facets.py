"""Exact facet counts from one GROUP BY.

A model that has facets keeps them in one column, ``facets``, one word per value (`` f:association t:4 b:aci ``). Rows with
the same words are one group, and there are far fewer groups than rows: one query counts the groups under every
condition that is not a facet, and Python adds the groups up under any choice of facets. So the count beside a value is
exact: what choosing it would give, the choices inside its own facet left aside.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet


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


class Cube:
    """The groups of a query: distinct facet words and how many rows bear them."""

    def __init__(self, groups: Iterable[tuple[str, int]]):
        self.groups = [(frozenset(words.split()), count) for words, count in groups]

    @classmethod
    def of(cls, queryset: QuerySet, *, cache_key: str = "") -> "Cube":
        """Count the groups of ``queryset``; with a key, kept until the key (which holds a change number) changes."""
        if cache_key and (cube := cache.get(cache_key)) is not None:
            return cube
        cube = cls(queryset.order_by().values_list("facets").annotate(n=Count("pk")))
        if cache_key:
            cache.set(cache_key, cube, timeout=24 * 3600)
        return cube

    def total(self, chosen: dict[str, set[str]]) -> int:
        """Rows that satisfy every choice (facet → words, any of them)."""
        return sum(count for words, count in self.groups if all(words & any_of for any_of in chosen.values()))

    def counts(self, chosen: dict[str, set[str]], facet: str, prefix: str) -> dict[str, int]:
        """Rows per word of one facet, under the choices of the others."""
        others = [any_of for name, any_of in chosen.items() if name != facet]
        counts: dict[str, int] = {}
        for words, count in self.groups:
            if all(words & any_of for any_of in others):
                for word in words:
                    if word.startswith(prefix):
                        counts[word] = counts.get(word, 0) + count
        return counts


def condition(words: Iterable[str]) -> Q:
    """Rows that bear any of the words."""
    either = Q()
    for word in words:
        either |= Q(facets__contains=f" {word} ")
    return either


def build(
    specs: Iterable[FacetSpec],
    choices: dict[str, list[tuple[str, str, str]]],
    cube: Cube,
    chosen: dict[str, set[str]],
    selected: dict[str, list[str]],
) -> list[Facet]:
    """The facets of a page: ``choices`` as the specs give them, ``chosen`` words and ``selected`` values by facet."""
    facets = []
    for spec in specs:
        counts = cube.counts(chosen, spec.name, f"{spec.letter}:")
        values = [
            FacetValue(value, label, counts.get(f"{spec.letter}:{word}", 0), value in selected.get(spec.name, []))
            for value, word, label in choices[spec.name]
        ]
        values = [v for v in values if v.count or v.selected]
        values.sort(key=lambda v: (-v.count, v.label))
        facets.append(Facet(spec.name, spec.label, values, spec.shown))
    return facets
