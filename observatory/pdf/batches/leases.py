"""Batches whose worker died: closed in the queue, then asked of the queue again, a few times.

The queue (django-tasks-db) marks a task as running and never takes it up again when its worker is killed.
"""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from .enums import OPEN, State
from .models import LEASE, Batch

#: how often a batch is taken up by itself
ATTEMPTS = 3
_DIED = "L’exécuteur de tâches s’est arrêté pendant ce travail."
GIVEN_UP = "La préparation s’est arrêtée plusieurs fois avant la fin."


def sweep() -> list[Batch]:
    """Ask again for the batches that gave no sign of life, or say that they failed; gives them."""
    from . import tasks

    limit = timezone.now() - timedelta(seconds=LEASE)
    found = list(Batch.objects.filter(Q(beat_at__lt=limit) | Q(beat_at=None), state=State.RUNNING))
    # A worker may die between the queue and the batch: then the batch waits for a task that is no longer to come.
    taken = DBTaskResult.objects.exclude(status="READY").filter(started_at__lt=limit)
    found += [batch for batch in Batch.objects.filter(state=State.WAITING) if taken.filter(pk=batch.task_id).exists()]
    for batch in found:
        close(batch)
        if batch.attempts < ATTEMPTS:
            tasks.enqueue(batch)
        else:
            Batch.objects.filter(pk=batch.pk, state__in=OPEN).update(
                state=State.FAILED, error=GIVEN_UP, finished_at=timezone.now()
            )
            batch.part.unlink(missing_ok=True)
    return found


def close(batch: Batch) -> None:
    """Say in the queue that the task of a dead worker failed."""
    DBTaskResult.objects.filter(pk=batch.task_id, status="RUNNING").update(
        status="FAILED", finished_at=timezone.now(), exception_class_path="builtins.SystemExit", traceback=_DIED
    )
