"""From one edition of a kit to the next: what is new, reworded or withdrawn for a checklist; nothing is lost."""

from dataclasses import dataclass, field

from ..kits.enums import Move
from ..kits.models import Edition, LeverVersion
from .models import Checklist
from .selectors import Fiche, Row, levels_of, versions


@dataclass(frozen=True)
class Change:
    """A lever in both editions; ``old`` or ``new`` is None when one does not have it."""

    move: Move
    old: LeverVersion | None
    new: LeverVersion | None
    #: what the checklist answers to it
    row: Row | None

    @property
    def title(self) -> str:
        return (self.new or self.old).title

    @property
    def is_answered(self) -> bool:
        return bool(self.row and self.row.status)


@dataclass
class Passage:
    """What the move of a checklist to another edition changes."""

    to: Edition
    changes: list[Change] = field(default_factory=list)

    def of(self, move: Move) -> list[Change]:
        return [change for change in self.changes if change.move == move]

    @property
    def new(self) -> list[Change]:
        return self.of(Move.NEW)

    @property
    def reworded(self) -> list[Change]:
        return self.of(Move.REWORDED)

    @property
    def withdrawn(self) -> list[Change]:
        return self.of(Move.WITHDRAWN)

    @property
    def same(self) -> list[Change]:
        return self.of(Move.SAME)


def next_edition(checklist: Checklist) -> Edition | None:
    """The edition in force, when the checklist is answered under another one."""
    current = Edition.objects.filter(kit=checklist.kit_id, is_current=True).first()
    return current if current and current.pk != checklist.edition_id else None


def passage(fiche: Fiche, to: Edition) -> Passage:
    """The levers of both editions, side by side, with what the checklist answers."""
    levels = levels_of(fiche.checklist.collectivity)
    rows = {row.lever.pk: row for row in [*fiche.rows, *fiche.withdrawn]}
    before = {row.version.lever_id: row.version for row in fiche.rows if row.version}
    after = {version.lever_id: version for version in versions(to, levels)}
    changes = [_change(before.get(pk), new, rows.get(pk)) for pk, new in after.items()]
    changes += [Change(Move.WITHDRAWN, old, None, rows.get(pk)) for pk, old in before.items() if pk not in after]
    return Passage(to, changes)


def _change(old: LeverVersion | None, new: LeverVersion, row: Row | None) -> Change:
    if old is None:
        # An answer that a former edition had asked for comes back with its lever.
        return Change(Move.NEW, None, new, row)
    same = old.pk == new.pk or (old.title, old.text) == (new.title, new.text)
    return Change(Move.SAME if same else Move.REWORDED, old, new, row)
