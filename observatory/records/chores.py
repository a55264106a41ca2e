"""What an installation does by itself from time to time: forget what it may no longer keep, close what has died.

Each app registers its chores on start. ``manage.py worker`` does those that are due between two tasks; ``manage.py
chores`` does the same from cron where no worker runs. Two processes never do a chore at once; one that fails or is cut
short is done again after ``RETRY``.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F, Q
from django.utils import timezone

from .models import ChoreRun

logger = logging.getLogger(__name__)
RETRY = timedelta(hours=1)


@dataclass(frozen=True)
class Chore:
    """``do`` says in French what it did, nothing when there was nothing to do; doing it twice harms nobody."""

    key: str
    title: str
    do: Callable[[], str]
    every: timedelta = timedelta(days=1)


_chores: dict[str, Chore] = {}


def register(chore: Chore) -> None:
    _chores[chore.key] = chore


def chores() -> list[Chore]:
    return sorted(_chores.values(), key=lambda chore: chore.key)


def run_due() -> list[ChoreRun]:
    """Do what is due; a chore that fails does not hold up the others."""
    return [done for chore in chores() if (done := run(chore))]


def run(chore: Chore, *, anyway: bool = False) -> ChoreRun | None:
    """Do a chore, ``anyway`` or when it is due; None when it is not, or when another process has just taken it."""
    last, _ = ChoreRun.objects.get_or_create(key=chore.key)
    mine = ChoreRun.objects.filter(pk=last.pk)
    if not (mine if anyway else mine.filter(_is_due(chore))).update(begun_at=timezone.now()):
        return None
    try:
        report = chore.do()
    except Exception as error:
        logger.exception("Entretien « %s »", chore.key)
        mine.update(error=f"{type(error).__name__} : {error}"[:300])
    else:
        mine.update(done_at=timezone.now(), report=report[:300], error="")
    last.refresh_from_db()
    return last


def _is_due(chore: Chore) -> Q:
    now = timezone.now()
    unfinished = Q(done_at=None) | Q(done_at__lt=F("begun_at"))
    again = min(RETRY, chore.every)
    return Q(begun_at=None) | Q(begun_at__lte=now - chore.every) | (unfinished & Q(begun_at__lte=now - again))
