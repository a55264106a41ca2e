"""The reference data of every floor, loaded in order by ``manage.py load_reference``."""

from dataclasses import dataclass
from datetime import datetime

from .models import ReferenceLoad


@dataclass(frozen=True, order=True)
class Loader:
    """A management command, the name under which it notes its last load, and what readers call these data."""

    order: int
    command: str
    name: str
    label: str


_loaders: list[Loader] = []


def register(command: str, *, order: int, name: str, label: str) -> None:
    """Each app adds its own on start."""
    _loaders.append(Loader(order, command, name, label))


def commands() -> list[str]:
    return [loader.command for loader in sorted(_loaders)]


def loaded() -> list[tuple[str, datetime]]:
    """What has been loaded and when, in order."""
    times = dict(ReferenceLoad.objects.values_list("name", "loaded_at"))
    return [(loader.label, times[loader.name]) for loader in sorted(_loaders) if loader.name in times]
