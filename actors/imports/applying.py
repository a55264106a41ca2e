"""The one transaction that writes a staged import: all of it or nothing, short, with history and provenance."""

from collections.abc import Iterator
from datetime import datetime

from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Count
from django.utils import timezone

from actors.models import Actor, Flag
from observatory.editing.enums import Deed, Through
from observatory.editing.models import Revision
from observatory.records.enums import Basis, State
from observatory.records.models import Provenance

from . import comparing, indexes, writing
from .enums import Fate, Stage
from .models import Import, ImportLine, ListMembership
from .progress import Beat

#: lines written at once
CHUNK = 5_000
_CHANGED_SINCE = "La fiche a changé depuis la lecture de la liste : rien n’y est écrit."
_CREATED_SINCE = "Une fiche de même SIRET a été créée depuis la lecture de la liste : relisez la liste."


class Outdated(Exception):
    """The staging was made by another version of the portal; the list must be read again."""


def apply(load_id: int) -> bool:
    """Write what is staged; False when another worker has done it. Raises ``Outdated``."""
    with Beat(load_id) as beat, transaction.atomic():
        load = Import.objects.select_for_update(of=("self",)).select_related("actor_list__source").get(pk=load_id)
        if load.stage != Stage.APPLYING:
            return False
        if load.columns != writing.COLUMNS:
            raise Outdated
        Application(load, beat).run()
        load.stage, load.applied_at, load.error = Stage.APPLIED, timezone.now(), ""
        load.save(update_fields=["stage", "applied_at", "error", "counts", "previous"])
    return True


class Application:
    """Applies one import inside the open transaction."""

    def __init__(self, load: Import, beat: Beat):
        self.load, self.beat, self.list = load, beat, load.actor_list
        self.lines = ImportLine.objects.filter(load=load)
        self.writer, self.now, self.today = writing.writer(), timezone.now(), timezone.localdate()
        self.kind = ContentType.objects.get_for_model(Actor).pk
        self.done = 0

    def run(self) -> None:
        load = self.load
        load.previous = (
            Import.objects.filter(actor_list=self.list, stage=Stage.APPLIED).order_by("-applied_at", "-pk").first()
        )
        counts = load.counts
        self.beat.start("Application", counts.get("new", 0) + counts.get("changed", 0))
        with indexes.spared(counts.get("new", 0)):
            self._set_aside()
            self._write_new()
        self._introduce()
        self._write_changed()
        self._history()
        counts["gone"] = self._memberships()
        self._count()

    # What changed since the staging

    def _set_aside(self) -> None:
        """Lock the rows to change, in one order, and set aside the lines whose record is no longer what was compared."""
        wanted = self.lines.filter(fate=Fate.CHANGED)
        actors = Actor._base_manager.filter(pk__in=wanted.values("actor_id"))
        now = {
            pk: (change, state)
            for pk, change, state in actors.order_by("pk").select_for_update().values_list("pk", "change", "state")
        }
        held = comparing.locked_fields(set(now))
        stale = [
            pk
            for pk, actor_id, change, diff in wanted.values_list("pk", "actor_id", "change", "diff")
            if now.get(actor_id) != (change, State.PUBLISHED) or not held.get(actor_id, set()).isdisjoint((*diff, ""))
        ]
        self._mark(stale, _CHANGED_SINCE)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT l.id FROM {ImportLine._meta.db_table} l JOIN {writing.ACTORS} a ON a.siret = l.siret"
                " WHERE l.load_id = %s AND l.fate = %s AND l.siret <> ''",
                [self.load.pk, Fate.NEW],
            )
            self._mark([pk for (pk,) in cursor.fetchall()], _CREATED_SINCE)

    def _mark(self, pks: list[int], sentence: str) -> None:
        stale = list(ImportLine.objects.filter(pk__in=pks))
        for line in stale:
            line.fate, line.problems = Fate.STALE, [*line.problems, ["", "", sentence]]
        ImportLine.objects.bulk_update(stale, ["fate", "problems"], batch_size=500)

    # Records

    def _portions(self, fate: Fate, *columns: str) -> Iterator[list[tuple]]:
        last = 0
        while True:
            lines = self.lines.filter(fate=fate, number__gt=last).order_by("number")
            portion = list(lines.values_list("number", *columns)[:CHUNK])
            if not portion:
                return
            last = portion[-1][0]
            yield portion
            self.done += len(portion)
            self.beat(self.done)

    def _stamp(self) -> datetime | str:
        return connection.ops.adapt_datetimefield_value(self.now)

    def _write_new(self) -> None:
        stamp = str(self._stamp())
        columns = ("created_at", "updated_at", "change", "id", *writing.COLUMNS)
        number = self.writer.numbering((stamp, stamp, 0))
        for portion in self._portions(Fate.NEW, "row", "links"):
            ids = self.writer.draw_ids(writing.ACTORS, len(portion))
            linked = [(pk, links) for pk, (*_, links) in zip(ids, portion, strict=True) if links]
            # Links first: each would otherwise touch, hence rewrite, the record that it hangs on.
            self._write_links(linked)
            packed = [number(pk, row) for pk, (_, row, _) in zip(ids, portion, strict=True)]
            self.writer.insert_packed(writing.ACTORS, columns, packed)

    def _introduce(self) -> None:
        """Say of every new record which list brought it, and of the list that it names the record."""
        day = self.today.isoformat()
        locator = self._locator()
        self._for_new(
            Provenance._meta.db_table,
            {"content_type_id": self.kind, "source_id": self.list.source_id, "field": "", "locator": locator}
            | {"basis": str(Basis.STATED), "note": "", "locked": False, "recorded_on": day},
            {"object_id": "actor.id"},
        )
        self._for_new(
            ListMembership._meta.db_table,
            {"actor_list_id": self.list.pk, "first_seen_id": self.load.pk, "last_seen_id": self.load.pk}
            | {"recorded_at": self._stamp()},
            {"actor_id": "actor.id", "key": "line.key"},
        )

    def _for_new(self, table: str, values: dict, drawn: dict[str, str]) -> None:
        """A row for each new record: the same values, and what is drawn from ``actor`` and ``line``."""
        names = ", ".join((*values, *drawn))
        picked = ", ".join((*["%s"] * len(values), *drawn.values()))
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} ({names}) SELECT {picked} FROM {ImportLine._meta.db_table} line"
                f" JOIN {writing.ACTORS} actor ON actor.public_id = line.public_id"
                " WHERE line.load_id = %s AND line.fate = %s",
                [*values.values(), self.load.pk, Fate.NEW],
            )

    def _write_links(self, linked: list[tuple[int, dict]]) -> None:
        themes = [(pk, theme) for pk, links in linked for theme in links.get("themes", ())]
        labels = [(pk, *label, self.list.source_id) for pk, links in linked for label in links.get("labels", ())]
        if themes:
            self.writer.insert(Actor.themes.through._meta.db_table, ("actor_id", "theme_id"), themes)
        if labels:
            columns = ("actor_id", "label", "since", "until", "source_id")
            self.writer.insert(Flag._meta.db_table, columns, labels)

    def _write_changed(self) -> None:
        stamp = str(self._stamp())
        columns = ("id", "updated_at", *writing.COLUMNS)
        for portion in self._portions(Fate.CHANGED, "actor_id", "row", "links", "diff"):
            linked = {pk: links for _, pk, _, links, _ in portion if links}
            self.replace_links(linked)
            packed = [self.writer.prefix(row, (pk, stamp)) for _, pk, row, _, _ in portion]
            self.writer.update_packed(writing.ACTORS, columns, packed)
            said = [(pk, field) for _, pk, _, _, diff in portion for field in diff]
            self._forget_provenance(said)
            self._provenance(said)

    def replace_links(self, linked: dict[int, dict]) -> None:
        themed = [pk for pk, links in linked.items() if "themes" in links]
        Actor.themes.through.objects.filter(actor__in=themed).delete()
        kept = {}
        labelled = {
            pk: {tuple(label) for label in links["labels"]} for pk, links in linked.items() if "labels" in links
        }
        removed = []
        for flag in Flag.objects.filter(actor__in=labelled):
            label = (flag.label, flag.since, flag.until)
            if label in labelled[flag.actor_id]:
                labelled[flag.actor_id].discard(label)
            else:
                removed.append(flag.pk)
        Flag.objects.filter(pk__in=removed).delete()
        for pk, links in linked.items():
            kept[pk] = {"themes": links.get("themes", []), "labels": sorted(labelled.get(pk, ()), key=str)}
        self._write_links(list(kept.items()))

    # What is said of them

    def _provenance(self, said: list[tuple[int, str]]) -> None:
        columns = (
            *("content_type_id", "object_id", "field", "source_id", "locator", "basis", "note", "locked"),
            "recorded_on",
        )
        source, locator, day = self.list.source_id, self._locator(), self.today.isoformat()
        self.writer.insert(
            Provenance._meta.db_table,
            columns,
            ((self.kind, pk, field, source, locator, str(Basis.STATED), "", False, day) for pk, field in said),
        )

    def _locator(self) -> str:
        return f"liste du {self.load.edition:%d/%m/%Y}"

    def _forget_provenance(self, said: list[tuple[int, str]]) -> None:
        """What another source said of a field that now comes from the list."""
        said_of = set(said)
        former = Provenance.objects.filter(
            content_type=self.kind, object_id__in={pk for pk, _ in said}, field__in={field for _, field in said}
        )
        former = former.filter(locked=False).order_by().values_list("pk", "object_id", "field")
        gone = [pk for pk, actor, field in former if (actor, field) in said_of]
        Provenance.objects.filter(pk__in=gone).delete()

    def _history(self) -> None:
        """One revision per line that wrote, in one statement."""
        json_type = "jsonb" if connection.vendor == "postgresql" else "text"
        user = self.load.user_id
        columns = "kind, public_id, at, user_id, through, deed, fields, comment, batch, other, moved"
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {Revision._meta.db_table} ({columns})"
                f" SELECT %s, public_id, %s, CAST(%s AS bigint), %s, CASE fate WHEN %s THEN %s ELSE %s END,"
                f" diff, %s, %s, '', CAST('{{}}' AS {json_type})"
                f" FROM {ImportLine._meta.db_table} WHERE load_id = %s AND fate IN (%s, %s) ORDER BY number",
                [
                    *(Actor.change_kind, self._stamp(), user, Through.IMPORT, Fate.NEW, Deed.CREATED, Deed.CHANGED),
                    *(str(self.load)[:500], self.load.batch, self.load.pk, Fate.NEW, Fate.CHANGED),
                ],
            )

    # Who is in the list

    def _join(self, members: list[tuple[int, str]]) -> None:
        load, stamp = self.load.pk, str(self._stamp())
        columns = ("actor_list_id", "actor_id", "key", "first_seen_id", "last_seen_id", "recorded_at")
        rows = ((self.list.pk, pk, key, load, load, stamp) for pk, key in members)
        self.writer.insert(ListMembership._meta.db_table, columns, rows)

    def _memberships(self) -> int:
        """Note who is named again, who is named for the first time, and who is gone; gives the number of the last."""
        members = ListMembership.objects.filter(actor_list=self.list)
        former = members.exclude(first_seen=self.load)
        known = {actor: (pk, key) for pk, actor, key in former.values_list("pk", "actor_id", "key")}
        named, several, rekeyed, joining = set(), set(), [], {}
        seen = self.lines.exclude(fate=Fate.NEW).values_list("fate", "actor_id", "key", "links")
        for fate, actor, key, links in seen:
            if fate == Fate.AMBIGUOUS:
                several.update((links or {}).get("several", ()))
            elif actor in known:
                named.add(actor)
                pk, former = known[actor]
                if key and key != former and fate != Fate.REFUSED:
                    rekeyed.append(ListMembership(pk=pk, key=key))
            elif actor is not None and fate in (Fate.CHANGED, Fate.UNCHANGED, Fate.STALE):
                joining[actor] = key
        ListMembership.objects.bulk_update(rekeyed, ["key"], batch_size=500)
        self._join(list(joining.items()))
        back = [known[actor][0] for actor in named | (several & set(known))]
        for start in range(0, len(back), CHUNK):
            members.filter(pk__in=back[start : start + CHUNK]).update(
                last_seen=self.load, gone_since=None, gone_in=None
            )
        missing = members.filter(gone_since=None).exclude(last_seen=self.load)
        return missing.update(gone_since=self.load.edition, gone_in=self.load)

    def _count(self) -> None:
        fates = dict.fromkeys(map(str, Fate), 0)
        found = self.lines.order_by().values("fate").annotate(count=Count("*"))
        self.load.counts |= fates | {row["fate"]: row["count"] for row in found}
