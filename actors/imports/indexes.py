"""The indexes of the directory while a list is written, on PostgreSQL: a row entered in each takes four times the row.

Two ways (docs/performance.md has the figures). When the list brings more records than the directory holds, all but the
unique ones are built again at the end of the transaction; the directory waits meanwhile, which on its first day is short
and harms nobody. Else only the full-text index is spared: new rows wait in its pending list, entered in one go
afterwards. Where somebody reads for long, or little is new, nothing is spared. SQLite has one writer and no such means.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

from . import writing

SEARCH = f"{writing.ACTORS}_search"
#: new records below which no index is worth a lock
FEW = 500
#: how long readers may keep the table, or the index, from being locked before it is done without
_PATIENCE = "3s"


@contextmanager
def spared(new: int) -> Iterator[None]:
    """Enter it before any row is locked: whoever waits for such a row would otherwise wait across."""
    if connection.vendor != "postgresql" or new < FEW:
        yield
    elif new > _present(new) and _granted(f"LOCK TABLE {writing.ACTORS} IN ACCESS EXCLUSIVE MODE"):
        definitions = _drop()
        yield
        _build(definitions)
    elif _granted(f"ALTER INDEX {SEARCH} SET (fastupdate = on)"):
        _ask("SET LOCAL gin_pending_list_limit = '1GB'")
        yield
        _ask(f"ALTER INDEX {SEARCH} SET (fastupdate = off)")
    else:
        yield


def settle() -> None:
    """Enter what waits in the full-text index; after the transaction, so that nobody waits for it."""
    if connection.vendor == "postgresql":
        _ask("SELECT gin_clean_pending_list(%s::regclass)", SEARCH)


def _ask(statement: str, *parameters) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else []


def _present(most: int) -> int:
    """How many records there are, counted up to ``most``."""
    return _ask(f"SELECT COUNT(*) FROM (SELECT FROM {writing.ACTORS} LIMIT {most:d}) present")[0][0]


def _granted(statement: str) -> bool:
    """Whether a statement that locks out everybody else could be run soon: a long export, say, holds it up."""
    try:
        with transaction.atomic():
            _ask(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
            _ask(statement)
            _ask("SET LOCAL lock_timeout = DEFAULT")
    except OperationalError:
        return False
    return True


def _drop() -> list[str]:
    """Drop the indexes that hold no rule; gives what builds them again."""
    found = _ask(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = %s::regclass AND NOT indisunique ORDER BY 1",
        writing.ACTORS,
    )
    for name, _ in found:
        _ask(f"DROP INDEX {name}")
    return [definition for _, definition in found]


def _build(definitions: list[str]) -> None:
    # The links that wait for the end of the transaction to be checked would forbid it.
    _ask("SET CONSTRAINTS ALL IMMEDIATE")
    _ask("SET LOCAL maintenance_work_mem = '128MB'")
    for definition in definitions:
        _ask(definition)
    _ask("SET CONSTRAINTS ALL DEFERRED")
