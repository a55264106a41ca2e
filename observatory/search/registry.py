"""What the one box of the home page looks through; each app registers its kinds on start."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from django.db.models import Model, QuerySet

from observatory.records.identity import sort_key

from . import analysis
from .ranking import with_relevance


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
    #: heading in a field that picks one of these records; ``plural`` when empty
    picked: str = ""
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
    """The few records to propose while one types.

    The best; those of a large kind, or of any when the last word is too short to be looked up (« Hauts-de-F »), whose
    names begin so come first.
    """
    queryset = kind.queryset()
    unfinished = analysis.is_unfinished(text)
    begun = []
    if kind.large or unfinished:
        begun = list(_begun(queryset, text, () if kind.large else queryset.query.order_by)[:count])
    if len(begun) == count:
        return begun
    found = list(ranked(queryset, text)[:count])
    return list(dict.fromkeys([*begun, *found]))[:count] if unfinished else found


def _begun(queryset: QuerySet, text: str, order: tuple[str, ...]) -> QuerySet:
    beginning = sort_key(text)
    rows = queryset.filter(sort_key__gte=beginning, sort_key__lt=f"{beginning}{{")
    return rows.order_by(*(order or ("sort_key",)), "pk")


def ranked(queryset: QuerySet, text: str, *ties: str) -> QuerySet:
    """The rows that match ``text``, best first; ``queryset`` itself, unordered, when there is no word."""
    query = analysis.parse(text)
    if not query:
        return queryset
    order = ["relevance", *(ties or queryset.query.order_by or ("sort_key",)), "pk"]
    return with_relevance(queryset.filter(search_text__matches=query), query).order_by(*order)
