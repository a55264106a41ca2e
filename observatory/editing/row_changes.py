"""Lists whose rows are read, accepted and shown one by one: members, figures… (``registry.Kind.rows``)."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

#: what stays the same when a row of a list is corrected: the name of a member, the measure and the year of a figure
Identity = Callable[[list], Hashable]


@dataclass(frozen=True)
class RowChange:
    """A row added (``before`` is None), taken out (``after`` is None) or corrected."""

    #: names the change within its suggestion: ``members:0``
    token: str
    before: list | None
    after: list | None

    @property
    def label(self) -> str:
        if self.before is None:
            return "à ajouter"
        return "à retirer" if self.after is None else "à corriger"


def changes(field: str, base: list | None, wanted: list | None, identity: Identity) -> list[RowChange]:
    """What leads from one list to another; a row taken out and one added that are the same thing are one correction."""
    base, wanted = base or [], wanted or []
    gone, come = _but(base, wanted), _but(wanted, base)
    found: list[tuple[list | None, list | None]] = []
    for row in gone:
        same = next((other for other in come if identity(other) == identity(row)), None)
        if same is not None:
            come.remove(same)
        found.append((row, same))
    found += [(None, row) for row in come]
    return [RowChange(f"{field}:{n}", before, after) for n, (before, after) in enumerate(found)]


def apply(held: list | None, wanted: Iterable[RowChange], identity: Identity) -> list:
    """The list with some changes made, whatever else has changed in it since they were thought of."""
    rows = list(held or [])
    for change in wanted:
        place = None
        if change.before is not None:
            place = now(rows, change.before, identity)
        if place is not None:
            index = rows.index(place)
            rows[index : index + 1] = [] if change.after is None or change.after in rows else [change.after]
        elif change.after is not None and change.after not in rows:
            rows.append(change.after)
    return rows


def now(rows: list, row: list, identity: Identity) -> list | None:
    """What has become of a row: itself, else the row that is the same thing; None when it is gone."""
    if row in rows:
        return row
    return next((other for other in rows if identity(other) == identity(row)), None)


def _but(rows: list, others: list) -> list:
    """The rows that others do not hold, as often as they hold them not."""
    left, kept = list(others), []
    for row in rows:
        if row in left:
            left.remove(row)
        else:
            kept.append(row)
    return kept
