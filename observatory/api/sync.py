"""In sync: what changed since a number, in the order of the changes, with what was removed among it.

A number never points into the middle of something: rows and removals are one sequence, cut after the last one sent, and
nothing above the safe number (``observatory.records.changes``) is given. Whoever applies the answers in their order ends
with what the list holds.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from observatory.records.changes import Present
from observatory.records.models import ChangeMark, Tombstone

from . import parameters
from .errors import InvalidParameter

NUMBER, MOMENT = "changed_since", "updated_since"
#: what has no meaning beside them, with the reason
_AGAINST = {
    "page": "une suite de changements se lit par son adresse `next`, sans numéro de page.",
    "sort": "les changements se lisent dans leur ordre.",
}
#: what such an answer also holds, and how it is asked for, as documented
SCHEMA = {
    "removed": {
        "type": "array",
        "items": {"$ref": "#/components/schemas/Removed"},
        "description": f"Avec `{NUMBER}` : fiches retirées, dans l’ordre des changements.",
    },
    "since": {"type": "integer", "description": f"Avec `{NUMBER}` : le numéro d’où part la réponse."},
    "change": {
        "type": "integer",
        "description": f"Avec `{NUMBER}` : le numéro à donner la prochaine fois.",
    },
}
PARAMETERS = [
    {
        "name": NUMBER,
        "in": "query",
        "required": False,
        "description": "Ce qui a changé après ce numéro, dans l’ordre des changements, avec les fiches retirées ; 0 pour "
        "tout lire. La réponse donne le numéro suivant (`change`). Ne va ni avec `page` ni avec `sort`. Une fiche qui "
        "cesse de répondre à un filtre n’est pas annoncée : une copie se tient à jour sans filtre.",
        "schema": {"type": "integer", "minimum": 0},
    },
    {
        "name": MOMENT,
        "in": "query",
        "required": False,
        "description": "Une date, ou une date et une heure (celle de Paris si rien ne le dit), au lieu du numéro : le "
        "dernier numéro sûr connu avant elle est employé, et la réponse le donne (`since`).",
        "schema": {"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]},
    },
]
#: a mirror reads long answers, so that a whole copy takes few of them
HIGHEST_SIZE = 1_000
_HIGHEST = 2**63 - 1
#: a record that left its list without being removed: it was withdrawn from what is public
WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Removed:
    """A record that is no longer public, and the number of the change that removed it."""

    change: int
    kind: str
    public_id: str
    reason: str
    survivor: str
    removed_at: datetime

    def as_row(self) -> dict:
        return {
            "id": self.public_id,
            "kind": self.kind,
            "reason": self.reason,
            "survivor": self.survivor or None,
            "change": self.change,
            "removed_at": self.removed_at.isoformat(),
        }


@dataclass(frozen=True)
class Slice:
    """One answer: the events between two numbers, low excluded and high included."""

    low: int
    high: int
    is_last: bool
    pks: list[int]
    removed: list[Removed]


def is_asked(request: Request) -> bool:
    return NUMBER in request.query_params or MOMENT in request.query_params


def since(request: Request, present: Present) -> int:
    """The number to read from; ``updated_since`` gives the last one known to be safe before that moment."""
    for name, reason in _AGAINST.items():
        if name in request.query_params:
            raise InvalidParameter(f"{name} ne va pas avec {NUMBER} : {reason}", field=name, code="contradiction")
    if NUMBER not in request.query_params:
        return min(ChangeMark.before(moment(request.query_params.get(MOMENT, ""))), present.safe)
    if MOMENT in request.query_params:
        raise InvalidParameter(f"Donnez {NUMBER} ou {MOMENT}, pas les deux.", field=MOMENT, code="contradiction")
    number = _number(request.query_params[NUMBER])
    if number > present.last:
        raise InvalidParameter(
            f"Le numéro {number} n’a pas encore été donné, le dernier est {present.last} : si vous le tenez de nous, une "
            f"sauvegarde a été reprise. Relisez tout avec {NUMBER}=0.",
            field=NUMBER,
            code="unknown_number",
        )
    # The safe number may step back for the time of a transaction.
    return min(number, present.safe)


def _number(value: str) -> int:
    if not re.fullmatch("[0-9]{1,19}", value) or int(value) > _HIGHEST:
        raise InvalidParameter(
            f"« {value[:60]} » ne convient pas : {NUMBER} est un numéro de changement, 0 pour tout lire.", field=NUMBER
        )
    return int(value)


def moment(value: str) -> datetime:
    """An ISO date or date-time; the time of Paris when none is said."""
    try:
        found = parse_datetime(value) if len(value) > 10 else None
        day = parse_date(value) if found is None else None
    except ValueError:
        found = day = None
    if found is None and day is None:
        raise InvalidParameter(
            f"« {value[:60]} » ne convient pas : {MOMENT} est une date comme 2026-03-31 ou 2026-03-31T08:00:00+02:00.",
            field=MOMENT,
        )
    found = found or datetime.combine(day, time.min)
    return timezone.make_aware(found) if timezone.is_naive(found) else found


def without_moment(request: Request) -> str:
    """The address asked for, to which a number is added for the next answer."""
    return remove_query_param(request.build_absolute_uri(), MOMENT)


def cut(rows: QuerySet | None, removals: Iterable[QuerySet], *, low: int, safe: int, size: int) -> Slice:
    """The first ``size`` events above ``low``: rows of the list and removals, told by their numbers."""
    span = {"change__gt": low, "change__lte": safe}
    found = []
    if rows is not None:
        found = list(rows.filter(**span).order_by("change", "pk").values_list("change", "pk")[: size + 1])
    gone = [Removed(*row) for queryset in removals for row in queryset.filter(**span).order_by("change")[: size + 1]]
    numbers = sorted([*(change for change, _ in found), *(removed.change for removed in gone)])
    is_last = len(numbers) <= size
    high = safe if is_last else numbers[size - 1]
    return Slice(
        low=low,
        high=high,
        is_last=is_last,
        pks=[pk for change, pk in found if change <= high],
        removed=sorted((one for one in gone if one.change <= high), key=lambda one: one.change),
    )


_COLUMNS = ("change", "kind", "public_id", "reason", "survivor", "removed_at")


def graves(kinds: Iterable[str]) -> QuerySet:
    """Tombstones of some kinds, as ``Removed`` reads them."""
    return Tombstone.objects.filter(kind__in=list(kinds)).values_list(*_COLUMNS)


class Changes:
    """The pagination of a list read by changes; the address of the next answer carries the last number sent."""

    def paginate_queryset(self, queryset: QuerySet, request: Request, view) -> list[dict]:
        size = parameters.page_size(request, highest=HIGHEST_SIZE)
        low = since(request, view.present)
        self.slice = cut(queryset, view.removals(), low=low, safe=view.present.safe, size=size)
        self.count = view.count(queryset)
        self.address = without_moment(request)
        rows = view.rows(self.slice.pks)
        return [rows[pk] for pk in self.slice.pks if pk in rows]

    def get_paginated_response(self, data: list[dict]) -> Response:
        return Response(answer(self.slice, self.address, count=self.count, results=data))


def answer(found: Slice, address: str, *, count: int, results: list[dict]) -> dict:
    """The body of an answer in the order of the changes."""
    return {
        "count": count,
        "next": None if found.is_last else replace_query_param(address, NUMBER, found.high),
        "previous": None,
        "results": results,
        "removed": [one.as_row() for one in found.removed],
        "since": found.low,
        "change": found.high,
    }
