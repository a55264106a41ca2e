"""The door for "what changed since?" (the numbers themselves are drawn in ``triggers``)."""

from django.db import connection

from .enums import Removal
from .models import Tombstone
from .triggers import LOCK_SPACE


def safe_number() -> int:
    """The highest change number below which everything is committed and visible.

    A partner who has read every record with ``change <= safe_number()`` may ask next time for what is above,
    and misses nothing. The last number is read before the floors: a transaction that opens in between draws
    above it.
    """
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute("SELECT COALESCE(MAX(value), 0) FROM records_changecounter")
            return cursor.fetchone()[0]
        # The inner query depends on the outer row, so that it runs after the last number is read.
        cursor.execute(
            "SELECT drawn.last, (SELECT MIN(objid::bigint) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND drawn.last >= 0)"
            " FROM (SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS last FROM records_change_seq OFFSET 0) drawn",
            [LOCK_SPACE],
        )
        last, floor = cursor.fetchone()
    return last if floor is None else min(last, floor)


def mark_merged(*, kind: str, public_id: str, survivor: str) -> None:
    """Say on the tombstone of a merged record which record remains."""
    Tombstone.objects.filter(kind=kind, public_id=public_id).update(reason=Removal.MERGED, survivor=survivor)
