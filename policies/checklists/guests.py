"""The checklist of somebody without an account: what is typed, under a private link, until an account takes it over."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core import signing
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from observatory.accounts.throttle import client_ip
from observatory.editing.services import Author

from ..kits.models import Lever
from . import selectors, services
from .enums import Status
from .models import Answer, Checklist, GuestChecklist
from .selectors import Block, Fiche, Reader

SALT = "policies.checklists.guest"
NOTE = 2_000
#: how many an address may open, and how often it may save, per hour
OPENED, SAVED = 10, 400
TOO_LONG = f"Une note tient en {NOTE:,} signes : raccourcissez-la.".replace(",", "\u202f")
NO_REASON = "Dites dans la note pourquoi ce levier est écarté."
UNKNOWN = "Cet état n’existe pas."
OTHER_WINDOW = "Une autre fenêtre a enregistré entre-temps : « {} ». Enregistrez de nouveau pour garder votre version."
TAKEN = "Repris d’une grille sans compte."
#: what a lever without answer holds
BLANK = {"status": "", "note": ""}


def too_many(request, deed: str, most: int) -> bool:
    """Whether an address of the network does ``deed`` more than ``most`` times an hour."""
    key = f"checklists/{deed}/{client_ip(request)}"
    cache.add(key, 0, timeout=3600)
    try:
        return cache.incr(key) > most
    except ValueError:  # it expired in between
        return False


def levels_of(guest: GuestChecklist) -> set[str]:
    return selectors.levels_of(guest.collectivity) if guest.collectivity else {guest.level}


def blocks_of(guest: GuestChecklist) -> list[Block]:
    """The fiches with what was answered, each answer as an unsaved ``Answer``."""
    blocks = selectors.empty_blocks(guest.edition, levels_of(guest))
    for row in (row for block in blocks for row in block.rows):
        if held := guest.answers.get(row.lever.public_id):
            row.answer, row.note = Answer(status=held["status"], note=held["note"]), held["note"]
    return blocks


def fiche_of(guest: GuestChecklist) -> Fiche:
    checklist = Checklist(kit=guest.kit, edition=guest.edition, collectivity=guest.collectivity)
    return Fiche(checklist, Reader.INSIDE, blocks_of(guest), [])


# Saving -------------------------------------------------------------------------------------------------------------


@dataclass
class Saving:
    """What became of a form: what it wrote, and what is to be looked at again, by lever."""

    errors: dict[str, str] = field(default_factory=dict)
    typed: dict[str, dict[str, str]] = field(default_factory=dict)
    count: int = 0


def sign(guest: GuestChecklist, values: Mapping[str, Any]) -> str:
    """The answers that a form starts from."""
    return signing.dumps({"guest": guest.pk, "values": values}, salt=SALT, compress=True)


def read(guest: GuestChecklist, text: str) -> dict[str, dict[str, str]]:
    """The signed answers; none when the signature is stale or that of another link."""
    try:
        start = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return {}
    return start["values"] if start["guest"] == guest.pk else {}


@transaction.atomic
def save(guest: GuestChecklist, typed: Mapping[str, dict[str, str]], base: Mapping[str, dict[str, str]]) -> Saving:
    """Write what was typed, lever by lever; what cannot be written is given back with its reason, and stays typed."""
    guest = GuestChecklist.objects.select_for_update().get(pk=guest.pk)
    saving = Saving()
    for lever, mine in typed.items():
        was, now = base.get(lever, BLANK), guest.answers.get(lever, BLANK)
        if mine in (was, now):
            continue
        if error := _fault(mine) or ("" if now == was else OTHER_WINDOW.format(_told(now))):
            saving.errors[lever], saving.typed[lever] = error, dict(mine)
        else:
            guest.answers[lever] = dict(mine)
            saving.count += 1
    if saving.count:
        guest.save()
    return saving


def _fault(typed: Mapping[str, str]) -> str:
    if typed["status"] not in {"", *Status.values}:
        return UNKNOWN
    if len(typed["note"]) > NOTE:
        return TOO_LONG
    return NO_REASON if typed["status"] == Status.DISMISSED and not typed["note"] else ""


def _told(held: Mapping[str, str]) -> str:
    status = Status(held["status"]).label if held["status"] else "sans réponse"
    return f"{status} – {held['note'][:200]}" if held["note"] else status


# Taking over --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Meeting:
    """A lever that both answered, or the guest alone."""

    row: selectors.Row
    guest: Mapping[str, str]

    @property
    def guest_label(self) -> str:
        return Status(self.guest["status"]).label if self.guest["status"] else "sans réponse"

    @property
    def is_contested(self) -> bool:
        """Whether the collectivité has said something else; its answer stays unless the agent chooses."""
        held = self.row.answer
        if held is None or not (held.status or held.note):
            return False
        return (held.status, held.note) != (self.guest["status"], self.guest["note"])

    @property
    def is_same(self) -> bool:
        held = self.row.answer
        return held is not None and (held.status, held.note) == (self.guest["status"], self.guest["note"])


def meetings(guest: GuestChecklist, fiche: Fiche) -> list[Meeting]:
    """What taking over would write, in the order of the kit; levers that the checklist lacks are left out."""
    said = {lever: held for lever, held in guest.answers.items() if held["status"] or held["note"]}
    rows = [row for row in [*fiche.rows, *fiche.withdrawn] if row.lever.public_id in said]
    return [met for row in rows if not (met := Meeting(row, said[row.lever.public_id])).is_same]


@transaction.atomic
def take_over(guest: GuestChecklist, checklist: Checklist, levers: Mapping[str, Lever], author: Author) -> int:
    """Write the answers of some levers to the checklist; gives how many were written."""
    count = 0
    for public_id, lever in levers.items():
        held = guest.answers[public_id]
        values = {"status": held["status"], "note": held["note"]}
        if held["status"] == Status.DISMISSED:
            values["reason"] = held["note"][:500]
        count += services.answer(checklist, lever, values, author) is not None
    GuestChecklist.objects.filter(pk=guest.pk).update(taken_by=checklist)
    return count


def prune() -> int:
    """Forget the checklists that nobody has changed for eighteen months; a chore."""
    return GuestChecklist.objects.filter(expires_on__lt=timezone.localdate()).delete()[0]
