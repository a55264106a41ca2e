"""The way back from an applied import, in one transaction: what nobody has touched since becomes what it was.

Records that it created are archived, never deleted; records that it changed take back their values; whatever has changed
since, by hand or by a later list, stays and is counted.
"""

from django.db import connection, transaction
from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, QuerySet
from django.utils import timezone

from actors.models import Actor, Theme
from observatory.editing.enums import Deed, Through
from observatory.editing.models import Revision
from observatory.records.enums import State
from observatory.records.models import Provenance

from . import comparing, writing
from .applying import CHUNK, Application
from .enums import Stage
from .models import Import, ListMembership
from .progress import Beat


def undo(load_id: int) -> bool:
    """Go back; False when another worker has done it."""
    with Beat(load_id) as beat, transaction.atomic():
        load = Import.objects.select_for_update(of=("self",)).select_related("actor_list__source").get(pk=load_id)
        if load.stage != Stage.UNDOING:
            return False
        load.undone = _Undo(load, beat).run()
        load.stage, load.error = Stage.UNDONE, ""
        load.save(update_fields=["stage", "undone", "error"])
    return True


def forecast(load: Import) -> dict[str, int]:
    """What going back would do now, under the names of ``Import.undone``."""
    counts = dict.fromkeys(("archived", "restored", "kept"), 0)
    rows = _marked(load).order_by().values("deed", "stays").annotate(n=Count("pk"))
    for deed, stays, n in rows.values_list("deed", "stays", "n"):
        counts["kept" if stays else "archived" if deed == Deed.CREATED else "restored"] += n
    return counts


def kept(load: Import) -> QuerySet[Actor]:
    """The records that going back would leave as they are."""
    return Actor._base_manager.filter(public_id__in=_marked(load).filter(stays=True).values("public_id"))


def _written(load: Import) -> QuerySet[Revision]:
    return Revision.objects.filter(batch=load.batch).exclude(deed=Deed.REVERTED)


def _marked(load: Import) -> QuerySet[Revision]:
    """What the import wrote, each with whether it ``stays``: touched since, or no longer published."""
    later = Revision.objects.filter(kind=Actor.change_kind, public_id=OuterRef("public_id"), pk__gt=OuterRef("pk"))
    published = Actor._base_manager.filter(public_id=OuterRef("public_id"), state=State.PUBLISHED)
    return _written(load).annotate(stays=ExpressionWrapper(Exists(later) | ~Exists(published), BooleanField()))


class _Undo:
    def __init__(self, load: Import, beat: Beat):
        self.load, self.beat = load, beat
        self.application = Application(load, beat)
        self.themes = {theme.key: (theme.pk, theme.name) for theme in Theme.objects.all()}
        self.report = {"archived": 0, "restored": 0, "kept": 0}

    def run(self) -> dict[str, int]:
        revisions = _written(self.load).order_by("pk")
        revisions = list(revisions.values_list("pk", "public_id", "deed", "fields"))
        self.beat.start("Retour en arrière", len(revisions))
        for start in range(0, len(revisions), CHUNK):
            self._portion(revisions[start : start + CHUNK])
            self.beat(start + CHUNK)
        self._memberships()
        return self.report

    def _portion(self, revisions: list[tuple]) -> None:
        last = {public_id: pk for pk, public_id, _, _ in revisions}
        actors = Actor._base_manager.filter(public_id__in=last).order_by("pk").select_for_update()
        actors = {public_id: (pk, state) for public_id, pk, state in actors.values_list("public_id", "pk", "state")}
        later = Revision.objects.filter(kind=Actor.change_kind, public_id__in=last).order_by()
        touched = {public_id for public_id, pk in later.values_list("public_id", "pk") if pk > last[public_id]}
        created, changes = [], {}
        for _, public_id, deed, fields in revisions:
            pk, state = actors.get(public_id, (None, ""))
            if public_id in touched or state != State.PUBLISHED:
                self.report["kept"] += 1
            elif deed == Deed.CREATED:
                created.append((pk, public_id))
            else:
                changes[pk] = (public_id, {field: [after, before] for field, (before, after) in fields.items()})
        self._archive(created)
        self._restore(changes)

    def _archive(self, created: list[tuple[int, str]]) -> None:
        Actor._base_manager.filter(pk__in=[pk for pk, _ in created]).update(
            state=State.ARCHIVED, updated_at=timezone.now()
        )
        state = {"state": [str(State.PUBLISHED), str(State.ARCHIVED)]}
        self._note({public_id: state for _, public_id in created})
        self.report["archived"] += len(created)

    def _restore(self, changes: dict[int, tuple[str, dict]]) -> None:
        if not changes:
            return
        diffs = {pk: diff for pk, (_, diff) in changes.items()}
        rows = comparing.changed_rows(diffs, self.themes)
        self.application.replace_links({pk: links for pk, (_, links) in rows.items() if links})
        stamp = str(connection.ops.adapt_datetimefield_value(timezone.now()))
        writer = self.application.writer
        packed = [writer.prefix(row, (pk, stamp)) for pk, (row, _) in rows.items()]
        writer.update_packed(writing.ACTORS, ("id", "updated_at", *writing.COLUMNS), packed)
        self._note(dict(changes.values()))
        said = Provenance.objects.filter(content_type=self.application.kind, source=self.load.actor_list.source)
        said = said.filter(object_id__in=diffs, locked=False).order_by().values_list("pk", "object_id", "field")
        Provenance.objects.filter(pk__in=[pk for pk, actor, field in said if field in diffs[actor]]).delete()
        self.report["restored"] += len(changes)

    def _note(self, fields: dict[str, dict]) -> None:
        Revision.objects.bulk_create(
            (
                Revision(
                    kind=Actor.change_kind,
                    public_id=public_id,
                    user=self.load.user,
                    through=Through.IMPORT,
                    deed=Deed.REVERTED,
                    fields=diff,
                    comment=f"Chargement annulé : {self.load}"[:500],
                    batch=self.load.batch,
                )
                for public_id, diff in fields.items()
            ),
            batch_size=1_000,
        )

    def _memberships(self) -> None:
        members = ListMembership.objects.filter(actor_list=self.load.actor_list)
        members.filter(gone_in=self.load).update(gone_since=None, gone_in=None)
        members.filter(first_seen=self.load).delete()
        if self.load.previous_id:
            members.filter(last_seen=self.load).update(last_seen=self.load.previous_id)
