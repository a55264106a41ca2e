"""What must be true before the portal serves, done only when it is not true yet.

What was done is noted in ``prepared.json`` in the variable folder: a later start compares a few hundred file
dates instead of running migrations and collecting static files again.
"""

import hashlib
import ipaddress
import json
from collections.abc import Iterable
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from observatory.accounts.models import User

NOTES = "prepared.json"
# Parts of the API documentation's package that no page uses, and that would take long to compress.
UNUSED_STATIC_FILES = ["redoc", "swagger-ui-es-bundle*"]


class Notes:
    """What was prepared: for the static files, and for each database that this folder has served."""

    def __init__(self):
        self.path = Path(settings.VAR_DIR) / NOTES
        try:
            self.values = json.loads(self.path.read_text())
        except (OSError, ValueError):
            self.values = {}

    @property
    def database(self) -> dict:
        return self.values.setdefault(_database_key(), {})

    def forget_database(self):
        self.values[_database_key()] = {}

    def save(self):
        """Replace the file in one step, so that a killed start leaves the former notes."""
        draft = self.path.with_suffix(".new")
        draft.write_text(json.dumps(self.values, indent=1))
        draft.replace(self.path)


def _database_key() -> str:
    """A name for the database in the notes, without its password."""
    parts = [str(connection.settings_dict.get(part, "")) for part in ("ENGINE", "HOST", "PORT", "NAME")]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def code_fingerprint() -> str:
    """Changes when the portal's code may have: triggers and indexes follow it without a migration."""
    folders = sorted(Path(config.path) for config in apps.get_app_configs() if _is_own(Path(config.path)))
    return _fingerprint(path for folder in folders for path in sorted(folder.rglob("*.py")))


def _is_own(folder: Path) -> bool:
    return folder.is_relative_to(settings.BASE_DIR) and ".venv" not in folder.parts


def static_fingerprint() -> str:
    """Changes when a static file of the portal or of a package changes, comes or goes."""
    files = [Path(storage.path(name)) for finder in get_finders() for name, storage in finder.list(UNUSED_STATIC_FILES)]
    return _fingerprint(sorted(files))


def static_files_are_current(notes: Notes, fingerprint: str) -> bool:
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    return notes.values.get("static") == fingerprint and manifest.exists()


def _fingerprint(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        status = path.stat()
        digest.update(f"{path} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def pending_migrations() -> tuple[int, bool]:
    """How many migrations the database awaits, and whether it has none yet."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return len(plan), not executor.loader.applied_migrations


def is_loopback(host: str) -> bool:
    """Whether a server on this address can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def wants_demonstration(notes: Notes, host: str) -> bool:
    """Once per database, on loopback, never in production nor in a database that already has accounts."""
    return (
        is_loopback(host)
        and not settings.PRODUCTION
        and not notes.database.get("demonstration")
        and not User.objects.exists()
    )


def lacks_demonstration_rights() -> bool:
    """Whether a demonstration account of an earlier version has no right, for want of a record to speak for."""
    return User.objects.filter(is_demonstration=True, grants=None).exists()


def holds_demonstration() -> bool:
    return User.objects.filter(is_demonstration=True).exists()
