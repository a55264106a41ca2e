"""What a record shows of another one belongs to it: a network that changes its name changes its members.

A record names others (their name, code, key, state), and the API gives these names with it. When one of them changes, the
records that show it draw a number too, so that a copy kept by numbers ends identical. What a record names through its own
columns and through its parts is found from the models; what lies further away is registered.
"""

from collections import defaultdict
from hashlib import sha256

from django.apps import apps

from .models import Citation, Provenance

#: the columns by which a record is named elsewhere
NAMES = ("public_id", "code", "key", "name", "title", "year", "state")
#: (model of what is shown, watched columns) → {(table of the record that shows it, SQL of its keys; NEW.id: the shown one)}
_registered: dict[tuple[type, tuple[str, ...]], set[tuple[str, str]]] = defaultdict(set)

_POSTGRESQL = """
CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {exists} THEN
    {updates}
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER {name} AFTER UPDATE OF {columns} ON {table}
  FOR EACH ROW WHEN ({differs}) EXECUTE FUNCTION {name}();
"""
_SQLITE = "CREATE TRIGGER {name} AFTER UPDATE OF {columns} ON {table} WHEN {differs} BEGIN {updates} END"


def register(model: type, shown: type, keys: str, columns: tuple[str, ...] = ()) -> None:
    """Say that records of ``model`` show ``columns`` (its names unless told otherwise) of a row of ``shown``.

    ``keys`` is the SQL that gives their keys, from ``NEW.id``.
    """
    _registered[shown, columns].add((model._meta.db_table, keys))


def install(cursor, vendor: str, tables: set[str], parts: dict[type, list[tuple[str, str, str]]]) -> None:
    """(Re)create the triggers; ``parts`` are (table, column, SQL of the owners) by model."""
    wanted = defaultdict(set, {key: set(found) for key, found in _registered.items()})
    for model, own in parts.items():
        _find(model, own, wanted)
    for (shown, columns), found in wanted.items():
        held = [field.column for field in shown._meta.concrete_fields]
        columns = [column for column in columns or NAMES if column in held]
        found = {(table, keys) for table, keys in found if table in tables}
        if columns and found and shown._meta.db_table in tables:
            _install(cursor, vendor, shown._meta.db_table, columns, sorted(found))


def _find(model: type, parts: list[tuple[str, str, str]], wanted: dict) -> None:
    """Every foreign key of the model's table and of its parts."""
    by_table = {one._meta.db_table: one for one in apps.get_models(include_auto_created=True)}
    table = model._meta.db_table
    for part, owner, owners in [(table, "id", "{keys}"), *parts]:
        if part not in by_table:
            continue
        for field in by_table[part]._meta.concrete_fields:
            if field.is_relation and field.column != owner:
                keys = owners.format(keys=f"SELECT {owner} FROM {part} WHERE {field.column} = NEW.id")
                wanted[field.related_model, ()].add((table, keys))
    kind = f"(SELECT id FROM django_content_type WHERE app_label = '{model._meta.app_label}'" + (
        f" AND model = '{model._meta.model_name}')"
    )
    for said in (Citation, Provenance):
        keys = f"SELECT object_id FROM {said._meta.db_table} WHERE source_id = NEW.id AND content_type_id = {kind}"
        wanted[said._meta.get_field("source").related_model, ()].add((table, keys))


def _install(cursor, vendor: str, table: str, columns: list[str], found: list[tuple[str, str]]) -> None:
    name = f"{table[:40]}_shown_{sha256(','.join(columns).encode()).hexdigest()[:8]}"
    differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
    values = {
        "name": name,
        "table": table,
        "columns": ", ".join(f'"{column}"' for column in columns),
        "differs": " OR ".join(f'OLD."{column}" {differs} NEW."{column}"' for column in columns),
        "updates": " ".join(f"UPDATE {shows} SET change = 0 WHERE id IN ({keys});" for shows, keys in found),
        # One statement for all: most rows are shown by nothing, and a list of 200,000 of them may leave at once.
        "exists": " OR ".join(f"EXISTS ({keys})" for _, keys in found),
    }
    if vendor == "postgresql":
        cursor.execute(_POSTGRESQL.format(**values))
        return
    cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
    cursor.execute(_SQLITE.format(**values))
