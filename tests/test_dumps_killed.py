"""A dump while others write, and one whose worker is killed: real processes and connections, PostgreSQL alone."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as installed
from django.db import connection, connections

from actors.models import Actor
from observatory.api import dumps
from observatory.records.snapshots import snapshot

from .factories import ActorFactory

#: SQLite's data base of the tests lies in the memory of one process
__test__ = connection.vendor == "postgresql"

_WORKER = """
import sys, time
from pathlib import Path
import django
django.setup()
from django.conf import settings
settings.DUMPS_DIR = Path(sys.argv[1])
from observatory.api import dumps
def slowly(path):
    print("writing", flush=True)
    time.sleep(60)
dumps._digest = slowly
dumps.make()
"""


@pytest.mark.django_db(transaction=True)
def test_a_snapshot_does_not_see_what_others_write_meanwhile():
    ActorFactory(name="Avant")
    with snapshot():
        assert Actor.objects.count() == 1
        other = connections.create_connection("default")
        with other.cursor() as cursor:
            cursor.execute("UPDATE actors_actor SET name = 'Après'")
        other.close()
        assert Actor.objects.get().name == "Avant"
    assert Actor.objects.get().name == "Après"
    Actor.objects.update(name="Ensuite")
    assert Actor.objects.get().name == "Ensuite"


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_leaves_no_half_dump(settings, tmp_path: Path):
    settings.DUMPS_DIR = tmp_path / "dumps"
    ActorFactory.create_batch(3)
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "observatory.settings"}
    worker = subprocess.Popen(
        [sys.executable, "-c", _WORKER, str(settings.DUMPS_DIR)],
        cwd=installed.BASE_DIR,
        env=environment | {"OBSERVATORY_VAR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert worker.stdout.readline() == "writing\n"
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        worker.stdout.close()
    assert dumps.dumps() == [] and len(list(settings.DUMPS_DIR.iterdir())) == 1
    dumps.make()
    (dump,) = dumps.dumps()
    assert [path.name for path in settings.DUMPS_DIR.iterdir()] == [dump.day.isoformat()]
    assert {file["count"] for file in dump.manifest["files"] if file["resource"] == "actors"} == {3}
