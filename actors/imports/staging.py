"""From a file to staged lines: what each would do to the directory, which is not touched."""

from dataclasses import dataclass, field

from django.db import transaction

from actors.importers.tables import Table
from actors.importers.workbooks import Unreadable
from observatory.records.enums import State

from . import comparing, context, writing
from .enums import Fate
from .matching import Match, Matcher
from .models import Import, ImportLine, ListMembership
from .preparing import NO_PLACE, OUTSIDE, Candidate, candidates
from .progress import Beat
from .writing import dump

LINES = ImportLine._meta.db_table
_COLUMNS = (
    *("load_id", "number", "fate", "raw", "problems", "key", "name", "siret", "public_id", "actor_id", "change"),
    *("diff", "kept", "links", "notes", "keeps", "row"),
)
#: closing years that a list does not fill and that its founding year must precede
_CLOSED = "L’année de création suit l’année de fin de la fiche : elle est laissée."


@dataclass
class Staged:
    """A line with its fate."""

    line: Candidate
    fate: Fate
    problems: list
    actor_id: int | None = None
    public_id: str = ""
    change: int | None = None
    diff: str = "{}"
    kept: dict = field(default_factory=dict)
    row: str = ""
    links: dict | None = None

    def packed(self, writer, load_id: int) -> str:
        """The line as the staging table takes it; that of a new record was packed beside its reading."""
        if self.fate is Fate.NEW:
            return self.line.packed
        line, links = self.line, self.links
        values = (
            *(load_id, line.number, str(self.fate), line.raw, dump(self.problems), line.key, line.name[:300]),
            *(line.siret, self.public_id, self.actor_id, self.change),
            *(self.diff, dump(self.kept) if self.kept else "{}", None if links is None else dump(links)),
            *(len(self.problems), len(self.kept)),
        )
        return writer.append(writer.pack(values), self.row)


def stage(load: Import, *, processes: int | None = None, most: int | None = None) -> dict[str, int]:
    """Read, check and compare every line; gives the counts. Raises ``Unreadable``; lines staged before are replaced."""
    table = context.table_of(load)
    ImportLine.objects.filter(load=load).delete()
    first = not ListMembership.objects.filter(actor_list=load.actor_list).exists()
    preparer = context.preparer(load, table, derive=first)
    comparison = Comparison(load, preparer)
    writer = writing.writer()
    with Beat(load.pk) as beat:
        beat.start("Lecture et comparaison", _estimate(table))
        for part in candidates(preparer, processes=processes):
            if most and comparison.done + len(part) > most:
                raise Unreadable(
                    f"La liste compte plus de {most:,} lignes : partagez-la en plusieurs.".replace(",", "\u202f")
                )
            staged = comparison.compare(part)
            with transaction.atomic():
                writer.insert_packed(LINES, _COLUMNS, (line.packed(writer, load.pk) for line in staged))
            beat(comparison.done)
    load.columns, load.headers, load.counts = writing.COLUMNS, table.headers, comparison.totals()
    return load.counts


def _estimate(table: Table) -> int:
    """About how many lines a CSV holds; 0 for a workbook, which says so only once read."""
    if table.kind == "xlsx":
        return 0
    with table.path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))


class Comparison:
    """Compares portion after portion; remembers what the file has already spoken of."""

    def __init__(self, load: Import, preparer):
        self.load, self.preparer = load, preparer
        self.matcher = Matcher(load.actor_list)
        self.allowed = context.inside(load.actor_list.territory)
        #: what names a record → the first line that bore it; those of lines without SIRET apart
        self.seen: dict[tuple, int] = {}
        self.bare: dict[tuple, int] = {}
        #: actors that the file names, refused and ambiguous lines included
        self.present: set[int] = set()
        self.counts = dict.fromkeys(map(str, Fate), 0) | {"kept": 0, "remarks": 0}
        self.done = 0

    def compare(self, part: list[Candidate]) -> list[Staged]:
        matches = self.matcher.match(part)
        found = {match.actor.pk for match in matches if match.actor}
        current = comparing.Current(found) if found else None
        staged = [self._one(line, match, current) for line, match in zip(part, matches, strict=True)]
        self._derive([line for line in staged if line.fate == Fate.CHANGED])
        for line in staged:
            self.counts[str(line.fate)] += 1
            self.counts["kept"] += bool(line.kept)
            self.counts["remarks"] += bool(line.problems) and line.fate not in (Fate.REFUSED, Fate.AMBIGUOUS)
        self.done += len(staged)
        return staged

    def totals(self) -> dict[str, int]:
        members = ListMembership.objects.filter(actor_list=self.load.actor_list, gone_since=None)
        gone = set(members.values_list("actor_id", flat=True)) - self.present
        return self.counts | {"gone": len(gone), "lines": self.done}

    def _one(self, line: Candidate, match: Match, current) -> Staged:
        self.present.update(found.pk for found in (match.several or [match.actor]) if found)
        if match.several:
            return self._ambiguous(line, match)
        actor = match.actor
        named = self._names(line, actor)
        refusal = line.refusal or self._repeated(line, *named)
        if not refusal and actor is not None:
            if not current.territories(actor.pk) & self.allowed:
                refusal = OUTSIDE
            elif actor.state == State.ARCHIVED:
                refusal = "La fiche est archivée : rétablissez-la au bureau, ou retirez la ligne."
        if not refusal and actor is None and line.commune is None:
            refusal = NO_PLACE
        if refusal:
            return self._refused(line, refusal, actor)
        self._remember(line, *named)
        return self._new(line) if actor is None else self._known(line, actor, current)

    def _refused(self, line: Candidate, refusal: str, actor) -> Staged:
        told = any(sentence == refusal for _, _, sentence in line.problems)
        problems = line.problems if told else [*line.problems, ("", "", refusal)]
        known = {"actor_id": actor.pk, "public_id": actor.public_id} if actor else {}
        return Staged(line, Fate.REFUSED, problems, **known)

    def _ambiguous(self, line: Candidate, match: Match) -> Staged:
        ids = ", ".join(found.public_id for found in match.several)
        sentence = f"Plusieurs fiches peuvent être celle de cette ligne ({ids}) : donnez le SIRET, ou fusionnez-les."
        links = {"several": [found.pk for found in match.several]}
        return Staged(line, Fate.AMBIGUOUS, [*line.problems, ("", "", sentence)], links=links)

    @staticmethod
    def _names(line: Candidate, actor) -> tuple[list[tuple], list[tuple]]:
        """What tells the record of a line from any other line's, and what two establishments of other SIRET may share."""
        names, shared = [], []
        if line.key:
            names.append(("key", line.key))
        if line.siret:
            names.append(("siret", line.siret))
        if actor is not None:
            names.append(("actor", actor.pk))
        else:
            if line.rna:
                shared.append(("rna", line.rna))
            if line.commune:
                shared.append((line.sort_key, line.commune))
        return names, shared

    def _repeated(self, line: Candidate, names: list[tuple], shared: list[tuple]) -> str:
        """Same name or RNA: with a SIRET, as a line of none; without, as any."""
        alike = self.bare if line.siret else self.seen
        number = next((self.seen[name] for name in names if name in self.seen), None)
        number = number or next((alike[name] for name in shared if name in alike), None)
        return f"La ligne {number} parle déjà de la même organisation." if number else ""

    def _remember(self, line: Candidate, names: list[tuple], shared: list[tuple]) -> None:
        for name in (*names, *shared):
            self.seen.setdefault(name, line.number)
        if not line.siret:
            for name in shared:
                self.bare.setdefault(name, line.number)

    def _new(self, line: Candidate) -> Staged:
        if not line.packed:
            place = self.preparer.reader.places.by_code[line.values["territory"].partition("-")[2]]
            of_line = (line.number, line.raw, line.key, line.problems, line.values)
            line = line._replace(packed=self.preparer.as_new(*of_line, place, line.sort_key))
        return Staged(line, Fate.NEW, line.problems)

    def _known(self, line: Candidate, actor, current) -> Staged:
        values = self.preparer.again(line).values if line.values is None else line.values
        diff, kept = current.differences(actor.pk, values)
        problems = line.problems
        closed = current.rows[actor.pk]["closed"]
        if closed and "founded" in diff and (diff["founded"][1] or 0) > closed:
            problems = [*problems, ("", str(diff.pop("founded")[1]), _CLOSED)]
        return Staged(
            line,
            Fate.CHANGED if diff else Fate.UNCHANGED,
            problems,
            actor_id=actor.pk,
            public_id=actor.public_id,
            change=current.rows[actor.pk]["change"],
            diff=dump(diff),
            kept=kept,
            links={"diff": diff} if diff else None,
        )

    def _derive(self, changed: list[Staged]) -> None:
        """Prepare the whole rows of the changed actors."""
        if not changed:
            return
        diffs = {line.actor_id: line.links["diff"] for line in changed}
        rows = comparing.changed_rows(diffs, self.preparer.themes)
        for line in changed:
            line.row, line.links = rows[line.actor_id]
