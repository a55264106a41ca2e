"""The kinds of fiche, and the searches whose fiches come as one file; each app registers its own on start."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.http import QueryDict
from django.urls import reverse

from observatory.pages.listing import address


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


@dataclass(frozen=True)
class Batchable:
    """A list whose search may be asked for as a batch of fiches."""

    #: in addresses: ``/fiches/lots/<key>/``
    key: str
    #: « Annuaire des acteurs »
    title: str
    #: kind of its fiches
    fiche: str
    #: name of the address of the list
    list_name: str
    #: its FilterSet over what any visitor may see
    found: Callable[[QueryDict], Any]
    #: the choices made, in words
    told: Callable[[Any, QueryDict], list[str]]
    #: the column that names a fiche
    column: str = "public_id"

    def address(self, query: QueryDict | str) -> str:
        """The list under this search."""
        query = QueryDict(query) if isinstance(query, str) else query
        return address(query, reverse(self.list_name), view=None)


_fiches: dict[str, Fiche] = {}
_batchables: dict[str, Batchable] = {}


def register(fiche: Fiche) -> None:
    _fiches[fiche.kind] = fiche


def get(kind: str) -> Fiche | None:
    return _fiches.get(kind)


def fiches() -> list[Fiche]:
    return sorted(_fiches.values(), key=lambda fiche: fiche.kind)


def register_batchable(batchable: Batchable) -> None:
    _batchables[batchable.key] = batchable


def batchable(key: str) -> Batchable | None:
    return _batchables.get(key)
