"""The records for which somebody may speak: each app registers its own kinds on start.

A right of an agent, of a pole's staff or of a contributor names a record by its kind and public id; this registry
says how to find it, since the ground floor knows no domain model.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet

from observatory.records.models import Published
from observatory.territories.enums import Level
from observatory.territories.models import Territory

from .enums import Role

#: the levels from the finest: a right on a record is filed under the finest territory that the record lies in
_FINEST = [Level.COMMUNE, Level.EPCI, Level.DEPARTEMENT, Level.REGION]


@dataclass(frozen=True)
class Target:
    """A kind of record, the role that speaks for one of them, and the rows that it may be chosen from."""

    kind: str
    label: str
    role: Role
    queryset: Callable[[], QuerySet]


_targets: dict[str, Target] = {}


def register(target: Target) -> None:
    _targets[target.kind] = target


def for_kind(kind: str) -> Target | None:
    return _targets.get(kind)


def for_role(role: str) -> Target | None:
    """The kind of record that a role speaks for; None for a role on a territory."""
    return next((target for target in _targets.values() if target.role == role), None)


def find(kind: str, public_id: str) -> Published | None:
    """The record, or None when its kind is unknown or the record is gone."""
    target = for_kind(kind)
    return target.queryset().filter(public_id=public_id).first() if target else None


def find_many(pairs: list[tuple[str, str]]) -> dict[tuple[str, str], Published]:
    """The records of ``(kind, public id)`` pairs, in one query a kind; those that are gone are left out."""
    found = {}
    for kind in {kind for kind, _ in pairs if kind}:
        if target := for_kind(kind):
            ids = [public_id for a_kind, public_id in pairs if a_kind == kind]
            found |= {(kind, record.public_id): record for record in target.queryset().filter(public_id__in=ids)}
    return found


def attach(rights: list) -> list:
    """Give each right or invitation its ``record`` (None when it has none, or when the record is gone)."""
    records = find_many([(right.record_kind, right.record_id) for right in rights])
    for right in rights:
        right.record = records.get((right.record_kind, right.record_id))
    return rights


def finest_territory(record: Published) -> Territory | None:
    """The finest territory that a record lies in, under which the rights on it are filed."""
    places = list(Territory.objects.filter(pk__in=record.territory_ids()))
    rank = {level: position for position, level in enumerate(_FINEST)}
    return min(places, key=lambda place: rank.get(place.level, len(rank)), default=None)
