"""Many rows at once on each engine: COPY on PostgreSQL, many-row inserts on SQLite.

``pack`` makes of a row the text that the staging table keeps until it is written, in the engine's own form.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from json.encoder import c_make_encoder, encode_basestring
from typing import Any

from django.db import connection

from actors.models import Actor

#: columns of an actor's row in staging; those of ``STAMPED`` are known only when it is written
STAMPED = ("id", "created_at", "updated_at")
FIELDS = [field for field in Actor._meta.concrete_fields if field.name not in (*STAMPED, "change")]
COLUMNS = [field.column for field in FIELDS]
ACTORS = Actor._meta.db_table
#: rows of one statement on SQLite
CHUNK = 2_000


def _encoder() -> Callable[[Any], str]:
    """Compact JSON, accents as they are. ``JSONEncoder.encode`` draws up its encoder again for each value."""
    if c_make_encoder is None:
        return json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    encode = c_make_encoder(None, None, encode_basestring, None, ":", ",", False, False, True)
    return lambda value: "".join(encode(value, 0))


dump = _encoder()


def _escape(text: str) -> str:
    """As COPY reads it; most texts hold none of the four signs."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\n" in text:
        text = text.replace("\n", "\\n")
    if "\t" in text:
        text = text.replace("\t", "\\t")
    return text.replace("\r", "\\r") if "\r" in text else text


#: null before the signs that COPY reads are set; no text holds it, since the readers of lists take it away
_NULL = "\x00"
_TEXTS = {type(None): lambda _: _NULL, bool: lambda value: "t" if value else "f", list: dump, dict: dump, tuple: dump}


class PostgresWriter:
    """COPY in text form."""

    def pack(self, row: Sequence) -> str:
        return self.join([value if value.__class__ is str else self.cell(value) for value in row])

    def cell(self, value) -> str:
        """A value as ``join`` takes it."""
        return _TEXTS.get(value.__class__, str)(value)

    def join(self, cells: list[str]) -> str:
        """A packed row; few hold a sign that COPY reads, so the whole row is asked at once."""
        text = "\t".join(cells)
        if "\\" in text or "\n" in text or "\r" in text or text.count("\t") != len(cells) - 1:
            text = "\t".join(map(_escape, cells))
        return text.replace(_NULL, "\\N")

    def append(self, packed: str, row: str) -> str:
        """The packed row with another packed row as its last value."""
        return packed + "\t" + row.replace("\\", "\\\\").replace("\t", "\\t")

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

    def numbering(self, values: Sequence) -> Callable[[int, str], str]:
        """What puts the same values, then a primary key, before a packed row."""
        head = self.pack(values)
        return lambda pk, packed: f"{head}\t{pk}\t{packed}"

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

    def cell(self, value):
        """What a JSON list holds for a value, and SQLite stores."""
        if isinstance(value, (list, dict, tuple)):
            return dump(value)
        return value.isoformat() if isinstance(value, date) else value

    def join(self, cells: list) -> str:
        return dump(cells)

    def append(self, packed: str, row: str) -> str:
        return f"{packed[:-1]},{dump(row)}]"

    def _stored(self, row: Sequence) -> list:
        return list(map(self.cell, row))

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

    def numbering(self, values: Sequence) -> Callable[[int, str], str]:
        head = self.pack(values)[:-1]
        return lambda pk, packed: f"{head},{pk},{packed[1:]}"

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
