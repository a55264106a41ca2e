"""Bring a table to a wanted state with few statements, and say what changed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.db import models


@dataclass
class Difference:
    """What a load added, changed and no longer holds, by natural key."""

    added: list[str] = field(default_factory=list)
    #: key → names of the columns that differ
    changed: dict[str, list[str]] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    unchanged: int = 0

    def counts(self) -> dict[str, int]:
        return {
            "added": len(self.added),
            "changed": len(self.changed),
            "gone": len(self.gone),
            "unchanged": self.unchanged,
        }


def differences(
    model: type[models.Model], rows: dict[str, dict], *, key: str, within: Iterable[models.Q] = ()
) -> tuple[Difference, dict[str, int]]:
    """Compare wanted ``rows`` (natural key → column values) with the table; gives also key → primary key."""
    columns = sorted({column for row in rows.values() for column in row})
    existing = {
        values[0]: values[1:]
        for values in model._base_manager.filter(*within).values_list(key, "pk", *columns).iterator(5_000)
    }
    result = Difference(gone=[k for k in existing if k not in rows])
    for k, row in rows.items():
        if k not in existing:
            result.added.append(k)
            continue
        differing = [c for c, value in zip(columns, existing[k][1:], strict=True) if c in row and row[c] != value]
        if differing:
            result.changed[k] = differing
        else:
            result.unchanged += 1
    return result, {k: values[0] for k, values in existing.items()}


def apply(
    model: type[models.Model],
    rows: dict[str, dict],
    difference: Difference,
    pks: dict[str, int],
    *,
    key: str,
    complete: Callable[[models.Model], None] = lambda record: None,
    advance: Callable[[int], None] = lambda n: None,
    chunk: int = 2_000,
) -> dict[str, int]:
    """Write the added and changed rows in bulk; ``complete`` derives slug, sort key and words. Gives key → pk."""
    pks = dict(pks)
    wanted = difference.added
    for start in range(0, len(wanted), chunk):
        batch = [model(**{key: k}, **rows[k]) for k in wanted[start : start + chunk]]
        for record in batch:
            complete(record)
        for record in model._base_manager.bulk_create(batch):
            pks[getattr(record, key)] = record.pk
        advance(len(batch))
    wanted = list(difference.changed)
    for start in range(0, len(wanted), chunk):
        part = wanted[start : start + chunk]
        batch = list(model._base_manager.filter(**{f"{key}__in": part}))
        for record in batch:
            for column, value in rows[getattr(record, key)].items():
                setattr(record, column, value)
            complete(record)
        skip = {"id", key, "public_id", "change", "created_at"}
        fields = [f.name for f in model._meta.concrete_fields if f.name not in skip]
        model._base_manager.bulk_update(batch, fields, batch_size=200)
        advance(len(batch))
    return pks
