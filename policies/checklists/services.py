"""What writes a checklist: always through the doors of the desk, so that history, locks and the way back hold.

No function here asks whether somebody may: views ask ``accounts.perms`` first.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from observatory.editing import services
from observatory.editing.models import Revision
from observatory.editing.services import Author
from observatory.records.enums import State
from observatory.territories.models import Collectivity

from ..kits.models import Edition, Kit, Lever
from .editing import ANSWERS, CHECKLISTS
from .enums import Status
from .finders import Proposal
from .models import Answer, Checklist, Dismissal, answer_id, checklist_id

#: [kind, public id, address, label]
EvidenceRow = list[str]


@transaction.atomic
def open_checklist(body: Collectivity, kit: Kit, author: Author) -> Checklist:
    """The checklist of a collectivité for a kit, made under the edition in force when there is none."""
    held = Checklist.objects.filter(public_id=checklist_id(body, kit)).first()
    if held is None:
        edition = kit.editions.get(is_current=True)
        values = {"collectivity": body.code, "kit": kit.key, "edition": edition.key}
        return services.create(CHECKLISTS, values, author)
    if held.state != State.PUBLISHED:
        services.restore(held, author)
        held.refresh_from_db()
    return held


def publish(checklist: Checklist, author: Author, *, is_published: bool) -> Revision | None:
    """Show the checklist to everybody, or no more; the day of the first showing stays."""
    day = checklist.published_on or timezone.localdate()
    values: dict[str, Any] = {"is_published": is_published}
    if is_published:
        values["published_on"] = day.isoformat()
    return services.change(checklist, values, author)


def move_to(checklist: Checklist, edition: Edition, author: Author) -> Revision | None:
    """Go on under another edition of the kit; answers stay with their levers."""
    return services.change(checklist, {"edition": edition.key}, author)


# Answers ------------------------------------------------------------------------------------------------------------


def answer_of(checklist: Checklist, lever: Lever) -> Answer | None:
    """The answer, withdrawn ones included; None when nobody has begun."""
    rows = Answer._base_manager.select_related("checklist__collectivity", "checklist__kit", "lever__sheet")
    return rows.filter(public_id=answer_id(checklist, lever)).first()


def slot(checklist: Checklist, lever: Lever) -> dict[str, str]:
    return {"checklist": checklist.public_id, "lever": lever.public_id}


@transaction.atomic
def begin(checklist: Checklist, lever: Lever, author: Author) -> Answer:
    """The answer to a lever, made empty when nobody has begun, and brought back when it was withdrawn."""
    answer = answer_of(checklist, lever)
    if answer is None:
        return services.create(ANSWERS, slot(checklist, lever), author)
    if answer.state != State.PUBLISHED:
        services.restore(answer, author)
        answer.refresh_from_db()
    return answer


def answer(checklist: Checklist, lever: Lever, values: Mapping[str, Any], author: Author) -> Revision | None:
    """Write some plain values of the answer to a lever, whatever it held."""
    return _amend(checklist, lever, lambda held: dict(values), author)


def mark_to_study(checklist: Checklist, lever: Lever, author: Author) -> Revision | None:
    """Mark a lever that nobody has answered; an answer that was given stays."""
    return _amend(checklist, lever, lambda held: {} if held["status"] else {"status": Status.TO_STUDY.value}, author)


def add_evidence(
    checklist: Checklist, lever: Lever, row: EvidenceRow, author: Author, *, status: str = ""
) -> Revision | None:
    """Add a piece; ``status`` is given to an answer that has none, and replaces nothing."""

    def values(held: Mapping[str, Any]) -> dict[str, Any]:
        keys = [tuple(piece[:3]) for piece in held["evidence"]]
        evidence = held["evidence"] if tuple(row[:3]) in keys else [*held["evidence"], row]
        return {"evidence": evidence} | ({"status": status} if status and not held["status"] else {})

    return _amend(checklist, lever, values, author)


def remove_evidence(checklist: Checklist, lever: Lever, key: tuple[str, str, str], author: Author) -> Revision | None:
    return _amend(
        checklist,
        lever,
        lambda held: {"evidence": [piece for piece in held["evidence"] if tuple(piece[:3]) != key]},
        author,
    )


def _amend(checklist, lever, values: Callable[[Mapping], dict], author: Author) -> Revision | None:
    """Change an answer by what it holds at this moment, under the lock of its row."""
    with transaction.atomic():
        try:
            with transaction.atomic():
                held = begin(checklist, lever, Author(author.user, author.through))
        except IntegrityError:  # somebody else began at the same instant
            held = answer_of(checklist, lever)
        held = Answer._base_manager.select_for_update().get(pk=held.pk)
        return services.change(held, values(ANSWERS.read(held)), author)


# Found evidence -----------------------------------------------------------------------------------------------------


def accept(checklist: Checklist, proposal: Proposal, author: Author) -> Revision | None:
    """Add what was found to the answer of its lever; an unanswered lever takes the state that the rule proposes."""
    record = proposal.record
    row = [record.kind, record.record_id, "", record.name[:300]]
    return add_evidence(checklist, proposal.lever, row, author, status=proposal.rule.status)


def set_aside(checklist: Checklist, proposal: Proposal) -> Dismissal:
    """Do not propose it again; ``take_back`` undoes it."""
    dismissal, _ = Dismissal.objects.get_or_create(
        checklist=checklist,
        lever=proposal.lever,
        rule=proposal.rule.key,
        kind=proposal.record.kind,
        record_id=proposal.record.record_id,
    )
    return dismissal


def take_back(checklist: Checklist, pk: int) -> bool:
    return bool(Dismissal.objects.filter(checklist=checklist, pk=pk).delete()[0])
