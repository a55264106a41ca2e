"""Many rows at once on each engine: COPY on PostgreSQL, many-row inserts on SQLite.

``pack`` makes of a row the text that the staging table keeps until it is written, in the engine's own form.
"""

import json
from collections.abc import Iterable, Sequence

from django.db import connection

from actors.models import Actor

#: columns of an actor's row in staging; those of ``STAMPED`` are known only when it is written
STAMPED = ("id", "created_at", "updated_at")
FIELDS = [field for field in Actor._meta.concrete_fields if field.name not in (*STAMPED, "change")]
COLUMNS = [field.column for field in FIELDS]
ACTORS = Actor._meta.db_table
#: rows of one statement on SQLite
CHUNK = 2_000

#: compact JSON, accents as they are
dump = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def _escape(text: str) -> str:
    """As COPY reads it; most texts hold none of the four signs."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\n" in text:
        text = text.replace("\n", "\\n")
    if "\t" in text:
        text = text.replace("\t", "\\t")
    return text.replace("\r", "\\r") if "\r" in text else text


def _copy_text(value) -> str:
    if value is None:
        return "\\N"
    kind = type(value)
    if kind is str:
        return _escape(value)
    if kind is bool:
        return "t" if value else "f"
    if kind is list or kind is dict:
        return _escape(dump(value))
    return _escape(value) if isinstance(value, str) else str(value)


class PostgresWriter:
    """COPY in text form."""

    def pack(self, row: Sequence) -> str:
        return "\t".join(map(_copy_text, row))

    def search(self, tokens: str) -> str:
        """Index tokens, which are of ``a-z0-9`` alone, as a tsvector is written."""
        return "'" + tokens.replace(" ", "' '") + "'" if tokens else ""

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence]) -> None:
        self.insert_packed(table, columns, map(self.pack, rows))

    def insert_packed(self, table: str, columns: Sequence[str], packed: Iterable[str]) -> None:
        names = ", ".join(f'"{column}"' for column in columns)
        with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            copy.write("".join(f"{line}\n" for line in packed))

    def prefix(self, packed: str, values: Sequence) -> str:
        return f"{self.pack(values)}\t{packed}"

    def draw_ids(self, table: str, count: int) -> list[int]:
        """Primary keys for rows to come; others may draw at the same time."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [pk for (pk,) in cursor.fetchall()]

    def update_packed(self, table: str, columns: Sequence[str], packed: Iterable[str]) -> None:
        """Rewrite whole rows; the first column is the primary key."""
        names = ", ".join(f'"{column}"' for column in columns)
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMP TABLE imports_rows ON COMMIT DROP AS SELECT {names} FROM {table} LIMIT 0")
        self.insert_packed("imports_rows", columns, packed)
        pairs = ", ".join(f'"{column}" = fresh."{column}"' for column in columns[1:])
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {table} SET {pairs} FROM imports_rows fresh WHERE {table}.id = fresh.id")
            cursor.execute("DROP TABLE imports_rows")


class SqliteWriter:
    """One prepared statement for many rows; a packed row is a JSON list."""

    def search(self, tokens: str) -> str:
        return tokens

    def pack(self, row: Sequence) -> str:
        return dump(self._stored(row))

    @staticmethod
    def _stored(row: Sequence) -> list:
        return [dump(value) if isinstance(value, (list, dict)) else value for value in row]

    def insert(self, table: str, columns: Sequence[str], rows: Iterable[Sequence]) -> None:
        self._many(table, columns, map(self._stored, rows))

    def insert_packed(self, table: str, columns: Sequence[str], packed: Iterable[str]) -> None:
        self._many(table, columns, map(json.loads, packed))

    def _many(self, table: str, columns: Sequence[str], rows: Iterable[list]) -> None:
        names = ", ".join(f'"{column}"' for column in columns)
        marks = ", ".join(["%s"] * len(columns))
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(rows))

    def prefix(self, packed: str, values: Sequence) -> str:
        return dump([*self._stored(values), *json.loads(packed)])

    def draw_ids(self, table: str, count: int) -> list[int]:
        """Primary keys for rows to come, inside the transaction that writes them: SQLite has one writer."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = %s", [table])
            last = cursor.fetchone()[0]
        return list(range(last + 1, last + 1 + count))

    def update_packed(self, table: str, columns: Sequence[str], packed: Iterable[str]) -> None:
        pairs = ", ".join(f'"{column}" = %s' for column in columns[1:])
        rows = [(*row[1:], row[0]) for row in map(json.loads, packed)]
        with connection.cursor() as cursor:
            cursor.executemany(f"UPDATE {table} SET {pairs} WHERE id = %s", rows)


def writer() -> PostgresWriter | SqliteWriter:
    return PostgresWriter() if connection.vendor == "postgresql" else SqliteWriter()


def actor_row(actor: Actor) -> list:
    """The values of a whole actor, in the order of ``COLUMNS``."""
    values = [getattr(actor, field.attname) for field in FIELDS]
    values[_SEARCH] = writer().search(values[_SEARCH])
    return values


_SEARCH = COLUMNS.index("search_text")
