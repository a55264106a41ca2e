"""What becomes of a suggestion: proposed, accepted in whole or in part, refused, opened again, and forgotten in time.

Like ``services``, no function here asks whether somebody may: views ask ``accounts.perms`` first.
"""

import ipaddress
import logging
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.db.models import Model, Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import salted_hmac

from observatory.accounts import targets
from observatory.pages.templatetags.observatory import counted
from observatory.records.enums import State
from observatory.territories.models import Territory

from . import row_changes, services
from .enums import Decision, Deed, Through
from .models import Revision, Suggestion
from .registry import Kind, Values, kind_by_key
from .row_changes import RowChange

#: how many suggestions one address may leave in a span of time
LIMITS = ((timedelta(hours=1), 5), (timedelta(days=1), 20))
#: how long an address of the network and an e-mail are kept
KEEP_ORIGIN = timedelta(days=1)
KEEP_EMAIL = timedelta(days=182)
NOTHING = "Rien n’a changé : corrigez une valeur ou écrivez un message."
log = logging.getLogger(__name__)


class Decided(Exception):
    """Somebody else has decided in between; ``suggestion`` says who and what."""

    def __init__(self, suggestion: Suggestion):
        super().__init__("Cette suggestion a déjà été traitée.")
        self.suggestion = suggestion


class Moved(Exception):
    """The record has changed since the page that somebody decided on was drawn."""


# Proposing ----------------------------------------------------------------------------------------------------


def propose(
    kind: Kind,
    record: Model | None,
    values: Values,
    *,
    user=None,
    message: str = "",
    email: str = "",
    origin: str = "",
    token: UUID | None = None,
) -> Suggestion:
    """Keep what differs from the record (None: a new one) for the CRESS to decide; nothing else is written.

    Raises ValidationError, by field, when a value could not be written, or when nothing at all is proposed. The same
    ``token`` twice gives the first suggestion again.
    """
    token = token or uuid4()
    if done := Suggestion.objects.filter(token=token).first():
        return done
    base = kind.read(record) if record else dict.fromkeys(kind.labels)
    wanted = {field: value for field, value in values.items() if _differs(value, base.get(field))}
    if not wanted and not message.strip():
        raise ValidationError(NOTHING)
    if wanted:
        check(kind, record, wanted)
    suggestion = Suggestion(
        kind=kind.key,
        public_id=record.public_id if record else "",
        is_new=record is None,
        values=wanted,
        base={field: base.get(field) for field in wanted} if record else {},
        message=message.strip(),
        territory=_place(kind, record, wanted),
        user=user if user is not None and user.is_authenticated else None,
        author_email=email,
        origin=origin,
        token=token,
    )
    suggestion.full_clean(exclude=["territory", "user", "decided_by"], validate_unique=False)
    try:
        with transaction.atomic():
            suggestion.save()
    except IntegrityError:  # the same form, sent twice at the same instant
        return Suggestion.objects.get(token=token)
    return suggestion


def _differs(value, held) -> bool:
    """Whether a value says something else than what is held; the ways of saying nothing are one."""
    return value != held and not (_silent(value) and _silent(held))


def _silent(value) -> bool:
    return value in (None, "", [], {})


def check(kind: Kind, record: Model | None, values: Values) -> None:
    """Raise what writing these values would raise; nothing stays written.

    A fault that the record already has in another field is not that of the person who proposes.
    """
    try:
        with transaction.atomic():
            kind.write(kind.get(record.public_id) if record else kind.model(), values)
            transaction.set_rollback(True)
    except ValidationError as fault:
        if not hasattr(fault, "error_dict"):
            raise
        theirs = {field: errors for field, errors in fault.error_dict.items() if field in values or not record}
        if theirs:
            raise ValidationError(theirs) from None


def _place(kind: Kind, record: Model | None, values: Values) -> Territory | None:
    """Where a suggestion is filed: where the record lies, else where it is said to lie."""
    for lying in [record] if record is not None else kind.stand_ins(values) if kind.stand_ins else []:
        if place := targets.finest_territory(lying):
            return place
    return Territory.objects.filter(code=values.get("territory") or "").first()


def origin_of(address: str | None) -> str:
    """A keyed hash of a network address (the /64 of an IPv6): enough to limit the rate, not to find anybody."""
    if not address:
        return ""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if found.version == 6:
        address = str(ipaddress.ip_network(f"{address}/64", strict=False).network_address)
    return salted_hmac("observatory.editing.suggestions", address, algorithm="sha256").hexdigest()


def too_many(origin: str) -> bool:
    """Whether an address has left as many suggestions as it may for now."""
    now = timezone.now()
    sent = Suggestion.objects.filter(origin=origin)
    return bool(origin) and any(sent.filter(created_at__gt=now - span).count() >= most for span, most in LIMITS)


# Deciding -----------------------------------------------------------------------------------------------------


def target(suggestion: Suggestion) -> Model | None:
    """The record that a suggestion is about, whatever its state; None when there is none yet, or no more."""
    if not suggestion.public_id:
        return None
    kind = kind_by_key(suggestion.kind)
    return kind.model._base_manager.filter(public_id=suggestion.public_id).first()


@transaction.atomic
def accept(
    suggestion: Suggestion, user, fields: list[str], *, seen: int | None = None, reply: str = "", root: str = ""
) -> Model | None:
    """Write the accepted fields, and the accepted rows of lists; gives the record.

    ``fields`` are names of fields and tokens of rows (``row_changes_of``); ``seen`` is the change number of the record that
    was looked at. Raises Decided, Moved, and ValidationError by field; nothing is written then.
    """
    suggestion = _waiting(suggestion)
    kind = kind_by_key(suggestion.kind)
    units = _units(suggestion, kind)
    accepted = [unit for unit in units if unit in fields or unit.partition(":")[0] in fields]
    if suggestion.values and not accepted:
        raise ValidationError("Cochez au moins un champ, ou refusez la suggestion.")
    author = services.Author(user, Through.SUGGESTION, batch=f"suggestion:{suggestion.pk}")
    record = _locked_target(kind, suggestion)
    if seen is not None and record is not None and record.change != seen:
        raise Moved
    values = _accepted_values(suggestion, kind, record, accepted)
    if record is None and suggestion.is_new:
        if _silent(values.get("name")):
            raise ValidationError("Une fiche a besoin d’un nom : cochez-le.")
        record = services.create(kind, values, author)
        suggestion.public_id = record.public_id
    elif record is None:
        raise ValidationError("La fiche n’existe plus : la suggestion ne peut qu’être refusée.")
    else:
        if suggestion.is_new and record.state == State.ARCHIVED:
            services.restore(record, author)
        elif record.state != State.PUBLISHED:
            raise ValidationError("La fiche n’est plus publiée : la suggestion ne peut qu’être refusée.")
        services.change(record, values, author)
    suggestion.accepted = accepted
    whole = len(accepted) == len(units)
    _decide(suggestion, user, Decision.ACCEPTED if whole else Decision.PARTLY, reply=reply, root=root)
    return record


def row_changes_of(suggestion: Suggestion, kind: Kind, field: str) -> list[RowChange]:
    """The rows of a list that a suggestion would add, take out or correct."""
    return row_changes.changes(field, suggestion.base.get(field), suggestion.values[field], kind.rows[field])


def _units(suggestion: Suggestion, kind: Kind) -> list[str]:
    """What is accepted or left one by one: fields, and the rows of lists."""
    return [
        unit
        for field in suggestion.values
        for unit in (
            [change.token for change in row_changes_of(suggestion, kind, field)] if field in kind.rows else [field]
        )
    ]


def _accepted_values(suggestion: Suggestion, kind: Kind, record: Model | None, accepted: list[str]) -> dict[str, Any]:
    """Plain values to write; what else has changed in a list since it was proposed stays."""
    held = kind.read(record) if record is not None and kind.rows else {}
    values = {}
    for field, value in suggestion.values.items():
        if field not in kind.rows:
            if field in accepted:
                values[field] = value
        elif rows := [change for change in row_changes_of(suggestion, kind, field) if change.token in accepted]:
            values[field] = row_changes.apply(held.get(field), rows, kind.rows[field])
    return values


@transaction.atomic
def refuse(suggestion: Suggestion, user, *, reason: str, reply: str = "", root: str = "") -> Suggestion:
    """Refuse with a reason; raises Decided, and ValidationError without a reason."""
    suggestion = _waiting(suggestion)
    if not reason.strip():
        raise ValidationError({"reason": "Un refus se motive, en une phrase."})
    suggestion.accepted, suggestion.reason = [], reason.strip()
    _decide(suggestion, user, Decision.REFUSED, reply=reply, root=root)
    return suggestion


@transaction.atomic
def identify(suggestion: Suggestion, record: Model) -> Suggestion:
    """« C’est celle-ci »: what was proposed as new becomes a correction of a record that is already there."""
    suggestion = _waiting(suggestion)
    kind = kind_by_key(suggestion.kind)
    held = kind.read(record)
    for field in kind.rows.keys() & suggestion.values.keys():
        # What a new record would hold is added to the lists of the one that is there.
        added = row_changes_of(suggestion, kind, field)
        suggestion.values[field] = row_changes.apply(held[field], added, kind.rows[field])
    suggestion.values = {f: v for f, v in suggestion.values.items() if _differs(v, held.get(f)) and not _silent(v)}
    suggestion.base = {field: held.get(field) for field in suggestion.values}
    suggestion.public_id, suggestion.is_new = record.public_id, False
    suggestion.territory = _place(kind, record, suggestion.values)
    suggestion.save()
    return suggestion


@transaction.atomic
def reopen(suggestion: Suggestion, user) -> Suggestion:
    """Put a decided suggestion back into the queue; what it wrote and still stands is undone.

    A record that was made of it is archived; it comes back if the suggestion is accepted again.
    """
    suggestion = Suggestion.objects.select_for_update().get(pk=suggestion.pk)
    if suggestion.decision == Decision.WAITING:
        return suggestion
    kind, batch = kind_by_key(suggestion.kind), f"suggestion:{suggestion.pk}"
    author = services.Author(user, Through.SUGGESTION, comment="Suggestion rouverte", batch=batch)
    record = _locked_target(kind, suggestion)
    if record is not None and suggestion.decision in (Decision.ACCEPTED, Decision.PARTLY):
        if suggestion.is_new:
            services.archive(record, author)
        elif written := Revision.objects.of(record).filter(batch=batch, deed=Deed.CHANGED).first():
            held = kind.read(record)
            back = {field: old for field, (old, new) in written.fields.items() if held.get(field) == new}
            services.change(record, back, author, deed=Deed.REVERTED)
    suggestion.decision, suggestion.accepted = Decision.WAITING, []
    suggestion.reason = suggestion.reply = ""
    suggestion.decided_by = suggestion.decided_at = None
    suggestion.save()
    return suggestion


def _waiting(suggestion: Suggestion) -> Suggestion:
    """The row as it is now, held until the end of the transaction; raises Decided."""
    suggestion = Suggestion.objects.select_for_update().get(pk=suggestion.pk)
    if suggestion.decision != Decision.WAITING:
        raise Decided(suggestion)
    return suggestion


def _locked_target(kind: Kind, suggestion: Suggestion) -> Model | None:
    if not suggestion.public_id:
        return None
    return kind.model._base_manager.select_for_update().filter(public_id=suggestion.public_id).first()


def _decide(suggestion: Suggestion, user, decision: Decision, *, reply: str, root: str) -> None:
    suggestion.decision, suggestion.reply = decision, reply.strip()
    suggestion.decided_by, suggestion.decided_at = user, timezone.now()
    suggestion.save()
    transaction.on_commit(lambda: _answer(suggestion, root))


def _answer(suggestion: Suggestion, root: str) -> None:
    """Write to the author who left an address; a mail that cannot leave does not undo the decision."""
    address = suggestion.author_email or _account_address(suggestion.user)
    if not address:
        return
    kind, record = kind_by_key(suggestion.kind), target(suggestion)
    shown = record if record is not None and record.state == State.PUBLISHED else None
    context = {
        "suggestion": suggestion,
        "name": record.name if record is not None else suggestion.values.get("name", ""),
        "address": f"{root}{shown.get_absolute_url()}" if shown else "",
        "accepted": _named(kind, suggestion.accepted),
        "left": _named(kind, [unit for unit in _units(suggestion, kind) if unit not in suggestion.accepted]),
        "observatory": settings.OBSERVATORY,
    }
    subject = f"{settings.OBSERVATORY['name']} : votre suggestion {reference(suggestion.token)}"
    try:
        send_mail(subject, render_to_string("editing/suggest_mail.txt", context).strip() + "\n", None, [address])
    except OSError:
        log.exception("La réponse à la suggestion %s n’est pas partie.", suggestion.pk)


def _named(kind: Kind, units: list[str]) -> list[str]:
    """Fields and rows in French: « Nom », « Membres (2 lignes) »."""
    fields = [unit.partition(":")[0] for unit in units]
    return [
        f"{kind.labels[field]} ({counted(fields.count(field), 'ligne,lignes')})"
        if field in kind.rows
        else kind.labels[field]
        for field in dict.fromkeys(fields)
    ]


def _account_address(user) -> str:
    return user.email if user is not None and user.is_active and not user.is_demonstration else ""


def reference(token: UUID) -> str:
    """What the author keeps to speak of a suggestion: ``3F9A-12BC``."""
    code = token.hex[:8].upper()
    return f"{code[:4]}-{code[4:]}"


# Keeping ------------------------------------------------------------------------------------------------------


def prune() -> dict[str, int]:
    """Forget what is no longer needed, and file waiting suggestions where their records now lie; counts by deed."""
    now = timezone.now()
    origins = Suggestion.objects.filter(created_at__lt=now - KEEP_ORIGIN).exclude(origin="")
    emails = Suggestion.objects.filter(decided_at__lt=now - KEEP_EMAIL).exclude(author_email="")
    return {
        "empreintes d’adresse effacées": origins.update(origin=""),
        "courriels effacés": emails.update(author_email=""),
        "suggestions reclassées": sum(_refile(suggestion) for suggestion in _waiting_on_records()),
    }


def _waiting_on_records():
    waiting = Suggestion.objects.filter(Q(decision=Decision.WAITING) & ~Q(public_id=""))
    return waiting.iterator(chunk_size=500)


def _refile(suggestion: Suggestion) -> bool:
    record = target(suggestion)
    place: Any = targets.finest_territory(record) if record is not None else None
    if place is None or place.pk == suggestion.territory_id:
        return False
    return bool(Suggestion.objects.filter(pk=suggestion.pk).update(territory=place))
