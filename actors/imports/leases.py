"""Works whose worker died: seen, closed in the queue, ready to be taken up again.

The queue (django-tasks-db) marks a task as running and never takes it up again when its worker is killed. Each work on an
import gives signs of life instead (``progress``); after ``LEASE`` seconds of silence it is held dead.
"""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from .enums import RUNNING
from .models import LEASE, Import, Progress

_DIED = "L’exécuteur de tâches s’est arrêté pendant ce travail."


def sweep() -> list[Import]:
    """Close in the queue the tasks of the works that gave no sign of life; gives their imports, which wait to be resumed."""
    limit = timezone.now() - timedelta(seconds=LEASE)
    silent = Q(beat_at__lt=limit) | Q(beat_at=None)  # the file beside the database may still speak
    dead = Progress.objects.filter(silent, load__stage__in=RUNNING).select_related("load__actor_list")
    dead = [progress for progress in dead if progress.is_stale]
    tasks = [progress.task_id for progress in dead if progress.task_id]
    running = DBTaskResult.objects.filter(pk__in=tasks, status="RUNNING")
    running.update(
        status="FAILED", finished_at=timezone.now(), exception_class_path="builtins.SystemExit", traceback=_DIED
    )
    return [progress.load for progress in dead]
