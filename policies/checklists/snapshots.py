"""A checklist as it stood on a day, under a name, and what moved between two days."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from .enums import Status
from .models import Checklist, Snapshot
from .selectors import Fiche, Row

NO_NAME = "Donnez un nom à cet état, par exemple « mi-mandat »."
TOO_LONG = "Un nom tient en 80 signes."
NAME_TAKEN = "Un état porte déjà ce nom : choisissez-en un autre, ou ajoutez l’année."
#: what is kept of a lever
KEPT = ("status", "note", "service", "due", "priority", "pieces")


def photograph(fiche: Fiche) -> dict[str, dict[str, Any]]:
    """Public id of a lever → its title, its fiche and what is answered; levers without answer are there too."""
    named = [(block.title, row) for block in fiche.blocks for row in block.rows]
    named += [("", row) for row in fiche.withdrawn]
    return {row.lever.public_id: _kept(sheet, row) for sheet, row in named}


def _kept(sheet: str, row: Row) -> dict[str, Any]:
    return {
        "title": row.title,
        "sheet": sheet,
        "status": row.status,
        "reason": row.answer.reason if row.answer else "",
        "note": row.note,
        "service": row.service,
        "due": row.due and row.due.isoformat(),
        "priority": row.priority,
        "pieces": [piece.label for piece in row.pieces],
    }


def take(fiche: Fiche, name: str, user) -> Snapshot:
    """Keep the checklist as it stands; raises ValidationError with one sentence."""
    name = " ".join(name.split())
    if not name:
        raise ValidationError(NO_NAME)
    if len(name) > 80:
        raise ValidationError(TOO_LONG)
    checklist: Checklist = fiche.checklist
    try:
        with transaction.atomic():
            return Snapshot.objects.create(
                checklist=checklist,
                name=name,
                edition=checklist.edition,
                made_on=timezone.localdate(),
                user=user,
                data=photograph(fiche),
            )
    except IntegrityError:
        raise ValidationError(NAME_TAKEN) from None


@dataclass(frozen=True)
class Moved:
    """A lever between two days: ``before`` and ``after`` are what was kept of it, None where it was not there."""

    title: str
    sheet: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    @property
    def status_before(self) -> str:
        return label(self.before)

    @property
    def status_after(self) -> str:
        return label(self.after)

    @property
    def has_new_status(self) -> bool:
        return self.status_before != self.status_after

    @property
    def added(self) -> list[str]:
        held = (self.before or {}).get("pieces", [])
        return [piece for piece in (self.after or {}).get("pieces", []) if piece not in held]

    @property
    def removed(self) -> list[str]:
        held = (self.after or {}).get("pieces", [])
        return [piece for piece in (self.before or {}).get("pieces", []) if piece not in held]

    @property
    def has_new_note(self) -> bool:
        return (self.before or {}).get("note", "") != (self.after or {}).get("note", "")


def label(kept: Mapping[str, Any] | None) -> str:
    if kept is None:
        return "absent de l’édition"
    return Status(kept["status"]).label if kept["status"] else "sans réponse"


def moved(before: Mapping[str, Mapping], after: Mapping[str, Mapping]) -> list[Moved]:
    """The levers of which something changed, in the order of the later day."""
    ids = [*after, *(lever for lever in before if lever not in after)]
    pairs = ((before.get(lever), after.get(lever)) for lever in ids)
    return [
        Moved((then or now)["title"] if now is None else now["title"], (now or then)["sheet"], then, now)
        for then, now in pairs
        if _values(then) != _values(now)
    ]


def _values(kept: Mapping[str, Any] | None) -> list | None:
    return kept and [kept[name] for name in KEPT]


def counts(data: Mapping[str, Mapping]) -> dict[str, int]:
    """How many levers in each state; the unanswered under an empty one."""
    found = dict.fromkeys([*Status.values, ""], 0)
    for kept in data.values():
        found[kept["status"]] += 1
    return found
