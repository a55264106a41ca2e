"""What a checklist says, read once for its page, its print, its files and the API: ``fiche(checklist, reader)``."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from django.db.models import F, Prefetch
from django.http import Http404
from django.utils import timezone
from django.utils.functional import cached_property

from observatory.territories.models import Collectivity

from ..kits.enums import LEVELS_OF
from ..kits.models import Edition, Kit, Lever, LeverVersion, hold_links
from . import evidence as shown
from . import finders
from .enums import Status
from .models import Advice, Answer, Checklist, Evidence

NO_BODY = "Aucune collectivité n’a ce code."
NO_KIT = "Ce kit n’existe pas, ou ne s’adresse pas à cette collectivité."
WITH_PLACE = ("territory__region", "territory__departement", "territory__epci")


class Reader(Enum):
    """For whom a checklist is read: those who work on it, or everybody."""

    INSIDE = "inside"
    PUBLIC = "public"


@dataclass(frozen=True)
class Piece:
    """A piece of evidence as it is shown; ``url`` is empty when the record is no longer public."""

    label: str
    noun: str
    url: str
    key: tuple[str, str, str]
    dead_since: date | None = None

    @property
    def is_gone(self) -> bool:
        return not self.url


@dataclass
class Row:
    """A lever with what is said of it; a lever without answer has an empty status."""

    lever: Lever
    version: LeverVersion | None
    answer: Answer | None = None
    pieces: list[Piece] = field(default_factory=list)
    proposals: list[finders.Proposal] = field(default_factory=list)
    advice: Advice | None = None
    #: what the reader may read of the answer
    note: str = ""
    service: str = ""
    due: date | None = None
    priority: int | None = None
    #: of the working page of the lever, for whoever is inside
    work_url: str = ""

    @property
    def key(self) -> str:
        """The public id of the lever."""
        return self.lever.public_id

    @property
    def title(self) -> str:
        return self.version.title if self.version else self.lever.name

    @property
    def status(self) -> str:
        return self.answer.status if self.answer else ""

    @property
    def status_label(self) -> str:
        return Status(self.status).label if self.status else "sans réponse"

    @property
    def priority_label(self) -> str:
        return self.answer.get_priority_display() if self.priority else ""

    @property
    def is_late(self) -> bool:
        open_ones = (Status.TO_STUDY, Status.PLANNED, Status.ONGOING, "")
        return bool(self.due and self.status in open_ones and self.due < timezone.localdate())


@dataclass(frozen=True)
class Tally:
    """How many levers stand in each state: (state, label, count), then the unanswered."""

    counts: dict[str, int]
    total: int

    @property
    def answered(self) -> int:
        return self.total - self.counts.get("", 0)

    @property
    def rows(self) -> list[dict]:
        known = [{"status": s.value, "label": s.label, "count": self.counts.get(s, 0)} for s in reversed(Status)]
        known.sort(key=lambda row: _ORDER.index(row["status"]))
        return [*known, {"status": "", "label": "sans réponse", "count": self.counts.get("", 0)}]

    @property
    def bands(self) -> list[dict]:
        """The bar: start and length of each state, in percent."""
        start, found = 0.0, []
        for row in self.rows:
            length = 100 * row["count"] / self.total if self.total else 0
            if length and row["status"]:
                found.append({"status": row["status"], "x": f"{start:.2f}", "width": f"{length:.2f}"})
            start += length
        return found


#: the order in which states are told: what is done first
_ORDER = [Status.DONE, Status.ONGOING, Status.PLANNED, Status.TO_STUDY, Status.DISMISSED]


def tally(rows: Iterable[Row]) -> Tally:
    counts = Counter(row.status for row in rows)
    return Tally(dict(counts), counts.total())


@dataclass
class Block:
    """A fiche of the edition with its levers."""

    number: str
    title: str
    key: str
    rows: list[Row]

    @property
    def tally(self) -> Tally:
        return tally(self.rows)


@dataclass
class Fiche:
    """A checklist as one reader may read it."""

    checklist: Checklist
    reader: Reader
    blocks: list[Block]
    #: answers to levers that the edition no longer has, or that the level cannot use: still there to be read
    withdrawn: list[Row]

    @cached_property
    def rows(self) -> list[Row]:
        return [row for block in self.blocks for row in block.rows]

    @property
    def tally(self) -> Tally:
        return tally(self.rows)

    @property
    def proposals(self) -> list[finders.Proposal]:
        return [proposal for row in self.rows for proposal in row.proposals]

    def row(self, lever: Lever) -> Row | None:
        return next((row for row in [*self.rows, *self.withdrawn] if row.lever.pk == lever.pk), None)


# Levers -------------------------------------------------------------------------------------------------------------


def levels_of(body: Collectivity) -> set[str]:
    return set(LEVELS_OF.get(body.kind, ()))


#: what a checklist reads of a lever: the rest of the row serves its own page and the search
READ = (
    *("lever_id", "version_id", "title", "text", "levels", "order", "version__title", "version__sheet_id"),
    *("lever__public_id", "lever__key", "lever__name", "lever__sort_key", "lever__sheet__key", "lever__sheet__kit_id"),
)


def versions(edition: Edition, levels: set[str]) -> list[LeverVersion]:
    """The levers of an edition that some levels can use, in the order of its fiches; two queries.

    Each has ``number`` (of its fiche) beside its columns; its lever has ``held_instruments`` and ``held_themes``.
    """
    rows = (
        LeverVersion.objects.filter(version__places__edition=edition)
        .annotate(number=F("version__places__number"))
        .select_related("lever__sheet", "version")
        .only(*READ)
        .order_by("version__places__order", "order")
    )
    kept = [row for row in rows if levels & set(row.levels)]
    hold_links(row.lever for row in kept)
    for row in kept:
        row.lever.sheet.kit = edition.kit
    return kept


def _blocks(edition_versions: list[LeverVersion]) -> tuple[list[Block], dict[int, Row]]:
    blocks: dict[int, Block] = {}
    by_lever = {}
    for version in edition_versions:
        sheet = version.version
        block = blocks.setdefault(sheet.pk, Block(version.number, sheet.title, version.lever.sheet.key, []))
        by_lever[version.lever_id] = Row(version.lever, version)
        block.rows.append(by_lever[version.lever_id])
    return list(blocks.values()), by_lever


def empty_blocks(edition: Edition, levels: set[str]) -> list[Block]:
    """The levers of an edition without any answer."""
    return _blocks(versions(edition, levels))[0]


# Reading a checklist ------------------------------------------------------------------------------------------------


def find(code: str, kit: str) -> Checklist | None:
    """The checklist of a collectivité for a kit, with what rights and pages read; None when there is none."""
    rows = Checklist.objects.published().select_related(
        "kit", "edition", *(f"collectivity__{path}" for path in WITH_PLACE)
    )
    return rows.filter(collectivity__code=code, kit__key=kit).first()


def body_and_kit(code: str, key: str) -> tuple[Collectivity, Kit]:
    """A collectivité and a kit that is for its level; raises Http404 with the reason."""
    body = Collectivity.objects.select_related(*WITH_PLACE).filter(code=code).first()
    if body is None:
        raise Http404(NO_BODY)
    kit = next((kit for kit in kits_for(levels_of(body)) if kit.key == key), None)
    if kit is None:
        raise Http404(NO_KIT)
    return body, kit


def kits_for(levels: set[str]) -> list[Kit]:
    """The kits that some levels can use, each with its edition in force as ``in_force``."""
    rows = Edition.objects.filter(is_current=True).select_related("kit").order_by("kit__order", "kit__key")
    found = []
    for edition in rows:
        edition.kit.in_force = edition
        found += [edition.kit] if levels & set(edition.kit.levels) else []
    return found


def fiche(checklist: Checklist, reader: Reader, *, beside: bool = True) -> Fiche:
    """Everything that the reader may read of a checklist, in at most eight queries (nine with withdrawn levers).

    ``beside`` False leaves out what stands beside the answers: advice, and what the rules find.
    """
    body, is_inside = checklist.collectivity, reader is Reader.INSIDE
    checklist.edition.kit = checklist.kit
    blocks, by_lever = _blocks(versions(checklist.edition, levels_of(body)))
    answers = Answer.objects.published().filter(checklist=checklist)
    answers = list(
        answers.prefetch_related(Prefetch("evidence", Evidence.objects.order_by("pk"), to_attr="held_evidence"))
    )
    # Most levers are those of the edition, already read.
    gone = Lever.objects.select_related("sheet__kit").in_bulk({a.lever_id for a in answers} - by_lever.keys())
    known = shown.find((e.kind, e.record_id) for answer in answers for e in answer.held_evidence)
    withdrawn = []
    for answer in answers:
        row = by_lever.get(answer.lever_id)
        if row is None:
            withdrawn.append(row := Row(gone[answer.lever_id], None))
        _fill(row, answer, known, is_inside)
    if is_inside:
        # One address a page, not two a lever.
        base = f"{checklist.work_url}levier/"
        for row in (*by_lever.values(), *withdrawn):
            row.work_url = f"{base}{row.key}/"
    if is_inside and beside:
        for advice in Advice.objects.published().filter(checklist=checklist):
            if row := by_lever.get(advice.lever_id):
                row.advice = advice
        _propose(checklist, by_lever)
    withdrawn = [row for row in withdrawn if row.status or row.note or row.pieces]
    return Fiche(checklist, reader, blocks, sorted(withdrawn, key=lambda row: row.lever.sort_key))


def _fill(row: Row, answer: Answer, known: dict, is_inside: bool) -> None:
    row.answer = answer
    row.pieces = [piece(evidence, known) for evidence in answer.held_evidence]
    row.note = answer.note if is_inside or answer.is_note_public else ""
    if is_inside:
        row.service, row.due, row.priority = answer.service, answer.due, answer.priority


def piece(evidence: Evidence, known: dict[tuple[str, str], shown.Found]) -> Piece:
    record = known.get((evidence.kind, evidence.record_id))
    url = evidence.url or (record.url if record else "")
    return Piece(evidence.label, evidence.get_kind_display(), url, evidence.key, evidence.dead_since)


def _propose(checklist: Checklist, by_lever: dict[int, Row]) -> None:
    """Give each row what the rules find for it and that is neither there nor set aside."""
    found = finders.proposals(checklist.collectivity, [row.lever for row in by_lever.values()])
    aside = finders.dismissed(checklist) if found else set()
    for lever, proposals in found.items():
        row = by_lever[lever]
        held = {piece.key for piece in row.pieces}
        row.proposals = [
            proposal
            for proposal in proposals
            if proposal.record.key not in held
            and (lever, proposal.rule.key, proposal.record.kind, proposal.record.record_id) not in aside
        ]
