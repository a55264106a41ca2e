"""What the one box of the home page looks through; each app registers its kind on start."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet

from . import analysis
from .ranking import rank


@dataclass(frozen=True)
class Kind:
    """A kind of record that visitors look for by words."""

    key: str
    label: str
    plural: str
    queryset: Callable[[], QuerySet]
    #: template of one result in the suggestions
    list_url: Callable[[str], str]
    order: int = 100


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.key] = kind


def kinds() -> list[Kind]:
    return sorted(_kinds.values(), key=lambda kind: kind.order)


def ranked(queryset: QuerySet, text: str) -> QuerySet:
    """The rows that match ``text``, best first (``queryset`` itself, unordered, when there is no word)."""
    query = analysis.parse(text)
    if not query:
        return queryset
    return queryset.filter(search_text__matches=query).annotate(rank=rank(query)).order_by("rank", "sort_key", "pk")
