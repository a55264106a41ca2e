"""Two people on one record: what the form started from goes with it, signed, and is compared when it comes back.

The comparison is of values, not of a version number: what concerns other fields, or came to the same, is no conflict.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.core import signing
from django.db.models import Model

from . import row_changes
from .models import Revision
from .registry import Kind, Values

SALT = "observatory.editing.start"
STALE = (
    "Ce formulaire ne correspond plus à cette fiche (il a été ouvert avant une mise à jour du portail, ou pour une autre "
    "fiche). Ce que vous avez écrit est conservé ci-dessous : vérifiez-le, puis enregistrez."
)


def sign(kind: Kind, public_id: str, values: Values) -> str:
    """The values that a form starts from, signed for one record."""
    return signing.dumps({"kind": kind.key, "id": public_id, "values": dict(values)}, salt=SALT, compress=True)


def read(text: str | None, kind: Kind, public_id: str) -> dict[str, Any] | None:
    """The signed values; None when the signature is stale or that of another record."""
    try:
        start = signing.loads(text or "", salt=SALT)
    except signing.BadSignature:
        return None
    return start["values"] if (start["kind"], start["id"]) == (kind.key, public_id) else None


def token(text: str | None) -> UUID:
    """The token of a form, drawn anew when it is missing or spoilt."""
    try:
        return UUID(text or "")
    except ValueError:
        return uuid4()


@dataclass
class Difference:
    """One field on three sides, in French; ``open`` when both sides changed it and nobody has chosen yet."""

    field: str
    label: str
    was: str
    theirs: str
    mine: str
    #: "mine", "theirs", "same", "both" (rows of a list, not the same ones) or "" (to be chosen)
    kept: str = ""
    by: Revision | None = None

    @property
    def open(self) -> bool:
        return not self.kept


@dataclass
class Resolution:
    """What to write, field by field, and what remains to be chosen."""

    values: dict[str, Any] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        return not any(difference.open for difference in self.differences)


def resolve(
    kind: Kind, *, base: Values, mine: Values, theirs: Values, choices: Mapping[str, str] | None = None
) -> Resolution:
    """Three ways: ``base`` is what I saw first, ``mine`` what I typed, ``theirs`` what the record holds.

    ``choices`` say "mine" or "theirs" for the fields that both sides changed; another word leaves them open.
    """
    resolution = Resolution()
    for name, typed in mine.items():
        was, now = base.get(name), theirs.get(name)
        i_changed, they_changed = typed != was, now != was
        kept = "mine" if i_changed else "theirs"
        if i_changed and they_changed:
            kept = "same" if typed == now else (choices or {}).get(name, "")
            kept = kept if kept in ("mine", "theirs", "same") else ""
            both = None if kept else _both(kind, name, was, typed, now)
            if both is not None:
                kept, resolution.values[name] = "both", both
        if i_changed and kept == "mine":
            resolution.values[name] = typed
        if they_changed:
            texts = (kind.show(name, value) for value in (was, now, typed))
            resolution.differences.append(Difference(name, kind.labels.get(name, name), *texts, kept=kept))
    return resolution


def _both(kind: Kind, name: str, was, typed, now) -> list | None:
    """A list with the rows that each side changed; None when they changed the same ones, or when it is no such list."""
    if name not in kind.rows:
        return None
    same = kind.rows[name]
    mine, theirs = (row_changes.changes(name, was, rows, same) for rows in (typed, now))
    touched = [
        {same(row) for change in side for row in (change.before, change.after) if row} for side in (mine, theirs)
    ]
    return None if touched[0] & touched[1] else row_changes.apply(now, mine, same)


def tell_who(differences: Iterable[Difference], record: Model) -> None:
    """Say of each difference which revision last changed the field."""
    latest = list(Revision.objects.of(record).select_related("user")[:50])
    for difference in differences:
        difference.by = next((revision for revision in latest if difference.field in revision.fields), None)
