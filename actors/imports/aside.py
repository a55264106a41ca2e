"""The progress of a work whose transaction is open, on SQLite: a small file beside the database.

SQLite has one writer, so nobody else can write a row meanwhile; it also means one machine, hence one folder for the worker
and the web server.
"""

import json
from datetime import datetime
from pathlib import Path

from django.conf import settings


def note(load_id: int, *, beat_at: datetime, **values) -> None:
    """Merge with what was noted before; replaced in one step, so that a reader never sees half a file."""
    path = _path(load_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps((read(load_id) or {}) | values | {"beat_at": beat_at.isoformat()}, default=str))
    draft.replace(path)


def read(load_id: int) -> dict | None:
    """``label``, ``done``, ``total``, ``beat_at``; None when nothing was noted."""
    try:
        values = json.loads(_path(load_id).read_text())
        return values | {"beat_at": datetime.fromisoformat(values["beat_at"])}
    except (OSError, ValueError, KeyError):
        return None


def forget(load_id: int) -> None:
    _path(load_id).unlink(missing_ok=True)


def _path(load_id: int) -> Path:
    return Path(settings.VAR_DIR) / "private" / "progress" / f"{int(load_id)}.json"
