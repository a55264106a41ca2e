"""What checklists without an account may hold about people. The notes of the others are found with the texts of records."""

import json

from observatory.accounts.personal import Finder, Item, Kept, lasting, register, register_kept
from observatory.editing.texts_personal import SHORTEST, without

from .models import GuestChecklist


def find(text: str) -> list[Item]:
    """Those whose notes or reasons hold ``text``."""
    text = text.strip()
    if len(text) < SHORTEST:
        return []
    # Read one by one: engines do not keep the characters of JSON alike, and such lists are few and short-lived.
    rows = GuestChecklist.objects.order_by("pk").iterator()
    return [_item(row, text) for row in rows if text.casefold() in _said(row).casefold()]


def erase(ids: list[str]) -> int:
    """Take the words out of the answers; gives how many checklists they left."""
    erased = 0
    for pk, _, text in (item_id.partition(".") for item_id in ids):
        if row := GuestChecklist.objects.filter(pk=pk).first():
            row.answers = without(row.answers, text)
            row.save(update_fields=["answers"])
            erased += 1
    return erased


def _said(row: GuestChecklist) -> str:
    return json.dumps(row.answers, ensure_ascii=False)


def _item(row: GuestChecklist, text: str) -> Item:
    day = row.changed_at.date().isoformat()
    held = [
        part for answer in row.answers.values() for part in answer.values() if text.casefold() in str(part).casefold()
    ]
    return Item("grille sans compte", f"Grille sans compte modifiée le {day}", "", {"textes": held}, f"{row.pk}.{text}")


register(Finder("guest-checklist", "Grilles sans compte", find, erase))
register_kept(
    Kept(
        "Grilles de leviers sans compte : réponses et notes, sans nom ni adresse",
        "Les retrouver par le lien privé",
        lambda: f"{lasting(GuestChecklist.KEPT)} après la dernière modification",
    ),
    order=45,
)
