"""What the one box of the home page looks through; each app registers its kinds on start."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from django.db.models import Model, QuerySet

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

    def result(self, record: Model) -> dict:
        return self.describe(record).as_dict()


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.key] = kind


def kinds() -> list[Kind]:
    return sorted(_kinds.values(), key=lambda kind: kind.order)


def ranked(queryset: QuerySet, text: str, *ties: str) -> QuerySet:
    """The rows that match ``text``, best first; ``queryset`` itself, unordered, when there is no word."""
    query = analysis.parse(text)
    if not query:
        return queryset
    order = ["relevance", *(ties or queryset.query.order_by or ("sort_key",)), "pk"]
    return queryset.filter(search_text__matches=query).annotate(relevance=rank(query)).order_by(*order)
