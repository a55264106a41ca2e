"""The way back from one change, whatever was done: the opposite deed, written as a new revision."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from observatory.accounts import perms

from . import services
from .enums import Deed
from .models import Revision
from .registry import Kind, kind_of
from .services import Author

#: deeds that write fields: undone field by field
WRITTEN = (Deed.CHANGED, Deed.REVERTED)
CHANGED_SINCE = "Ces champs ont changé depuis : revenez plutôt à un état précis dans l’historique."


def can_undo(revision: Revision) -> bool:
    """Whether ``undo`` knows the opposite; a verification, an ended merge and a change of contacts have none."""
    if revision.deed in WRITTEN:
        return bool(revision.fields)
    if revision.deed == Deed.MERGED:
        return "state" in revision.fields
    return revision.deed in (Deed.CREATED, Deed.ARCHIVED, Deed.RESTORED)


def may_undo(user, record: Model, revision: Revision) -> bool:
    """Whoever may do the opposite deed may undo."""
    if revision.deed in (Deed.CREATED, Deed.ARCHIVED, Deed.RESTORED):
        return perms.may_archive(user, record)
    if revision.deed == Deed.MERGED:
        other = type(record)._base_manager.filter(public_id=revision.other).first()
        return other is not None and perms.may_merge(user, record, other)
    return perms.may_revert(user, record)


def undo(record: Model, revision: Revision, author: Author) -> Revision | None:
    """Do the opposite of a revision; raises ValidationError when what it wrote has changed since."""
    if revision.deed == Deed.CREATED or revision.deed == Deed.RESTORED:
        return services.archive(record, author)
    if revision.deed == Deed.ARCHIVED:
        return services.restore(record, author)
    if revision.deed == Deed.MERGED:
        return services.separate(record, author)
    if revision.deed not in WRITTEN:
        raise ValidationError("Cette opération ne s’annule pas.")
    values = values_before(record, revision)
    if not values and revision.fields:
        raise ValidationError(CHANGED_SINCE)
    return services.change(record, values, author, deed=Deed.REVERTED)


def values_before(record: Model, revision: Revision) -> dict[str, Any]:
    """What the fields that still hold what ``revision`` wrote held before it."""
    kind: Kind = kind_of(record)
    current = kind.read(record)
    return {
        name: before
        for name, (before, after) in revision.fields.items()
        if name in kind.labels and current.get(name) == after
    }
