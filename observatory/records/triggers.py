"""The change number, drawn inside the database by every write path (ORM, bulk, COPY, SQL).

Each insert or real update of a tracked row, or of a row that is part of it, draws the next number and notes the moment
(``updated_at``); a deletion, or a record that leaves the published ones, leaves a tombstone with its own number, and one
that comes back loses it. A statement that changes nothing draws nothing, so an idempotent load stays invisible.

PostgreSQL transactions commit out of order: the one that drew 7 may commit after the one that drew 9, and a
partner who has read up to 9 would never see 7. So the first change of a transaction takes a shared advisory
lock whose key is the last number drawn before it, which ``changes.safe_number`` reads: nobody waits for
anybody, and nothing above the lowest open floor is handed out. SQLite has one writer at a time and needs no
floor.
"""

from django.apps import apps
from django.db import connections, transaction

#: first key of the advisory locks that mark the floors of open transactions
LOCK_SPACE = 20140731

_POSTGRESQL_COMMON = f"""
CREATE SEQUENCE IF NOT EXISTS records_change_seq;

CREATE OR REPLACE FUNCTION records_floor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF COALESCE(current_setting('observatory.floor', true), '') = '' THEN
    PERFORM pg_advisory_xact_lock_shared(
      {LOCK_SPACE}, (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM records_change_seq)::int);
    PERFORM set_config('observatory.floor', '1', true);
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION records_stamp() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.change := nextval('records_change_seq');
  NEW.updated_at := clock_timestamp();
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION records_bury() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO records_tombstone (kind, public_id, change, reason, survivor, removed_at)
  VALUES (TG_ARGV[0], OLD.public_id, nextval('records_change_seq'), 'deleted', '', now())
  ON CONFLICT (kind, public_id) DO UPDATE SET change = EXCLUDED.change, removed_at = EXCLUDED.removed_at;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION records_hide() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state = 'published' THEN
    DELETE FROM records_tombstone WHERE kind = TG_ARGV[0] AND public_id = NEW.public_id;
  ELSIF OLD.state = 'published' THEN
    INSERT INTO records_tombstone (kind, public_id, change, reason, survivor, removed_at)
    VALUES (TG_ARGV[0], NEW.public_id, nextval('records_change_seq'), NEW.state, '', now())
    ON CONFLICT (kind, public_id) DO UPDATE
      SET change = EXCLUDED.change, reason = EXCLUDED.reason, removed_at = EXCLUDED.removed_at;
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION records_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM records_tombstone WHERE kind = TG_ARGV[0]) THEN
    EXECUTE format('DELETE FROM records_tombstone WHERE kind = $1 AND public_id IN (SELECT public_id FROM fresh WHERE %s)',
      TG_ARGV[1]) USING TG_ARGV[0];
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION records_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    EXECUTE format('UPDATE %I SET change = 0 WHERE id IN (%s)', TG_ARGV[0], TG_ARGV[1]);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    EXECUTE format('UPDATE %I SET change = 0 WHERE id IN (%s)', TG_ARGV[0], TG_ARGV[2]);
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION records_said() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kind int := (SELECT id FROM django_content_type WHERE app_label = TG_ARGV[1] AND model = TG_ARGV[2]);
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.content_type_id = kind THEN
    EXECUTE format('UPDATE %I SET change = 0 WHERE id = $1', TG_ARGV[0]) USING OLD.object_id;
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.content_type_id = kind THEN
    EXECUTE format('UPDATE %I SET change = 0 WHERE id = $1', TG_ARGV[0]) USING NEW.object_id;
  END IF;
  RETURN NULL;
END $$;
"""

_POSTGRESQL_TABLE = """
CREATE OR REPLACE TRIGGER {table}_floor BEFORE INSERT OR UPDATE OR DELETE ON {table}
  FOR EACH STATEMENT EXECUTE FUNCTION records_floor();
CREATE OR REPLACE TRIGGER {table}_stamp_insert BEFORE INSERT ON {table}
  FOR EACH ROW EXECUTE FUNCTION records_stamp();
CREATE OR REPLACE TRIGGER {table}_stamp_update BEFORE UPDATE ON {table}
  FOR EACH ROW WHEN ({differs}) EXECUTE FUNCTION records_stamp();
CREATE OR REPLACE TRIGGER {table}_bury AFTER DELETE ON {table}
  FOR EACH ROW EXECUTE FUNCTION records_bury('{kind}');
CREATE OR REPLACE TRIGGER {table}_back AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION records_back('{kind}', $${public}$$);
"""

_POSTGRESQL_STATE = """
CREATE OR REPLACE TRIGGER {table}_hide AFTER UPDATE OF state ON {table}
  FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION records_hide('{kind}');
"""

# Once a statement: a list of 200,000 lines brings as many links. The first line removes what former versions installed.
_POSTGRESQL_PART = """
DROP TRIGGER IF EXISTS {part}_touch_{table} ON {part};
CREATE OR REPLACE TRIGGER {part}_touch_insert_{table} AFTER INSERT ON {part} REFERENCING NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION records_touch('{table}', '{former}', '{fresh}');
CREATE OR REPLACE TRIGGER {part}_touch_update_{table} AFTER UPDATE ON {part}
  REFERENCING OLD TABLE AS former NEW TABLE AS fresh
  FOR EACH STATEMENT EXECUTE FUNCTION records_touch('{table}', '{left}', '{come}');
CREATE OR REPLACE TRIGGER {part}_touch_delete_{table} AFTER DELETE ON {part} REFERENCING OLD TABLE AS former
  FOR EACH STATEMENT EXECUTE FUNCTION records_touch('{table}', '{former}', '{fresh}');
"""

_POSTGRESQL_SAID = """
CREATE OR REPLACE TRIGGER records_citation_said_{table} AFTER INSERT OR UPDATE OR DELETE ON records_citation
  FOR EACH ROW EXECUTE FUNCTION records_said('{table}', '{app}', '{model}');
"""

#: the rows of a table with states that everybody may read
_PUBLIC = "state = 'published'"

_SQLITE_NEXT = """
  INSERT INTO records_changecounter (id, value) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET value = value + 1;
"""
_SQLITE_STAMP = (
    _SQLITE_NEXT + "  UPDATE {table} SET change = (SELECT value FROM records_changecounter WHERE id = 1),"
    " updated_at = strftime('%Y-%m-%d %H:%M:%f', 'now') WHERE id = NEW.id;"
)
_SQLITE_TABLE = {
    "{table}_stamp_insert": "AFTER INSERT ON {table} BEGIN" + _SQLITE_STAMP + " END",
    # The inner update does not fire the trigger again: SQLite's recursive_triggers is off.
    "{table}_stamp_update": "AFTER UPDATE ON {table} WHEN {differs} BEGIN" + _SQLITE_STAMP + " END",
    "{table}_bury": (
        "AFTER DELETE ON {table} BEGIN"
        + _SQLITE_NEXT
        + """  INSERT INTO records_tombstone (kind, public_id, change, reason, survivor, removed_at)
  VALUES ('{kind}', OLD.public_id, (SELECT value FROM records_changecounter WHERE id = 1), 'deleted', '',
          strftime('%Y-%m-%d %H:%M:%f', 'now'))
  ON CONFLICT (kind, public_id) DO UPDATE SET change = excluded.change, removed_at = excluded.removed_at; END"""
    ),
    "{table}_back": (
        "AFTER INSERT ON {table} WHEN {new_public} BEGIN"
        " DELETE FROM records_tombstone WHERE kind = '{kind}' AND public_id = NEW.public_id; END"
    ),
}
_SQLITE_STATE = {
    "{table}_hide": (
        "AFTER UPDATE OF state ON {table} WHEN OLD.state = 'published' AND NEW.state <> 'published' BEGIN"
        + _SQLITE_NEXT
        + """  INSERT INTO records_tombstone (kind, public_id, change, reason, survivor, removed_at)
  VALUES ('{kind}', NEW.public_id, (SELECT value FROM records_changecounter WHERE id = 1), NEW.state, '',
          strftime('%Y-%m-%d %H:%M:%f', 'now'))
  ON CONFLICT (kind, public_id) DO UPDATE
    SET change = excluded.change, reason = excluded.reason, removed_at = excluded.removed_at; END"""
    ),
    "{table}_show": (
        "AFTER UPDATE OF state ON {table} WHEN OLD.state <> 'published' AND NEW.state = 'published' BEGIN"
        " DELETE FROM records_tombstone WHERE kind = '{kind}' AND public_id = NEW.public_id; END"
    ),
}
_SQLITE_PART = {
    "{part}_touch_insert_{table}": "AFTER INSERT ON {part} BEGIN UPDATE {table} SET change = 0 WHERE id IN ({new}); END",
    "{part}_touch_update_{table}": "AFTER UPDATE ON {part} WHEN {part_differs} BEGIN "
    "UPDATE {table} SET change = 0 WHERE id IN ({old}) OR id IN ({new}); END",
    "{part}_touch_delete_{table}": "AFTER DELETE ON {part} BEGIN UPDATE {table} SET change = 0 WHERE id IN ({old}); END",
}
_SQLITE_KIND = "(SELECT id FROM django_content_type WHERE app_label = '{app}' AND model = '{model}')"
_SQLITE_SAID = {
    "records_citation_said_insert_{table}": "AFTER INSERT ON records_citation BEGIN UPDATE {table} SET change = 0 "
    f"WHERE id = NEW.object_id AND NEW.content_type_id = {_SQLITE_KIND}; END",
    "records_citation_said_update_{table}": "AFTER UPDATE ON records_citation BEGIN UPDATE {table} SET change = 0 "
    f"WHERE (id = OLD.object_id AND OLD.content_type_id = {_SQLITE_KIND}) "
    f"OR (id = NEW.object_id AND NEW.content_type_id = {_SQLITE_KIND}); END",
    "records_citation_said_delete_{table}": "AFTER DELETE ON records_citation BEGIN UPDATE {table} SET change = 0 "
    f"WHERE id = OLD.object_id AND OLD.content_type_id = {_SQLITE_KIND}; END",
}

#: rows of apps above whose change is a change of a record below: model → (table, column, SQL of the owners)
_parts: dict[type, set[tuple[str, str, str]]] = {}


def register_part(model, table: str, column: str, owners: str = "{keys}") -> None:
    """Say that the rows of ``table`` whose ``column`` names a record of ``model`` are part of that record.

    Where the column names something in between, ``owners`` is the SQL that leads from its ``{keys}`` to the records.
    """
    _parts.setdefault(model, set()).add((table, column, owners))


def parts(model, tables: set[str]) -> list[tuple[str, str, str]]:
    """(table, column, SQL of the owners) of the rows that are part of records of ``model``."""
    own = [(table, column, "{keys}") for table, column in model.change_parts]
    return [part for part in (*own, *sorted(_parts.get(model, ()))) if part[0] in tables]


def _has_citations(model) -> bool:
    """Whether what documents say of its records, as ``Citation``, is part of them."""
    return any(field.name == "citations" for field in model._meta.private_fields)


def tracked_models():
    """The models that draw change numbers: every concrete ``Published``."""
    from .models import Published

    return [model for model in apps.get_models() if issubclass(model, Published)]


def lift(using="default", plan=(), **kwargs):
    """Drop SQLite's triggers before migrations that have something to do; ``install`` puts them back.

    SQLite refuses to rename a table that a trigger of another one names, and renames each table that it rebuilds.
    """
    connection = connections[using]
    if connection.vendor != "sqlite" or not plan:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"')


def install(using="default", **kwargs):
    """(Re)create the triggers of every tracked table that exists; called after each ``migrate``."""
    from . import references

    connection = connections[using]
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if "records_tombstone" not in tables:
            return
        with transaction.atomic(using=using):
            if connection.vendor == "postgresql":
                cursor.execute(_POSTGRESQL_COMMON)
            for model in tracked_models():
                if model._meta.db_table in tables:
                    _install_table(cursor, connection.vendor, model, tables)
            found = {model: parts(model, tables) for model in tracked_models() if model._meta.db_table in tables}
            references.install(cursor, connection.vendor, tables, found)


def _keys(column: str, owners: str) -> dict[str, str]:
    """The SQL of the records touched: of the rows of a statement (PostgreSQL), of one row (SQLite)."""
    # An update that changes nothing touches nobody: ``left`` and ``come`` are the rows that differ, before and after.
    differing = {
        "left": "SELECT * FROM former EXCEPT SELECT * FROM fresh",
        "come": "SELECT * FROM fresh EXCEPT SELECT * FROM former",
    }
    rows = {table: f"SELECT {column} FROM {table}" for table in ("former", "fresh")}
    rows |= {name: f"SELECT {column} FROM ({found}) AS differing" for name, found in differing.items()}
    row = {"old": f"OLD.{column}", "new": f"NEW.{column}"}
    return {name: owners.format(keys=keys) for name, keys in (rows | row).items()}


def _sqlite_differs(cursor, table: str) -> str:
    cursor.execute(f"SELECT name FROM pragma_table_info('{table}')")
    return " OR ".join(f'OLD."{name}" IS NOT NEW."{name}"' for (name,) in cursor.fetchall())


def _install_table(cursor, vendor, model, tables):
    table = model._meta.db_table
    has_state = any(field.name == "state" for field in model._meta.concrete_fields)
    touching = [(part, _keys(column, owners)) for part, column, owners in parts(model, tables)]
    cited = _has_citations(model) and {"records_citation", "django_content_type"} <= tables
    named = {"app": model._meta.app_label, "model": model._meta.model_name}
    if vendor == "postgresql":
        cursor.execute(
            _POSTGRESQL_TABLE.format(
                table=table,
                kind=model.change_kind,
                differs="OLD.* IS DISTINCT FROM NEW.*",
                public=_PUBLIC if has_state else "true",
            )
        )
        if has_state:
            cursor.execute(_POSTGRESQL_STATE.format(table=table, kind=model.change_kind))
        for part, keys in touching:
            cursor.execute(_POSTGRESQL_PART.format(part=part, table=table, **keys))
        if cited:
            cursor.execute(_POSTGRESQL_SAID.format(table=table, **named))
        return
    differs, public = _sqlite_differs(cursor, table), f"NEW.{_PUBLIC}" if has_state else "1"
    for templates, names in [
        (_SQLITE_TABLE, [{}]),
        (_SQLITE_STATE, [{}] if has_state else []),
        (
            _SQLITE_PART,
            [{"part": part, "part_differs": _sqlite_differs(cursor, part), **keys} for part, keys in touching],
        ),
        (_SQLITE_SAID, [named] if cited else []),
    ]:
        for values in names:
            values = {"table": table, "kind": model.change_kind, "differs": differs, "new_public": public, **values}
            for name, body in templates.items():
                name = name.format(**values)
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                cursor.execute(f"CREATE TRIGGER {name} {body.format(**values)}")
