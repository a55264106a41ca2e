"""Many reads of one moment: what others write meanwhile is not seen, and nobody waits."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything read within is of one moment; within a transaction, which has begun its reading, nothing changes."""
    if connection.in_atomic_block:
        yield
        return
    if connection.vendor == "postgresql":
        with transaction.atomic():
            _run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    # ``atomic`` would begin by taking the one place of a writer.
    _run("BEGIN DEFERRED")
    _run("PRAGMA query_only = ON")
    try:
        yield
    finally:
        _run("PRAGMA query_only = OFF")
        _run("ROLLBACK")


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
