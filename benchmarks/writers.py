"""Bulk writing on each engine: COPY on PostgreSQL, large inserts on SQLite; triggers and slow indexes rest meanwhile."""

from observatory.records.models import ChangeCounter


def for_connection(connection):
    return (PostgresWriter if connection.vendor == "postgresql" else SqliteWriter)(connection)


class _Writer:
    def __init__(self, connection):
        self.connection = connection
        #: statements that put back what ``prepare`` took away
        self.restore: list[str] = []

    def execute(self, statement: str, *parameters) -> list[tuple]:
        with self.connection.cursor() as cursor:
            cursor.execute(statement, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def next_id(self, table: str) -> int:
        return self.execute(f"SELECT COALESCE(MAX(id), 0) + 1 FROM {table}")[0][0]


class PostgresWriter(_Writer):
    """COPY without triggers, foreign keys nor secondary indexes, which are built again at the end."""

    def rest_triggers(self, tables: list[str]) -> None:
        for table in tables:
            self.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            self.restore.append(f"ALTER TABLE {table} ENABLE TRIGGER USER")

    def prepare(self, tables: list[str]) -> None:
        # Checks that the removal of former rows has left pending would forbid what follows.
        self.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in tables:
            self._drop(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'",
                table,
                "ALTER TABLE {table} DROP CONSTRAINT {name}",
                "ALTER TABLE {table} ADD CONSTRAINT {name} {definition}",
            )
            self._drop(
                "SELECT indexrelid::regclass, pg_get_indexdef(indexrelid) FROM pg_index"
                " WHERE indrelid = %s::regclass AND NOT indisunique",
                table,
                "DROP INDEX {name}",
                "{definition}",
            )

    def _drop(self, query: str, table: str, drop: str, create: str) -> None:
        for name, definition in self.execute(query, table):
            self.execute(drop.format(table=table, name=name))
            self.restore.append(create.format(table=table, name=name, definition=definition))

    def write(self, tables: dict[str, list], columns: dict[str, list[str]]) -> None:
        with self.connection.cursor() as cursor:
            for table, rows in tables.items():
                names = ", ".join(f'"{name}"' for name in columns[table])
                with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row(row)

    def finish(self, change: int) -> None:
        self.execute("SELECT setval('records_change_seq', %s)", change)
        for statement in reversed(self.restore):
            self.execute(statement)

    def settle(self, tables: list[str]) -> None:
        for table in tables:
            self.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT COALESCE(MAX(id), 1) FROM {table}))"
            )
            self.execute(f"VACUUM (FREEZE, ANALYZE) {table}")


class SqliteWriter(_Writer):
    """Inserts of many rows without triggers; the full-text index is built again at the end."""

    def rest_triggers(self, tables: list[str]) -> None:
        for table in tables:
            for (name,) in self.execute(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", table
            ):
                self.execute(f"DROP TRIGGER {name}")

    def prepare(self, tables: list[str]) -> None:
        names = ", ".join(f"'{table}'" for table in tables)
        for name, definition in self.execute(
            f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name IN ({names})"
            " AND sql IS NOT NULL AND sql NOT LIKE 'CREATE UNIQUE%%'",
        ):
            self.execute(f'DROP INDEX "{name}"')
            self.restore.append(definition)

    def write(self, tables: dict[str, list], columns: dict[str, list[str]]) -> None:
        with self.connection.cursor() as cursor:
            for table, rows in tables.items():
                names = ", ".join(f'"{name}"' for name in columns[table])
                marks = ", ".join(["%s"] * len(columns[table]))
                cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)

    def finish(self, change: int) -> None:
        ChangeCounter.objects.update_or_create(pk=1, defaults={"value": change})
        for statement in reversed(self.restore):
            self.execute(statement)
        for (name,) in self.execute("SELECT name FROM sqlite_master WHERE name = 'actors_actor_fts'"):
            self.execute(f"INSERT INTO {name} ({name}) VALUES ('rebuild')")

    def settle(self, tables: list[str]) -> None:
        self.execute("ANALYZE")
        self.execute("PRAGMA wal_checkpoint(TRUNCATE)")
