"""The chores of the queue of tasks."""

from django.core.management import call_command
from django_tasks_db.models import DBTaskResult

from observatory.records.chores import Chore, register


def _prune_tasks() -> str:
    before = DBTaskResult.objects.count()
    call_command("prune_db_task_results", queue_name="*", min_age_days=30, verbosity=0)
    gone = before - DBTaskResult.objects.count()
    return f"tâches achevées effacées : {gone}" if gone else ""


register(Chore("tasks", "File des tâches : oublier celles d’il y a plus de trente jours", _prune_tasks))
