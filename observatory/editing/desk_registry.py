"""What there is to do on the records of a kind; each app registers it on start.

The desk counts and lists it for the territories of each person; a kind says what is missing, what weighs in a complete
record, and by which marks two records look like one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, Expression, F, Model, Q, QuerySet, Value, When
from django.urls import reverse


@dataclass(frozen=True)
class WorkList:
    """Records to go through, the first to do first."""

    #: in addresses: ``/bureau/a-faire/acteurs/sans-point/``
    slug: str
    title: str
    #: what to do, in a sentence
    sentence: str
    #: asked each time, since some depend on the day
    condition: Callable[[], Q]
    order: tuple[Any, ...]
    #: why this record is in the list, in a few words
    note: Callable[[Model], str]


@dataclass(frozen=True)
class Narrowing:
    """A choice that narrows the list of the records of a kind."""

    #: in addresses
    parameter: str
    label: str
    #: (value in addresses, label, condition, asked each time)
    options: tuple[tuple[str, str, Callable[[], Q]], ...]

    def option(self, value: str) -> tuple[str, Callable[[], Q]] | None:
        return next(((label, condition) for key, label, condition in self.options if key == value), None)


@dataclass(frozen=True)
class Weight:
    """What a complete record says, and how much it weighs out of 100."""

    label: str
    weight: int
    condition: Q


@dataclass(frozen=True)
class Mark:
    """What two records share when they may be one; ``value`` is null or empty when a record has none."""

    label: str
    value: Expression | F
    condition: Q
    #: shared by more records than this, it says nothing (a federation's telephone)
    most: int = 4


@dataclass(frozen=True)
class Work:
    """All that there is to do on a kind of record."""

    #: ``change_kind`` of the model
    kind: str
    #: the records that the desk looks after
    records: Callable[[], QuerySet]
    #: what a line of a list reads: name, place, address
    for_line: Callable[[QuerySet], QuerySet]
    lists: tuple[WorkList, ...]
    weights: tuple[Weight, ...]
    marks: tuple[Mark, ...]

    def list_of(self, slug: str) -> WorkList | None:
        return next((item for item in self.lists if item.slug == slug), None)

    def completeness(self) -> Expression:
        """How complete a record is, from 0 to 100, computed by the database."""
        parts = [Case(When(w.condition, then=Value(w.weight)), default=Value(0)) for w in self.weights]
        total = parts[0]
        for part in parts[1:]:
            total = total + part
        return total


@dataclass(frozen=True)
class Panel:
    """A few lines that another app adds to the desk's first page."""

    title: str
    #: (label, address, detail)
    rows: list[tuple[str, str, str]]
    more_label: str = ""
    more_url: str = ""
    empty: str = field(default="Rien pour l’instant.")


@dataclass(frozen=True)
class Room:
    """Another part of the desk, shown to those who may enter."""

    label: str
    url_name: str
    may: Callable[[Any], bool]
    #: arguments of the address
    args: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        return reverse(self.url_name, args=self.args)


_works: dict[str, Work] = {}
_narrowings: dict[str, list[Narrowing]] = {}
_rooms: list[Room] = []
_panels: list[Callable[[Any], Panel | None]] = []


def register(work: Work) -> None:
    if (total := sum(weight.weight for weight in work.weights)) != 100:
        raise ValueError(f"Les poids de « {work.kind} » font {total}, non 100.")
    _works[work.kind] = work


def works() -> list[Work]:
    return list(_works.values())


def work_of(kind: str) -> Work | None:
    return _works.get(kind)


def register_narrowing(kind: str, narrowing: Narrowing) -> None:
    _narrowings.setdefault(kind, []).append(narrowing)


def narrowings(kind: str) -> list[Narrowing]:
    return _narrowings.get(kind, [])


def register_room(room: Room) -> None:
    _rooms.append(room)


def rooms(user) -> list[Room]:
    return [room for room in _rooms if room.may(user)]


def register_panel(panel: Callable[[Any], Panel | None]) -> None:
    """``panel(user)`` gives what to show, or None when it does not concern the person."""
    _panels.append(panel)


def panels(user) -> list[Panel]:
    return [panel for make in _panels if (panel := make(user)) is not None]
