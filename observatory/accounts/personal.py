"""What the portal holds about a person, wherever it lies: each app registers a finder on start."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any


class CannotEraseError(Exception):
    """Something must stay for now; the message says what and why, in French."""


@dataclass(frozen=True)
class Item:
    """Something held about a person; ``id`` is the finder's own, ``data`` goes to the export as JSON.

    ``email`` is the address that it concerns, when known: a person's own export takes what bears exactly theirs.
    """

    kind: str
    label: str
    url: str
    data: dict[str, Any]
    id: str = ""
    email: str = ""
    finder: str = field(default="", compare=False)

    @property
    def key(self) -> str:
        """What names the item in a form: finder and id."""
        return f"{self.finder}:{self.id}"


@dataclass(frozen=True)
class Finder:
    """Looks for a person by a part of the e-mail or of the name; ``erase`` takes ids and gives how many were erased."""

    key: str
    label: str
    find: Callable[[str], list[Item]]
    erase: Callable[[list[str]], int]


@dataclass(frozen=True)
class Kept:
    """What is kept of people, why, and until when: the legal page says it. ``until`` is read at each display."""

    what: str
    why: str
    until: Callable[[], str]


_finders: dict[str, Finder] = {}
_kept: list[tuple[int, Kept]] = []


def register(finder: Finder) -> None:
    _finders[finder.key] = finder


def register_kept(kept: Kept, *, order: int) -> None:
    _kept.append((order, kept))


def kept() -> list[Kept]:
    return [row for _, row in sorted(_kept, key=lambda pair: pair[0])]


def lasting(span: timedelta) -> str:
    """A span of time as it is said: ``un an``, ``6 mois``, ``30 jours``."""
    days = round(span / timedelta(days=1))
    if days >= 365:
        years = round(days / 365)
        return "un an" if years == 1 else f"{years} ans"
    if days > 60:
        return f"{round(days / 30.4)} mois"
    return "un jour" if days <= 1 else f"{days} jours"


def find(text: str) -> list[Item]:
    """Everything held about whoever ``text`` names, finder by finder."""
    return [
        Item(**{name: getattr(item, name) for name in ("kind", "label", "url", "data", "id", "email")}, finder=key)
        for key, finder in _finders.items()
        for item in finder.find(text)
    ]


def held_about(email: str) -> list[Item]:
    """Everything that bears exactly this address."""
    return [item for item in find(email) if item.email.lower() == email.lower()]


def erase(keys: Iterable[str]) -> int:
    """Erase the items named by ``Item.key``; gives how many. Raises CannotEraseError."""
    ids: dict[str, list[str]] = {}
    for key in keys:
        finder, _, item = key.partition(":")
        ids.setdefault(finder, []).append(item)
    return sum(_finders[finder].erase(items) for finder, items in ids.items() if finder in _finders)


def as_export(items: list[Item]) -> dict[str, list]:
    """What the JSON file holds: the data of each item under the French name of its finder."""
    export: dict[str, list] = {}
    for item in items:
        export.setdefault(_finders[item.finder].label, []).append(item.data)
    return export
