"""Counts by région for the map of the home page; the directory registers its own on start."""

from collections.abc import Callable

_counter: list[Callable[[], dict[str, int]]] = []


def register(counter: Callable[[], dict[str, int]]) -> None:
    """``counter`` gives, by typed code of région, how many actors are published there."""
    _counter.append(counter)


def by_region() -> dict[str, int]:
    return _counter[0]() if _counter else {}
