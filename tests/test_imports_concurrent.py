"""Imports beside other people and under a worker that is killed: real connections, real processes, PostgreSQL alone."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from actors.imports import applying, indexes, leases, services, tasks
from actors.imports.enums import Stage
from actors.imports.models import Import, ImportLine, ListMembership, Progress
from actors.models import Actor
from observatory.editing import services as editing
from observatory.editing.models import Revision

from .factories import ActorFactory
from .lists import as_csv, fates, line, private_folder, region, staged

__all__ = ["private_folder", "region"]

#: SQLite has one writer at a time: nothing to try there
__test__ = connection.vendor == "postgresql"
pytestmark = pytest.mark.django_db(transaction=True)


def in_thread(deed) -> threading.Thread:
    """Run on a connection of its own."""

    def run():
        try:
            deed()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_an_edit_during_the_application_waits_and_loses_nothing(region, monkeypatch):
    load = staged(region, as_csv([line("Un", 1), line("Deux", 2)]))
    services.start(load, Stage.APPLYING)
    tasks.run(load.pk)
    load = staged(region, as_csv([line("Un bis", 1), line("Deux bis", 2)]))
    one, two = Actor.objects.order_by("pk")
    editing.change(two, {"description": "Écrit avant."}, editing.Author())
    locked, edited = threading.Event(), threading.Event()
    history = applying.Application._history

    def slowly(application):
        locked.set()
        time.sleep(0.5)
        assert not edited.is_set()  # the row is held: whoever edits it waits
        history(application)

    monkeypatch.setattr(applying.Application, "_history", slowly)
    services.start(load, Stage.APPLYING)
    thread = in_thread(lambda: tasks.run(load.pk))
    assert locked.wait(10)
    assert Progress.objects.get(load=load).total == 2  # seen while the transaction is open
    editing.change(one, {"telephone": "01 00 00 00 00"}, editing.Author())
    edited.set()
    thread.join(20)
    one.refresh_from_db()
    two.refresh_from_db()
    load.refresh_from_db()
    assert (one.name, one.telephone) == ("Un bis", "01 00 00 00 00")
    assert (two.name, two.description) == ("Deux", "Écrit avant.")
    assert fates(load) == {"changed": 1, "stale": 1}
    assert [sorted(r.fields) for r in Revision.objects.of(one)[:2]] == [["telephone"], ["name"]]


def test_two_workers_apply_once(region):
    load = staged(region, as_csv([line(f"N{n}", n) for n in range(1, 40)]))
    services.start(load, Stage.APPLYING)
    threads = [in_thread(lambda: tasks.run(load.pk)) for _ in range(2)]
    for thread in threads:
        thread.join(20)
    assert Actor.objects.count() == Revision.objects.count() == 39


_WORKER = """
import time, django
django.setup()
from actors.imports import applying
join = applying.Application._memberships
def slowly(application):
    print("writing", flush=True)
    time.sleep(60)
applying.Application._memberships = slowly
from django.core.management import call_command
call_command("worker", "--once")
"""


def test_a_worker_killed_in_the_middle_leaves_nothing_half_written_and_the_work_is_resumed(region, tmp_path):
    load = staged(region, as_csv([line(f"N{n}", n) for n in range(1, 200)]))
    DBTaskResult.objects.all().delete()
    services.start(load, Stage.APPLYING)
    database = connection.settings_dict
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "observatory.settings"}
    environment["OBSERVATORY_VAR"] = str(tmp_path)
    worker = subprocess.Popen(
        [sys.executable, "-c", _WORKER], cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert worker.stdout.readline() == "writing\n"
        assert DBTaskResult.objects.get().status == "RUNNING"
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        worker.stdout.close()
    assert not Actor.objects.exists() and not Revision.objects.exists() and not ListMembership.objects.exists()
    assert Import.objects.get().stage == Stage.APPLYING and ImportLine.objects.count() == 199
    assert leases.sweep() == []  # it may only be slow
    Progress.objects.update(beat_at=timezone.now() - timedelta(minutes=2))
    assert Import.objects.get().is_interrupted
    call_command("chores", verbosity=0)
    assert DBTaskResult.objects.get().status == "FAILED"
    services.resume(Import.objects.get())
    call_command("worker", "--once")
    assert Import.objects.get().stage == Stage.APPLIED and Actor.objects.count() == 199


def test_a_first_list_leaves_every_index_as_it_was_whether_it_is_applied_or_fails(region, monkeypatch):
    def definitions():
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = %s ORDER BY 1", [Actor._meta.db_table])
            return cursor.fetchall()

    monkeypatch.setattr(indexes, "FEW", 1)
    before = definitions()
    load = staged(region, as_csv([line("Ressourcerie du canal", 1), line("Deux", 2)]))
    services.start(load, Stage.APPLYING)
    with monkeypatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(applying.Application, "_introduce", lambda application: 1 / 0)
        applying.apply(load.pk)
    assert definitions() == before and not Actor.objects.exists()
    built = []
    monkeypatch.setattr(indexes, "_build", lambda found, build=indexes._build: built.extend(found) or build(found))
    applying.apply(load.pk)
    assert len(built) > 10 and definitions() == before
    assert Actor.objects.search("ressourcerie").get().list_memberships.count() == 1


def test_an_editor_who_holds_a_row_does_not_stop_a_first_list(region, monkeypatch):
    monkeypatch.setattr(indexes, "FEW", 1)
    monkeypatch.setattr(indexes, "_PATIENCE", "200ms")
    held, done = threading.Event(), threading.Event()
    other = ActorFactory(name="Ailleurs")

    def hold():
        with transaction.atomic():
            Actor.objects.select_for_update().get(pk=other.pk)
            held.set()
            done.wait(10)

    load = staged(region, as_csv([line("Un", 1), line("Deux", 2)]))
    services.start(load, Stage.APPLYING)
    editor = in_thread(hold)
    held.wait(10)
    assert applying.apply(load.pk)
    done.set()
    editor.join()
    assert Actor.objects.count() == 3
