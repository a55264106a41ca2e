"""What the one box of the home page looks through; each app registers its kinds on start."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from django.db.models import Model, QuerySet

from observatory.records.identity import sort_key

from . import analysis
from .ranking import rank


@dataclass(frozen=True)
class Result:
    """A record as the suggestions show it."""

    label: str
    detail: str
    url: str
    code: str = ""

    def as_dict(self) -> dict:
        return asdict(self)


@dataclass(frozen=True)
class Kind:
    """A kind of record that visitors look for by words."""

    key: str
    plural: str
    queryset: Callable[[], QuerySet]
    describe: Callable[[Model], Result]
    #: address of the full list for some words
    list_url: Callable[[str], str]
    order: int = 100
    #: so many records that to rank all those that hold a word takes too long while one types
    large: bool = False

    def result(self, record: Model) -> dict:
        return self.describe(record).as_dict()


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.key] = kind


def kinds() -> list[Kind]:
    return sorted(_kinds.values(), key=lambda kind: kind.order)


def best(kind: Kind, text: str, count: int) -> list[Model]:
    """The few records to propose while one types: the best, or those of a large kind whose names begin so."""
    queryset, beginning = kind.queryset(), sort_key(text)
    if kind.large:
        begun = queryset.filter(sort_key__gte=beginning, sort_key__lt=f"{beginning}{{").order_by("sort_key", "pk")
        if len(rows := list(begun[:count])) == count:
            return rows
    return list(ranked(queryset, text)[:count])


def ranked(queryset: QuerySet, text: str, *ties: str) -> QuerySet:
    """The rows that match ``text``, best first; ``queryset`` itself, unordered, when there is no word."""
    query = analysis.parse(text)
    if not query:
        return queryset
    order = ["relevance", *(ties or queryset.query.order_by or ("sort_key",)), "pk"]
    return queryset.filter(search_text__matches=query).annotate(relevance=rank(query)).order_by(*order)
