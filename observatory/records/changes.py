"""The door for "what changed since?" (the numbers themselves are drawn in ``triggers``)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection
from django.db.models import Model, QuerySet

from .enums import Removal
from .models import Tombstone
from .triggers import LOCK_SPACE


@dataclass(frozen=True)
class Present:
    """Where the numbers stand."""

    #: the highest number below which everything is committed and visible
    safe: int
    #: the last number drawn
    last: int
    #: the latest of the moments asked for with it, None without any
    changed_at: datetime | None = None

    @property
    def is_settled(self) -> bool:
        """Whether nobody has drawn a number without committing: what is read now goes with ``safe`` and nothing else."""
        return self.safe == self.last


# The inner query depends on the outer row, so that it runs after the last number is read.
_POSTGRESQL = """
SELECT drawn.last, (SELECT MIN(objid::bigint) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND drawn.last >= 0){more}
FROM (SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS last FROM records_change_seq OFFSET 0) drawn
"""
_SQLITE = "SELECT (SELECT COALESCE(MAX(value), 0) FROM records_changecounter), NULL{more}"


def present(*moments: QuerySet) -> Present:
    """Where the numbers stand, with the latest of ``moments`` (the first row of each, one column), in one query.

    The last number is read before the floors: a transaction that opens in between draws above it.
    """
    asked = [rows[:1].query.sql_with_params() for rows in moments]
    more = "".join(f", ({sql})" for sql, _ in asked)
    params = [value for _, values in asked for value in values]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRESQL.format(more=more), [LOCK_SPACE, *params])
        else:
            cursor.execute(_SQLITE.format(more=more), params)
        last, floor, *found = cursor.fetchone()
    return Present(
        safe=last if floor is None else min(last, floor),
        last=last,
        changed_at=max((_moment(value) for value in found if value), default=None),
    )


def _moment(value: datetime | str) -> datetime:
    """SQLite keeps moments in UTC without saying so, and gives some as text."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def safe_number() -> int:
    """The highest change number below which everything is committed and visible.

    A partner who has read every record with ``change <= safe_number()`` may ask next time for what is above,
    and misses nothing.
    """
    return present().safe


def touch(record: Model) -> None:
    """Draw a number for a record of which only what is said of it changed."""
    type(record)._base_manager.filter(pk=record.pk).update(change=0)


def mark_merged(*, kind: str, public_id: str, survivor: str) -> None:
    """Say on the tombstone of a merged record which record remains."""
    Tombstone.objects.filter(kind=kind, public_id=public_id).update(reason=Removal.MERGED, survivor=survivor)
