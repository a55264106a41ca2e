"""The doors through which records are written: one transaction each, with history.

Every door takes an ``Author``. None of them asks whether the author may: views ask ``accounts.perms`` first.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model, Q
from django.utils import timezone

from observatory.records import changes
from observatory.records.enums import State
from observatory.records.models import Provenance
from observatory.records.sources import hand_source

from .enums import Deed, Through
from .models import Draft, NotAlike, Revision
from .registry import Kind, Values, followers, kind_of

#: doors whose corrections later imports must not undo
BY_HAND = {Through.FORM, Through.SUGGESTION, Through.ADMIN}


class AlreadyDone(Exception):
    """The same form was sent twice; ``revision`` is what the first sending did."""

    def __init__(self, revision: Revision):
        super().__init__("Ce formulaire a déjà été enregistré.")
        self.revision = revision


class Conflict(Exception):
    """Somebody else has written since the form was opened; ``current`` is what the record holds now."""

    def __init__(self, current: Values):
        super().__init__("Cette fiche a été modifiée entre-temps.")
        self.current = current


TAKEN = "Une autre fiche portant le même numéro vient d’être enregistrée : vérifiez, puis enregistrez de nouveau."
#: writes what a form holds beside plain values (named contacts), in the same transaction; says what it did, without values
Beside = Callable[[Model], str]


@dataclass(frozen=True)
class Author:
    """Who writes and by which door; ``token`` makes a form that is sent twice be done once."""

    user: Any = None
    through: Through = Through.FORM
    comment: str = ""
    batch: str = ""
    token: UUID | None = None


def door(write):
    """One transaction. What another person wrote at the same instant is refused like what stood there before."""

    @wraps(write)
    def entered(*args, **kwargs):
        try:
            with transaction.atomic():
                return write(*args, **kwargs)
        except IntegrityError as error:
            _refuse_twice(next(part for part in args if isinstance(part, Author)))
            raise ValidationError(TAKEN) from error

    return entered


@door
def create(kind: Kind, values: Values, author: Author, *, beside: Beside | None = None) -> Model:
    """A new published record; raises ValidationError by field, AlreadyDone."""
    _refuse_twice(author)
    record = kind.model()
    kind.write(record, values)
    author = _saying(author, beside and beside(record))
    written = kind.read(record)
    _note(record, author, Deed.CREATED, {field: [None, value] for field, value in written.items() if _says(value)})
    if author.through in BY_HAND:
        Provenance.objects.create(record=record, source=hand_source(), locked=True, recorded_on=timezone.localdate())
    _forget_draft(kind, "", author)
    return record


@door
def change(
    record: Model,
    values: Values,
    author: Author,
    *,
    deed: Deed = Deed.CHANGED,
    expected: Values | None = None,
    beside: Beside | None = None,
) -> Revision | None:
    """Write some plain values; None when nothing differs. Fields corrected by hand are locked against imports.

    ``expected`` are the values that the author saw: when the record holds others, raises Conflict and writes nothing.
    """
    _refuse_twice(author)
    kind = kind_of(record)
    record = _locked(record)
    before = kind.read(record)
    if expected is not None and any(before.get(field) != value for field, value in expected.items()):
        raise Conflict(before)
    if unknown := set(values) - set(before):
        raise ValidationError(dict.fromkeys(unknown, "Champ inconnu."))
    wanted = {field: value for field, value in values.items() if value != before[field]}
    if wanted:
        kind.write(record, wanted)
    after = kind.read(record)
    fields = _differences(before, after)
    said = beside(record) if beside else ""
    _forget_draft(kind, record.public_id, author)
    if not fields and not said:
        return None
    author = _saying(author, said)
    if author.through in BY_HAND:
        lock(record, fields)
    return _note(record, author, deed, fields)


def lock(record: Model, fields: Iterable[str]) -> None:
    """Say of each field that it was entered by hand today; what another source said of it no longer holds."""
    fields = list(fields)
    record.provenances.filter(field__in=fields).delete()
    source, today = hand_source(), timezone.localdate()
    Provenance.objects.bulk_create(
        Provenance(record=record, field=field, source=source, locked=True, recorded_on=today) for field in fields
    )


@transaction.atomic
def unlock(record: Model, field: str) -> None:
    """Let later imports write the field again."""
    record.provenances.filter(field=field, locked=True).delete()
    changes.touch(record)


@transaction.atomic
def check(record: Model, author: Author) -> Revision | None:
    """Say that somebody has checked the record today."""
    record = _locked(record)
    before, today = record.checked_on, timezone.localdate()
    if before == today:
        return None
    record.checked_on = today
    record.save(update_fields=["checked_on", "updated_at"])
    return _note(record, author, Deed.CHECKED, {"checked_on": [before and before.isoformat(), today.isoformat()]})


@door
def archive(record: Model, author: Author) -> Revision | None:
    """Take a record out of every public place; nothing is lost, ``restore`` brings it back."""
    return _set_state(record, State.ARCHIVED, author, Deed.ARCHIVED)


@door
def restore(record: Model, author: Author) -> Revision | None:
    """Publish an archived record again, under the same address."""
    return _set_state(record, State.PUBLISHED, author, Deed.RESTORED)


def _set_state(record: Model, state: State, author: Author, deed: Deed) -> Revision | None:
    _refuse_twice(author)
    record = _locked(record)
    before = record.state
    if before == state:
        return None
    record.state = state
    record.save(update_fields=["state", "updated_at"])
    return _note(record, author, deed, {"state": [before, str(state)]})


@door
def merge(
    survivor: Model, loser: Model, values: Values, author: Author, *, expected: tuple[Values, Values] | None = None
) -> Revision:
    """Make two records one: ``values`` are what the survivor keeps, chosen field by field.

    Links move to the survivor, the loser's address leads to it, its tombstone says so, and both histories stay. The loser
    remains behind (state ``merged``) so that ``separate`` can part them again. ``expected`` are the values of both that
    the author saw: raises Conflict when either holds others.
    """
    _refuse_twice(author)
    survivor, loser = _both_locked(survivor, loser)
    kind = kind_of(survivor)
    for record, seen in zip((survivor, loser), expected or (), strict=False):
        if (current := kind.read(record)) != seen:
            raise Conflict(current)
    moved = kind.move_links(loser, survivor)
    for follower in followers(kind.key):
        moved[follower.name] = list(follower.moving(loser, survivor).values_list("pk", flat=True))
        follower.of(loser).filter(pk__in=moved[follower.name]).update(**{follower.column: survivor})
    held = {field: value for field in kind.unique if _says(value := kind.read(loser)[field])}
    if held:
        kind.write(loser, dict.fromkeys(held))
    loser.state = State.MERGED
    loser.save(update_fields=["state", "updated_at"])
    changes.mark_merged(kind=kind.key, public_id=loser.public_id, survivor=survivor.public_id)
    parted = {field: [value, None] for field, value in held.items()} | {"state": [State.PUBLISHED, State.MERGED]}
    quiet = replace(author, token=None)
    _note(loser, quiet, Deed.MERGED, parted, other=survivor.public_id, moved=moved)
    before = kind.read(survivor)
    kind.write(survivor, {field: value for field, value in values.items() if value != before[field]})
    fields = _differences(before, kind.read(survivor))
    if fields and author.through in BY_HAND:
        lock(survivor, fields)
    return _note(survivor, author, Deed.MERGED, fields, other=loser.public_id)


@door
def separate(loser: Model, author: Author) -> Revision:
    """Undo a merge: links and unique fields go back, and so does what the survivor took and still holds."""
    _refuse_twice(author)
    merged = Revision.objects.of(loser).filter(deed=Deed.MERGED).first()
    if loser.state != State.MERGED or merged is None:
        raise ValidationError("Cette fiche n’a pas été fusionnée.")
    kind = kind_of(loser)
    survivor, loser = _both_locked(kind.get(merged.other), loser, merged=True)
    taken = Revision.objects.of(survivor).filter(deed=Deed.MERGED, other=loser.public_id).first()
    before = kind.read(survivor)
    back = {field: old for field, (old, new) in (taken.fields if taken else {}).items() if before.get(field) == new}
    kind.write(survivor, back)
    kind.write(loser, {field: old for field, (old, _) in merged.fields.items() if field in kind.unique})
    kind.move_back(loser, survivor, merged.moved)
    for follower in followers(kind.key):
        rows = follower.of(survivor).filter(pk__in=merged.moved.get(follower.name, []))
        rows.update(**{follower.column: loser})
    loser.refresh_from_db()
    loser.state = State.PUBLISHED
    loser.save(update_fields=["state", "updated_at"])
    quiet = replace(author, token=None)
    _note(survivor, quiet, Deed.SEPARATED, _differences(before, kind.read(survivor)), other=loser.public_id)
    return _note(loser, author, Deed.SEPARATED, {"state": [State.MERGED, State.PUBLISHED]}, other=survivor.public_id)


def _both_locked(survivor: Model, loser: Model, *, merged: bool = False) -> tuple[Model, Model]:
    """Both rows as they are now, locked in the order of their keys so that two merges cannot wait for each other."""
    if survivor.pk == loser.pk or survivor.change_kind != loser.change_kind:
        raise ValidationError("Une fiche ne peut être fusionnée qu’avec une autre fiche de même nature.")
    rows = type(survivor)._base_manager.select_for_update().order_by("pk").in_bulk([survivor.pk, loser.pk])
    survivor, loser = rows[survivor.pk], rows[loser.pk]
    if survivor.state != State.PUBLISHED or loser.state != (State.MERGED if merged else State.PUBLISHED):
        raise ValidationError(
            "L’une des deux fiches n’est plus publiée : elle a été archivée ou fusionnée entre-temps."
        )
    return survivor, loser


def _differences(before: Values, after: Values) -> dict[str, list]:
    return {field: [before[field], after[field]] for field in before if before[field] != after[field]}


def tell_apart(one: Model, other: Model, user) -> None:
    """Remember that two records are not the same, so that nobody is asked again."""
    first, second = sorted((one.public_id, other.public_id))
    NotAlike.objects.get_or_create(kind=one.change_kind, one=first, other=second, defaults={"user": user})


def told_apart(record: Model) -> set[str]:
    """The public ids of the records that somebody has told apart from this one."""
    mine = NotAlike.objects.filter(kind=record.change_kind)
    pairs = mine.filter(Q(one=record.public_id) | Q(other=record.public_id)).values_list("one", "other")
    return {public_id for pair in pairs for public_id in pair} - {record.public_id}


def state_at(record: Model, revision: Revision) -> dict[str, Any]:
    """The plain values of a record just after a revision, walked back from what it holds today."""
    values = kind_of(record).read(record)
    for later in Revision.objects.of(record).filter(pk__gt=revision.pk):
        for field, (before, _) in later.fields.items():
            if field in values:
                values[field] = before
    return values


def revert(record: Model, revision: Revision, author: Author) -> Revision | None:
    """Bring a record back to what it held just after ``revision``."""
    return change(record, state_at(record, revision), author, deed=Deed.REVERTED)


def _locked(record: Model) -> Model:
    """The row as it is now, held until the end of the transaction."""
    return type(record)._base_manager.select_for_update().get(pk=record.pk)


def _refuse_twice(author: Author) -> None:
    if author.token and (done := Revision.objects.filter(token=author.token).first()):
        raise AlreadyDone(done)


def _forget_draft(kind: Kind, public_id: str, author: Author) -> None:
    if author.user is not None:
        Draft.objects.filter(user=author.user, kind=kind.key, public_id=public_id).delete()


def _saying(author: Author, said: str | None) -> Author:
    """The author, with what was written beside the fields added to the comment."""
    return replace(author, comment=" ".join(filter(None, [author.comment, said]))[:500])


def _says(value) -> bool:
    return value not in (None, "", [], {})


def _note(record: Model, author: Author, deed: Deed, fields: dict, *, other: str = "", moved=None) -> Revision:
    return Revision.objects.create(
        kind=record.change_kind,
        public_id=record.public_id,
        user=author.user,
        through=author.through,
        deed=deed,
        fields=fields,
        comment=author.comment,
        batch=author.batch,
        other=other,
        moved=moved or {},
        token=author.token,
    )
