"""Figures of the home page; each app registers its own on start."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A number with what it counts, where it leads and, when it is not ours, who says so."""

    label: str
    value: int
    url: str = ""
    source: str = ""


_makers: list[tuple[int, Callable[[], list[Figure]]]] = []


def register(maker: Callable[[], list[Figure]], *, order: int) -> None:
    _makers.append((order, maker))


def figures() -> list[Figure]:
    return [figure for _, maker in sorted(_makers, key=lambda pair: pair[0]) for figure in maker()]
