"""A worker killed while it prepares a batch: real processes, a data base that they share, PostgreSQL alone."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta

import pytest
from django.conf import settings as installed
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from observatory.pdf.batches.enums import State
from observatory.pdf.batches.models import Batch, folder

from .factories import ActorFactory
from .test_pdf_batches import ask, fetched

#: SQLite's data base of the tests lies in the memory of one process
__test__ = connection.vendor == "postgresql"

_WORKER = """
import time, django, multiprocessing
if __name__ == "__main__":
    django.setup()
    from observatory.pdf.batches import archive
    def slowly(*args):
        print(*[child.pid for child in multiprocessing.active_children()], flush=True)
        time.sleep(60)
    archive.member_name = slowly
    from django.core.management import call_command
    call_command("worker", "--once")
"""


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_leaves_no_half_file(client, settings, tmp_path):
    settings.VAR_DIR, settings.PDF_PROCESSES = tmp_path, 0
    ActorFactory.create_batch(6)
    batch = ask(client)
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "observatory.settings"}
    environment |= {"OBSERVATORY_VAR": str(tmp_path), "PDF_PROCESSES": "2"}
    worker = subprocess.Popen(
        [sys.executable, "-c", _WORKER], cwd=installed.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        children = [int(pid) for pid in worker.stdout.readline().split()]
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        worker.stdout.close()
    assert len(children) >= 2 and all(ends(pid) for pid in children)
    assert not list(folder().glob("*.zip"))
    batch.refresh_from_db()
    assert batch.state == State.RUNNING and "<progress" in client.get(batch.get_absolute_url()).text
    Batch.objects.update(beat_at=timezone.now() - timedelta(minutes=2))
    assert "interrompue" in client.get(batch.get_absolute_url()).text
    DBTaskResult.objects.filter(status="READY").delete()
    call_command("chores", "--all", verbosity=0)
    call_command("worker", "--once")
    batch.refresh_from_db()
    assert (batch.state, batch.attempts, batch.failures) == (State.DONE, 2, [])
    file = fetched(client, batch)
    assert file.testzip() is None and len(file.namelist()) == 7
    assert [path.name for path in folder().iterdir()] == [batch.path.name]


def ends(pid: int) -> bool:
    """Whether a process is gone within ten seconds."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False
