"""What the portal holds about a person, wherever it lies: each app registers a finder on start."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
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


_finders: dict[str, Finder] = {}


def register(finder: Finder) -> None:
    _finders[finder.key] = finder


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
