"""Which suggestions are whose to decide, and what a page of the queue or of one suggestion shows."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Model, Q, QuerySet

from observatory.accounts import perms
from observatory.accounts.perms import Action
from observatory.territories.models import Territory

from . import row_changes, suggestions
from .enums import Decision
from .models import Suggestion
from .registry import Kind, kind_by_key, kinds
from .row_changes import RowChange

NOT_YOURS = "Cette suggestion concerne un territoire qui ne relève pas de vous."
_WIDER = ("region", "departement", "epci")


def inside(place: Territory, prefix: str = "") -> Q:
    """The condition that what is filed under one territory lies in ``place``; ``prefix`` leads to that territory."""
    column = f"{prefix}territory"
    itself = Q(**{column: place})
    if place.level in _WIDER:
        return itself | Q(**{f"{column}__{place.level}": place})
    if place.level == "commune":
        return itself
    members = place.members.all()
    return itself | Q(**{f"{column}__in": members}) | Q(**{f"{column}__departement__in": members})


def to_decide(user) -> QuerySet[Suggestion]:
    """The suggestions that ``user`` decides, waiting or not; those of nowhere are for administrators."""
    places = perms.territories(user, Action.DECIDE)
    if places is None:
        return Suggestion.objects.all()
    mine = Q(pk__in=[])
    for place in places:
        mine |= inside(place)
    return Suggestion.objects.filter(mine)


def may_decide(user, suggestion: Suggestion, record: Model | None) -> bool:
    """Of a correction the record decides, wherever it has been filed; of a record to add, the place that it is said to be."""
    if record is not None:
        return perms.may_decide(user, record)
    return perms.may_on(user, Action.DECIDE, suggestion.territory)


def check_may_decide(user, suggestion: Suggestion, record: Model | None) -> None:
    if not may_decide(user, suggestion, record):
        raise PermissionDenied(NOT_YOURS)


def counts(rows: QuerySet[Suggestion]) -> dict[str, int]:
    """How many wait and how many are decided."""
    waiting = Q(decision=Decision.WAITING)
    return rows.order_by().aggregate(waiting=Count("pk", filter=waiting), decided=Count("pk", filter=~waiting))


def holding(words: str) -> Q:
    """The suggestions whose message, proposed name or record holds some words."""
    found = Q(message__icontains=words) | Q(values__name__icontains=words)
    for kind in kinds():
        named = kind.model.objects.search(words).values("public_id")
        found |= Q(kind=kind.key, public_id__in=named)
    return found


def name_all(rows: list[Suggestion]) -> list[Suggestion]:
    """Give each suggestion its ``kind_of``, its ``record`` (or None) and a ``name``, in one query a kind."""
    records = {}
    for kind in kinds():
        ids = {row.public_id for row in rows if row.kind == kind.key and row.public_id}
        if ids:
            found = kind.model._base_manager.filter(public_id__in=ids).only("public_id", "slug", "name", "state")
            records |= {(kind.key, record.public_id): record for record in found}
    for row in rows:
        row.kind_of = kind_by_key(row.kind)
        row.record = records.get((row.kind, row.public_id))
        row.name = row.record.name if row.record else row.values.get("name") or "Sans nom"
        row.reference = suggestions.reference(row.token)
    return rows


@dataclass(frozen=True)
class Difference:
    """One proposed field, or one row of a list: what it was then, what it is now, what is proposed, in French."""

    #: what a box sends: the name of the field, or the token of a row
    field: str
    label: str
    then: str
    now: str
    proposed: str
    #: somebody has changed the field since
    moved: bool
    #: the record says so already
    done: bool
    #: the moderator accepted it, or it is ticked on the page
    ticked: bool

    @property
    def anchor(self) -> str:
        return self.field.replace(":", "-")


def differences(suggestion: Suggestion, kind: Kind, record: Model | None, ticked: list[str] | None) -> list[Difference]:
    """The proposed fields in the order of the form, lists row by row; every one is ticked unless told otherwise."""
    held = kind.read(record) if record is not None else {}
    rows = []
    for field in (f for f in kind.labels if f in suggestion.values):
        if field in kind.rows:
            rows += [
                _row(suggestion, kind, change, field, held.get(field) or [], ticked)
                for change in suggestions.row_changes_of(suggestion, kind, field)
            ]
            continue
        value, then, now = suggestion.values[field], suggestion.base.get(field), held.get(field)
        rows.append(
            Difference(
                field=field,
                label=kind.labels[field],
                then=kind.show(field, then),
                now=kind.show(field, now),
                proposed=kind.show(field, value),
                moved=record is not None and not suggestion.is_new and now != then and now != value,
                done=record is not None and now == value,
                ticked=ticked is None or field in ticked,
            )
        )
    return rows


def _row(suggestion, kind: Kind, change: RowChange, field: str, held: list, ticked: list[str] | None) -> Difference:
    """One row of a list that somebody would add, take out or correct."""
    now = row_changes.now(held, change.before or change.after, kind.rows[field])
    done = change.after in held if change.after is not None else now is None

    def shown(row):
        return kind.show(field, [row]) if row is not None else ""

    return Difference(
        field=change.token,
        label=f"{kind.labels[field]} : ligne {change.label}",
        then=shown(change.before),
        now=shown(now),
        proposed=shown(change.after),
        moved=not suggestion.is_new and not done and now != change.before,
        done=done,
        ticked=ticked is None or change.token in ticked or field in ticked,
    )
