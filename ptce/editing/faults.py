"""What a pole cannot be: found in its plain values as a whole, whatever door they come by."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from observatory.records.identity import fold

from ..enums import Stage
from .parts import PARTS

#: an end, not a step of the way: a pole may close at any moment
_ENDS = {Stage.CLOSED.value, Stage.MERGED.value}
_ORDER = [stage.value for stage in Stage if stage.value not in _ENDS]


class Fault(NamedTuple):
    """Something wrong; ``fields`` are those that make it so, that to correct first."""

    fields: tuple[str, ...]
    sentence: str


def faults(values: Mapping[str, Any]) -> Iterator[Fault]:
    """Every fault of the plain values of a pole."""
    yield from _members(values)
    yield from _own_member(values)
    yield from _twice(values, "project_territories", ("territory",), "Ce territoire figure deux fois : {}.")
    yield from _life(values)
    yield from _moments(values)


def _rows(values: Mapping[str, Any], field: str) -> list[dict]:
    return [PARTS[field].named(row) for row in values[field]]


def _members(values) -> Iterator[Fault]:
    for row in _rows(values, "members"):
        if row["since"] and row["until"] and row["until"] < row["since"]:
            said = f"« {row['name']} » quitterait le pôle ({row['until']}) avant d’y entrer ({row['since']})."
            yield Fault(("members",), said)
    yield from _twice(values, "members", ("actor", "body", "name"), "Ce membre figure deux fois : {}.")


def _twice(values, field: str, columns: tuple[str, ...], sentence: str) -> Iterator[Fault]:
    """A row that says the same as an earlier one in one of the columns; each row is named once."""
    seen: set[tuple[str, str]] = set()
    for row in _rows(values, field):
        marks = {(column, fold(str(row[column]))) for column in columns if row[column]}
        if marks & seen:
            yield Fault((field,), sentence.format(row["name"]))
        seen |= marks


def _own_member(values) -> Iterator[Fault]:
    for row in _rows(values, "members"):
        same_actor = row["actor"] and row["actor"] == values["actor"]
        unknown = not row["actor"] and not row["body"]
        if same_actor or (unknown and fold(row["name"]) == fold(values["name"] or "")):
            said = f"« {row['name']} » est le pôle lui-même : il ne peut pas en être membre."
            yield Fault(("members", "actor", "name"), said)


def _life(values) -> Iterator[Fault]:
    ends = [row["year"] for row in _rows(values, "milestones") if row["stage"] in _ENDS and row["year"]]
    if values["created"] and ends and min(ends) < values["created"]:
        said = f"Le pôle serait créé ({values['created']}) après sa fin ({min(ends)})."
        yield Fault(("created", "milestones"), said)


def _moments(values) -> Iterator[Fault]:
    for row in _rows(values, "milestones"):
        if not row["stage"] and not row["text"]:
            yield Fault(("milestones",), "Une étape dit ce qui s’est passé, ou laquelle c’est.")
        if row["month"] and not row["year"]:
            yield Fault(("milestones",), "Un mois demande son année.")


def oddities(values: Mapping[str, Any]) -> list[str]:
    """What may be true but is seldom so: said, never refused."""
    dated = [row for row in _rows(values, "milestones") if row["stage"] and row["year"]]
    dated.sort(key=lambda row: (row["year"], row["month"] or 0))
    labels = dict(Stage.choices)
    found = []
    for before, after in pairwise([row for row in dated if row["stage"] in _ORDER]):
        if _ORDER.index(after["stage"]) < _ORDER.index(before["stage"]):
            one, two = (f"{labels[row['stage']].lower()} ({row['year']})" for row in (before, after))
            found.append(f"Ces étapes ne sont pas dans l’ordre habituel : {one}, puis {two}. Vérifiez leurs années.")
    return found
