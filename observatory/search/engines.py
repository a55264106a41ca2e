"""The native full-text index of each engine behind one lookup: ``search_text__matches=Query``.

PostgreSQL: the column is a tsvector with a GIN index. SQLite: an FTS5 table over the same column, kept by
triggers. Both are installed after ``migrate`` (see ``records.apps`` for why) and both answer only *which* rows
match; the order is ours (``ranking``).
"""

from django.apps import apps
from django.db import connections, models, transaction

from .analysis import Query


class SearchTextField(models.TextField):
    """Index tokens separated by spaces; queried with the ``matches`` lookup alone."""

    def __init__(self, *args, **kwargs):
        kwargs.update(default="", blank=True, editable=False)
        super().__init__(*args, **kwargs)

    def db_type(self, connection):
        """A tsvector on PostgreSQL: it reads plain tokens as one, without the positions that nobody asks for."""
        return "tsvector" if connection.vendor == "postgresql" else super().db_type(connection)

    def get_db_prep_save(self, value, connection):
        if connection.vendor == "postgresql" and isinstance(value, str) and not value.startswith("'"):
            return " ".join(map(_lexeme, value.split()))
        return super().get_db_prep_save(value, connection)


@SearchTextField.register_lookup
class Matches(models.Lookup):
    """Rows whose tokens satisfy every term of a ``Query``."""

    lookup_name = "matches"

    def get_prep_lookup(self):
        if not isinstance(self.rhs, Query) or not self.rhs:
            raise ValueError("matches attend une Query non vide (observatory.search.analysis.parse).")
        return self.rhs

    def get_db_prep_lookup(self, value, connection):
        return "%s", [value]

    def as_postgresql(self, compiler, connection):
        alias = compiler.quote_name_unless_alias(self.lhs.alias)
        return f"{alias}.{self.lhs.target.column} @@ %s::tsquery", [_tsquery(self.rhs)]

    def as_sqlite(self, compiler, connection):
        alias = compiler.quote_name_unless_alias(self.lhs.alias)
        index = self.lhs.target.model._meta.db_table + "_fts"
        return f"{alias}.id IN (SELECT rowid FROM {index} WHERE {index} MATCH %s)", [_fts5(self.rhs)]


def _lexeme(token: str) -> str:
    """A token as PostgreSQL reads it in a tsvector or a tsquery, whatever it holds."""
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"


def _tsquery(query: Query) -> str:
    def term(t):
        return " | ".join([*map(_lexeme, t.alternatives), *([f"{_lexeme(t.prefix)}:*"] if t.prefix else [])])

    return " & ".join(f"({term(t)})" for t in query.terms)


def _fts5(query: Query) -> str:
    def term(t):
        return " OR ".join([*(f'"{a}"' for a in t.alternatives), *([f'"{t.prefix}"*'] if t.prefix else [])])

    return " AND ".join(f"({term(t)})" for t in query.terms)


_POSTGRESQL = """
CREATE INDEX IF NOT EXISTS {table}_search ON {table} USING gin (search_text) WITH (fastupdate = off);
"""

_SQLITE = [
    "CREATE VIRTUAL TABLE IF NOT EXISTS {table}_fts USING fts5("
    "search_text, content='{table}', content_rowid='id', tokenize='unicode61', prefix='3 4', detail=none)",
    "DROP TRIGGER IF EXISTS {table}_fts_insert",
    "CREATE TRIGGER {table}_fts_insert AFTER INSERT ON {table} BEGIN"
    " INSERT INTO {table}_fts (rowid, search_text) VALUES (NEW.id, NEW.search_text); END",
    "DROP TRIGGER IF EXISTS {table}_fts_delete",
    "CREATE TRIGGER {table}_fts_delete AFTER DELETE ON {table} BEGIN"
    " INSERT INTO {table}_fts ({table}_fts, rowid, search_text) VALUES ('delete', OLD.id, OLD.search_text); END",
    "DROP TRIGGER IF EXISTS {table}_fts_update",
    "CREATE TRIGGER {table}_fts_update AFTER UPDATE OF search_text ON {table}"
    " WHEN OLD.search_text IS NOT NEW.search_text BEGIN"
    " INSERT INTO {table}_fts ({table}_fts, rowid, search_text) VALUES ('delete', OLD.id, OLD.search_text);"
    " INSERT INTO {table}_fts (rowid, search_text) VALUES (NEW.id, NEW.search_text); END",
]


def searchable_models():
    from .models import Searchable

    return [model for model in apps.get_models() if issubclass(model, Searchable)]


def install(using="default", **kwargs):
    """Create the index of every searchable table that exists and lacks it; called after each ``migrate``."""
    connection = connections[using]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        with transaction.atomic(using=using):
            for model in searchable_models():
                table = model._meta.db_table
                if table not in tables:
                    continue
                if connection.vendor == "postgresql":
                    cursor.execute(_POSTGRESQL.format(table=table))
                    continue
                for statement in _SQLITE:
                    cursor.execute(statement.format(table=table))
                if f"{table}_fts" not in tables:
                    cursor.execute(f"INSERT INTO {table}_fts ({table}_fts) VALUES ('rebuild')")
