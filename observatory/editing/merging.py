"""Two records on the way to be one: which fields differ, which value a careful reader would keep, what is chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from observatory.pages.templatetags.observatory import counted

from . import row_changes
from .differences import Shower
from .registry import Kind, followers

SURVIVOR, LOSER, BOTH = "one", "other", "both"


@dataclass(frozen=True)
class Side:
    """One of the values that may be kept."""

    choice: str
    text: str
    selected: bool


@dataclass(frozen=True)
class Row:
    """A field on which two records differ."""

    field: str
    label: str
    sides: list[Side]


def rows(kind: Kind, survivor: Model, loser: Model, chosen: Mapping[str, str]) -> list[Row]:
    """The fields that differ, with the choice made, else a sensible one."""
    shower, one, other = Shower(kind), kind.read(survivor), kind.read(loser)
    found = []
    for field, label in kind.labels.items():
        if one[field] == other[field]:
            continue
        values = {SURVIVOR: one[field], LOSER: other[field]}
        if isinstance(one[field], list) and isinstance(other[field], list) and field != "point":
            values[BOTH] = union(kind, field, one[field], other[field])
        choice = chosen.get(field) if chosen.get(field) in values else sensible(one, other, field, survivor, loser)
        sides = [Side(key, shower.show(field, value), key == choice) for key, value in values.items()]
        found.append(Row(field, label, sides))
    return found


def links(kind: Kind, record: Model) -> list[str]:
    """What would follow a record into a merge, in French, the rows of the apps above included."""
    above = [(follower.of(record).count(), follower.noun) for follower in followers(kind.key)]
    return [*kind.count_links(record), *(counted(n, noun) for n, noun in above if n)]


def union(kind: Kind, field: str, one: list, other: list) -> list:
    """Both lists; of two rows that are the same thing, the survivor's."""
    if same := kind.rows.get(field):
        return [*one, *(row for row in other if row_changes.now(one, row, same) is None)]
    return sorted([*one, *(value for value in other if value not in one)], key=str)


def sensible(one: Mapping, other: Mapping, field: str, survivor: Model, loser: Model) -> str:
    """Lists together; what says something over silence; the longer text; else the value checked or changed last."""
    mine, its = one[field], other[field]
    if isinstance(mine, list) and isinstance(its, list) and field != "point":
        return BOTH
    if mine in (None, "", False):
        return LOSER
    if its in (None, "", False) or field == "name":
        return SURVIVOR
    if isinstance(mine, str) and field == "description":
        return LOSER if len(its) > len(mine) else SURVIVOR
    return LOSER if _date(loser) > _date(survivor) else SURVIVOR


def _date(record: Model):
    return (record.checked_on is not None, record.checked_on or record.updated_at.date(), record.updated_at)


def values(kind: Kind, survivor: Model, loser: Model, chosen: Mapping[str, str]) -> dict[str, Any]:
    """What the survivor keeps, field by field; raises ValidationError when a field that differs has no choice."""
    one, other = kind.read(survivor), kind.read(loser)
    kept, unchosen = {}, []
    for row in rows(kind, survivor, loser, chosen):
        choice = chosen.get(row.field)
        if choice not in {side.choice for side in row.sides}:
            unchosen.append(row.label)
            continue
        kept[row.field] = {SURVIVOR: one, LOSER: other}.get(choice, {}).get(row.field)
        if choice == BOTH:
            kept[row.field] = union(kind, row.field, one[row.field], other[row.field])
        if isinstance(kept[row.field], list):
            gone = {survivor.public_id, loser.public_id}
            kept[row.field] = [value for value in kept[row.field] if not isinstance(value, str) or value not in gone]
    if unchosen:
        raise ValidationError(f"Choisissez la valeur à garder : {', '.join(unchosen)}.")
    return kept
