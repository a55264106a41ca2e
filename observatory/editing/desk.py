"""What the desk's first page counts and shows; a constant number of queries, whatever the number of records."""

import time
from dataclasses import dataclass

from django.db.models import Avg, Case, Count, OuterRef, QuerySet, TextField, When

from observatory.accounts import perms, targets
from observatory.accounts.enums import RECORD_ROLES
from observatory.accounts.perms import Action
from observatory.records import changes
from observatory.records.kept import derived
from observatory.territories.models import Territory

from . import alike
from .desk_registry import Room, Work, WorkList, register_room, works
from .enums import Through
from .models import Draft, Revision, Suggestion
from .queue import name_all
from .registry import Kind, kind_by_key, kinds

#: how many records, drafts and changes the first page names
FEW = 5
#: records beyond which what an administrator sees of the whole is counted anew every so many seconds only
WIDE, KEEP_WIDE = 50_000, 600
#: how far back the last changes are looked for
LATEST = 300


@dataclass(frozen=True)
class Task:
    """A list to go through, and how many records wait in it."""

    list: WorkList
    count: int


@dataclass(frozen=True)
class Overview:
    """The state of the records of a kind on the territories of a person."""

    kind: Kind
    total: int
    tasks: list[Task]
    #: mean completeness, 0 to 100; None without records
    complete: int | None
    #: pairs that look alike; ``alike.MOST`` when there are as many or more
    pairs: int
    worst: list


def records(user, work: Work, place: Territory | None = None) -> QuerySet:
    """The records that a person answers for, within ``place`` when told."""
    rows = perms.reachable(user, Action.CHECK, work.records())
    return rows.filter(rows.model.lying_in(place)) if place else rows


def state(user, work: Work, number: int) -> int | str:
    """Under which name counts are kept: the change number or, for the whole of a large country, the minute of the clock.

    One record in a country changes every moment, and to count them all again costs a second.
    """
    if perms.territories(user, Action.CHECK) is not None:
        return number
    bucket = f"clock/{int(time.time() // KEEP_WIDE)}"
    total = derived(work.records().order_by(), bucket, make=QuerySet.count, asked="desk/total")
    return bucket if total > WIDE else number


def overview(user, work: Work, number: int) -> Overview:
    """Counts kept while nothing changes (see ``state``)."""
    rows, number = records(user, work), state(user, work, number)
    counts = {f"list_{n}": Count("pk", filter=item.condition()) for n, item in enumerate(work.lists)}
    complete = work.completeness()

    def tally(rows):
        found = rows.order_by().aggregate(total=Count("pk"), complete=Avg(complete), **counts)
        # The keys alone are sorted, then the few rows are read.
        keys = rows.annotate(complete=complete).order_by("complete", "sort_key", "pk").values("pk")[:FEW]
        worst = work.for_line(rows.model._base_manager.filter(pk__in=keys)).annotate(complete=complete)
        return found, sorted(worst, key=lambda row: (row.complete, row.pk))

    asked = repr([str(item.condition()) for item in work.lists])
    tally_of, worst = derived(rows.order_by(), number, make=tally, asked=f"desk/{work.kind}/{asked}")
    return Overview(
        kind=kind_by_key(work.kind),
        total=tally_of["total"],
        tasks=[Task(item, tally_of[f"list_{n}"]) for n, item in enumerate(work.lists)],
        complete=None if tally_of["complete"] is None else round(tally_of["complete"]),
        pairs=len(alike.pairs(work, rows, number)),
        worst=worst,
    )


def overviews(user) -> list[Overview]:
    if not perms.may_somewhere(user, Action.CHECK) or not reaches_places(user):
        return []
    number = changes.safe_number()
    return [overview(user, work, number) for work in works()]


def reaches_places(user) -> bool:
    """Whether the person answers for territories, not for one record alone."""
    return perms.territories(user, Action.CHECK) != []


def drafts(user) -> list[Draft]:
    """The forms that the person has begun, with the name of each record."""
    named = [
        When(kind=kind.key, then=kind.model._base_manager.filter(public_id=OuterRef("public_id")).values("name")[:1])
        for kind in kinds()
    ]
    rows = Draft.objects.filter(user=user).annotate(held=Case(*named, default=None, output_field=TextField()))
    rows = list(rows.order_by("-saved_at")[:FEW])
    for row in rows:
        row.kind_of = kind_by_key(row.kind)
        row.name = row.held or "Nouvelle fiche"
    return rows


def last_changes(user) -> list[Revision]:
    """What colleagues last changed on my territories; imports have their own list."""
    latest = Revision.objects.filter(user__isnull=False).exclude(user=user).exclude(through=Through.IMPORT)
    rows = list(latest.select_related("user").order_by("-pk")[:LATEST])
    reached = {}
    for kind in kinds():
        ids = {row.public_id for row in rows if row.kind == kind.key}
        if ids:
            mine = perms.reachable(user, Action.HISTORY, kind.model._base_manager.filter(public_id__in=ids))
            reached |= {(kind.key, row.public_id): row for row in mine.only("public_id", "slug", "name", "state")}
    shown = [row for row in rows if (row.kind, row.public_id) in reached][: 2 * FEW]
    for row in shown:
        row.record = reached[row.kind, row.public_id]
        row.kind_of = kind_by_key(row.kind)
        labels = row.kind_of.labels
        row.labels = [labels[field] for field in row.fields if field in labels]
    return shown


def own_records(user) -> list:
    """The rights on one record that the person holds, each with its record (None when gone) and the slug of its kind, if any."""
    slugs = {kind.key: kind.slug for kind in kinds()}
    rights = targets.attach([right for right in perms.grants(user) if right.role in RECORD_ROLES])
    for right in rights:
        right.kind_slug = slugs.get(right.record_kind, "")
    return rights


def own_suggestions(user) -> list[Suggestion]:
    """What the person proposed, the latest first, with its decision."""
    rows = Suggestion.objects.filter(user=user).select_related("territory", "user", "decided_by")
    return name_all(list(rows.order_by("-pk")[: 4 * FEW]))


register_room(Room("Personnes", "accounts:people", lambda user: perms.may_somewhere(user, Action.INVITE)))
register_room(Room("Journal", "accounts:log", perms.may_administer))
register_room(Room("Données personnelles", "accounts:personal", perms.may_administer))
