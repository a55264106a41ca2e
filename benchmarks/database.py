"""The benchmark's own database: found or started, checked, brought to the real geography and filled."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
#: files of the benchmarks: the SQLite database, static files, secret key
DIRECTORY = ROOT / "var" / "benchmarks"
#: what an operator sets on a machine of this size (docs/performance.md)
POSTGRES_SETTINGS = {
    "shared_buffers": "1GB",
    "effective_cache_size": "4GB",
    "random_page_cost": "1.1",
    "work_mem": "32MB",
}
NO_LIMIT = str(10**9)  # requests
_LOCAL = {"", "localhost", "127.0.0.1", "::1"}
_PORTS = {"postgres": 5432}


class Refused(Exception):
    """This database may not be filled with synthetic actors; the message says why."""


def portal_url() -> str:
    """The database that the portal itself would use here (as ``observatory.settings`` reads it)."""
    directory = Path(os.environ.get("OBSERVATORY_VAR", ROOT / "var"))
    return os.environ.get("DATABASE_URL") or f"sqlite:///{directory / 'observatory.sqlite3'}"


def same(one: str, other: str) -> bool:
    """Whether two addresses name one database, however they are written."""
    return _identity(one) == _identity(other)


def _identity(url: str) -> tuple:
    parts = urlsplit(url)
    scheme = {"postgresql": "postgres", "psql": "postgres", "pgsql": "postgres"}.get(parts.scheme, parts.scheme)
    if scheme == "sqlite":
        return scheme, str(Path(unquote(url.split("://", 1)[1]).removeprefix("/")).resolve())
    host = "localhost" if (parts.hostname or "") in _LOCAL else parts.hostname
    return scheme, host, parts.port or _PORTS.get(scheme), unquote(parts.path.lstrip("/"))


@contextmanager
def chosen(url: str | None) -> Iterator[str]:
    """The database asked for; without one, a private PostgreSQL for the time of the run, or a SQLite file."""
    if url:
        if same(url, portal_url()):
            raise Refused("This is the portal's own database: the benchmarks fill theirs with synthetic actors.")
        yield url
        return
    from tests import postgres

    if postgres.binaries() is None:
        DIRECTORY.mkdir(parents=True, exist_ok=True)
        yield f"sqlite:///{DIRECTORY / 'benchmarks.sqlite3'}"
        return
    postgres.SETTINGS.update(POSTGRES_SETTINGS)
    with postgres.cluster() as private:
        yield private


def connect(url: str) -> None:
    """Set Django up on the database, with the settings of a release and files of its own."""
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    os.environ |= {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "observatory.settings",
        "OBSERVATORY_VAR": str(DIRECTORY),
        "DEBUG": "0",
        "LOG_LEVEL": "WARNING",
        # One address asks everything: its requests are counted as anybody's, and never too many.
        "API_PER_MINUTE": NO_LIMIT,
        "API_PER_DAY": NO_LIMIT,
    }
    import django

    django.setup()


def prepare(count: int, say=lambda text: sys.stderr.write(f"{text}\n")) -> None:
    """Migrate, load the reference data once, and bring the synthetic actors to ``count``."""
    from django.core.management import call_command

    from observatory.records.progress import bars

    from . import fill

    refuse_foreign()
    call_command("migrate", verbosity=0)
    fill.mark(fill.present())
    say("Reference data…")
    call_command("load_reference", verbosity=0)
    if fill.present() != count:
        with bars() as progress:
            fill.fill(count, progress("Synthetic actors", count))


def refuse_foreign() -> None:
    """Refuse a database that holds the tables of the portal and was not made by the benchmarks."""
    from django.db import connection

    from . import fill

    tables = connection.introspection.table_names()
    if not tables:
        return
    with connection.cursor() as cursor:
        if "records_referenceload" in tables:
            cursor.execute("SELECT COUNT(*) FROM records_referenceload WHERE name = %s", [fill.MARK])
            if cursor.fetchone()[0]:
                return
    raise Refused("This database holds tables that the benchmarks did not make: give them an empty one.")
