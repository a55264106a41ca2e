import logging
import time

from django.core.management.base import BaseCommand
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker

from observatory.records import chores

#: seconds between two looks at what is to be done: tasks, chores
TASKS, CHORES = 1, 60


class Command(BaseCommand):
    help = "Exécute les tâches de la file (chargements de listes…) et, entre deux, l’entretien dont le moment est venu."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="faire ce qui attend, puis s’arrêter")

    def handle(self, *, once, **options):
        # Each look at the queue would otherwise say that it begins and ends.
        logging.getLogger("django_tasks_db").setLevel(logging.WARNING)
        worker = Worker(
            queue_names=["*"],
            excluded_queue_names=[],
            interval=TASKS,
            batch=True,  # what waits, then back here
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
        )
        if not once:
            worker.configure_signals()
        last = None
        while worker.running:
            worker.run()
            if worker.running and (last is None or time.monotonic() - last >= CHORES):
                last = time.monotonic()
                chores.run_due()
            if once:
                return
            if worker.running:
                time.sleep(TASKS)
