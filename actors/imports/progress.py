"""Signs of life of a work, seen by others while its own transaction is still open."""

import time

from django.db import connection
from django.utils import timezone

from . import aside
from .models import Progress

#: seconds between two signs
PACE = 0.5


class Beat:
    """Says how far the work is; inside a transaction it speaks through a connection of its own or, on SQLite, a file."""

    def __init__(self, load_id: int):
        self.load_id, self._other, self._last = load_id, None, 0.0

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self._other is not None:
            self._other.close()
        aside.forget(self.load_id)

    def start(self, label: str, total: int) -> None:
        self._write(label=label, done=0, total=total)

    def __call__(self, done: int) -> None:
        if time.monotonic() - self._last >= PACE:
            self._write(done=done)

    def _write(self, **values) -> None:
        self._last = time.monotonic()
        values["beat_at"] = timezone.now()
        if not connection.in_atomic_block:
            Progress.objects.filter(load_id=self.load_id).update(**values)
        elif connection.vendor == "postgresql":
            if self._other is None:
                self._other = connection.copy()
            names = ", ".join(f"{name} = %s" for name in values)
            with self._other.cursor() as cursor:
                cursor.execute(
                    f"UPDATE {Progress._meta.db_table} SET {names} WHERE load_id = %s", [*values.values(), self.load_id]
                )
        else:
            aside.note(self.load_id, **values)
