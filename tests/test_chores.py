"""What the installation does by itself: once when it is due, by one process, again when it failed."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from actors.imports import tasks
from observatory.accounts.models import Invitation
from observatory.records import chores
from observatory.records.models import ChoreRun

pytestmark = pytest.mark.django_db


@pytest.fixture
def chore(monkeypatch):
    done = []
    chore = chores.Chore("essai", "Un essai", lambda: done.append(1) or f"fait : {len(done)}")
    monkeypatch.setattr(chores, "_chores", {"essai": chore})
    chore.__dict__["done"] = done
    return chore


def test_a_chore_is_done_once_a_day(chore):
    call_command("chores", verbosity=0)
    call_command("chores", verbosity=0)
    assert len(chore.done) == 1 and ChoreRun.objects.get().report == "fait : 1"
    ChoreRun.objects.update(begun_at=timezone.now() - timedelta(hours=25))
    call_command("chores", verbosity=0)
    call_command("chores", "--all", verbosity=0)
    assert len(chore.done) == 3


def test_what_is_taken_by_another_process_is_left_to_it_and_taken_up_again_when_it_died(chore):
    ChoreRun.objects.create(key="essai", begun_at=timezone.now())
    assert chores.run_due() == []
    ChoreRun.objects.update(begun_at=timezone.now() - 2 * chores.RETRY)
    assert [run.report for run in chores.run_due()] == ["fait : 1"]


def test_a_failure_is_said_does_not_hold_up_the_others_and_is_tried_again(chore, caplog, capsys):
    def fail():
        raise ValueError("pas de chance")

    chores.register(chores.Chore("avant", "Avant", fail))
    with pytest.raises(CommandError):
        call_command("chores")
    assert "pas de chance" in capsys.readouterr().out and "Traceback" in caplog.text
    assert len(chore.done) == 1 and not chores.run_due()
    ChoreRun.objects.filter(key="avant").update(begun_at=timezone.now() - 2 * chores.RETRY)
    assert [run.key for run in chores.run_due()] == ["avant"]


@pytest.mark.django_db(transaction=True)
def test_the_worker_does_the_tasks_that_wait_and_the_chores_that_are_due(chore):
    result = tasks.work.enqueue(0)
    call_command("worker", "--once")
    assert DBTaskResult.objects.get(pk=result.id).status == "SUCCESSFUL" and len(chore.done) == 1


def test_every_chore_of_the_portal_runs():
    Invitation.objects.create(
        email="a@exemple.invalid", role="administrator", token="x", expires_at="2001-01-01T00:00Z"
    )
    call_command("chores", verbosity=0)
    runs = {run.key: run.report for run in ChoreRun.objects.filter(error="", done_at__isnull=False)}
    assert (
        set(runs) == {chore.key for chore in chores.chores()} > {"access-log", "imports-dead", "suggestions", "tasks"}
    )
    assert runs["invitations"] == "invitations effacées : 1"
