"""The kinds of fiche; each app registers its own on start."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model


@dataclass(frozen=True)
class Fiche:
    """A kind of fiche: how to find what it shows, and how to show it."""

    #: in addresses: ``/fiches/acteur/<key>.pdf``
    kind: str
    #: « fiche de l’acteur »
    title: str
    template: str
    #: the record that a key names, as any visitor may see it; None when there is none
    find: Callable[[str], Model | None]
    #: what the template reads beside ``record``; ``url`` is added
    context: Callable[[Model], Mapping[str, Any]]
    #: the key of a record, for the address of its fiche
    key: Callable[[Model], str] = lambda record: record.public_id
    #: the page that its QR code leads to
    page: Callable[[Model], str] = lambda record: record.get_absolute_url()


_fiches: dict[str, Fiche] = {}


def register(fiche: Fiche) -> None:
    _fiches[fiche.kind] = fiche


def get(kind: str) -> Fiche | None:
    return _fiches.get(kind)


def fiches() -> list[Fiche]:
    return sorted(_fiches.values(), key=lambda fiche: fiche.kind)
