"""The lists of facts of a pole as rows of plain values, and back.

A row is ``[*columns of its part, origin]``: records by their code, amounts as decimal strings. ``origin`` is None for what the
desk wrote, else ``[key of the source, page, basis, note]``: a row that the desk leaves as it is keeps what documents say of it.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from actors.models import Actor
from observatory.records.enums import Basis
from observatory.records.identity import fold
from observatory.records.models import Source
from observatory.territories.models import Collectivity, Territory

from ..enums import STAGES_IN_ORDER, FigureKey
from ..models import parts

Row = list[Any]
#: column → where its record is found, and by which column of it
LINKED: dict[str, tuple[type[Model], str]] = {
    "actor": (Actor, "public_id"),
    "body": (Collectivity, "code"),
    "territory": (Territory, "code"),
}
#: columns of every fact that say where it comes from
ORIGIN = ("source__key", "page", "basis", "note")
CENT = Decimal("0.01")
_STAGES = {stage.value: n for n, stage in enumerate(STAGES_IN_ORDER)}
_FIGURES = {key.value: n for n, key in enumerate(FigureKey)}
NEVER = 9_999


@dataclass(frozen=True)
class Part:
    """One list: the columns of its rows, their order, and what stays the same in a row that is corrected."""

    field: str
    columns: tuple[str, ...]
    order: Callable[[dict], tuple]
    identity: Callable[[dict], Hashable]

    @property
    def model(self) -> type[parts.Fact]:
        return parts.PARTS[self.field]

    def named(self, row: Row) -> dict[str, Any]:
        """A row by the names of its columns, its origin left out."""
        return dict(zip(self.columns, row, strict=False))

    def sorted(self, rows: Iterable[Row]) -> list[Row]:
        return sorted(rows, key=lambda row: (self.order(self.named(row)), str(row)))

    def same(self, row: Row) -> Hashable:
        return self.identity(self.named(row))


def _who(row: dict) -> str:
    return fold(row["name"])


PARTS = {
    part.field: part
    for part in (
        Part("project_territories", ("name", "territory"), lambda r: (_who(r),), lambda r: r["territory"] or _who(r)),
        Part(
            "milestones",
            ("stage", "year", "month", "text"),
            lambda r: (r["year"] or NEVER, r["month"] or 0, _STAGES.get(r["stage"], 0)),
            lambda r: (r["stage"], None if r["stage"] else fold(r["text"])),
        ),
        Part(
            "recognitions",
            ("kind", "year", "name"),
            lambda r: (r["year"] or NEVER, r["kind"]),
            lambda r: (r["kind"], fold(r["name"])),
        ),
        Part("members", ("name", "actor", "body", "category", "role", "since", "until"), lambda r: (_who(r),), _who),
        Part(
            "figures",
            ("key", "label", "value", "unit", "year", "is_approximate"),
            lambda r: (-(r["year"] or 0), _FIGURES.get(r["key"], 0), fold(r["label"])),
            lambda r: (r["key"], fold(r["label"]), r["year"]),
        ),
        Part(
            "money",
            ("name", "actor", "body", "level", "year", "amount", "purpose"),
            lambda r: (r["year"] or NEVER, _who(r)),
            lambda r: (_who(r), r["year"], fold(r["purpose"])),
        ),
        Part(
            "roles",
            ("name", "actor", "body", "level", "kind", "text", "year"),
            lambda r: (_who(r), r["kind"]),
            lambda r: (_who(r), r["kind"], r["year"]),
        ),
    )
}
#: the most rows that a list may hold
MOST = 1_000


def read(pole, part: Part) -> list[Row]:
    """The rows of a list, in its order."""
    return part.sorted(row for _, row in _stored(pole, part))


def _stored(pole, part: Part) -> list[tuple[int, Row]]:
    """(key, plain row) of the rows that the database holds."""
    if not pole.pk:
        return []
    paths = [f"{column}__{LINKED[column][1]}" if column in LINKED else column for column in part.columns]
    found = part.model.objects.filter(pole=pole).order_by("pk").values_list("pk", *paths, *ORIGIN)
    end = len(ORIGIN)
    return [(pk, [*map(_plain, row[:-end]), list(row[-end:]) if row[-end] else None]) for pk, *row in found]


def _plain(value):
    return str(value.quantize(CENT)) if isinstance(value, Decimal) else value


def write(pole, part: Part, rows: Iterable[Row]) -> None:
    """Bring a list to ``rows``; those that stay keep their key. Raises ValidationError under the name of the list."""
    wanted, gone = list(rows), []
    for pk, row in _stored(pole, part):
        if row in wanted:
            wanted.remove(row)
        else:
            gone.append(pk)
    part.model.objects.filter(pk__in=gone).delete()
    part.model.objects.bulk_create(_made(pole, part, wanted))


def _made(pole, part: Part, rows: list[Row]) -> list[Model]:
    """The facts that plain rows say, checked one by one but for what only the whole list shows (``faults``)."""
    try:
        named = [dict(zip((*part.columns, "origin"), row, strict=True)) for row in rows]
    except (TypeError, ValueError):
        raise ValidationError({part.field: "Cette liste n’est pas comprise."}) from None
    known = {column: _known(part.field, column, named) for column in LINKED.keys() & set(part.columns)}
    sources = Source.objects.in_bulk({row["origin"][0] for row in named if row["origin"]}, field_name="key")
    made, faults = [], []
    for row in named:
        source, page, basis, note = row.pop("origin") or (None, None, Basis.STATED, "")
        links = {column: known[column].get(row.pop(column)) for column in known}
        fact = part.model(
            pole=pole,
            **_filled(part.model, row),
            **links,
            source=sources.get(source),
            page=page,
            basis=basis,
            note=note,
        )
        try:
            fact.clean_fields(exclude=["pole", "source", *known])
            fact.clean()
        except ValidationError as fault:
            faults += [f"« {str(fact).strip()[:80]} » : {sentence}" for sentence in fault.messages]
        made.append(fact)
    if faults:
        raise ValidationError({part.field: faults})
    return made


def _filled(model: type[Model], row: Mapping[str, Any]) -> dict[str, Any]:
    """Columns that cannot be null, empty rather than None."""
    return {
        column: "" if value is None and not model._meta.get_field(column).null else value
        for column, value in row.items()
    }


def _known(field: str, column: str, rows: list[dict]) -> dict[str, Model]:
    model, key = LINKED[column]
    codes = {row[column] for row in rows if row[column]}
    found = model._base_manager.in_bulk(codes, field_name=key) if codes else {}
    if missing := codes - found.keys():
        raise ValidationError({field: f"Inconnu ici : {', '.join(sorted(map(str, missing)))}."})
    return found
