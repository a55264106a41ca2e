"""The work on a batch, done by the task worker."""

import logging
import time
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing

from django.db import transaction
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from observatory.pdf import registry

from . import archive, leases, pool
from .enums import State
from .models import Batch

logger = logging.getLogger(__name__)
#: seconds between two signs of life
PACE = 1
_STOPPED = "Un des programmes qui dessinent les fiches s’est arrêté. Recommencez ; si cela se reproduit, signalez-le."
_BROKEN = "Une erreur du portail a arrêté la préparation. Elle est notée dans son journal."


class _Taken(Exception):
    """The batch was cancelled, or another worker has it now."""


@task(priority=-10)
def work(batch_id: int) -> str:
    """Draw the fiches of a batch into its file; the state says afterwards how it went."""
    leases.sweep()
    return run(batch_id)


def enqueue(batch: Batch, *, position: int = 0) -> None:
    """Ask the queue for a batch, from its beginning or from where its file was left."""
    with transaction.atomic():  # a worker sees the task once the batch names it
        result = work.enqueue(batch.pk)
        Batch.objects.filter(pk=batch.pk).update(
            state=State.WAITING, task_id=result.id, position=position, done=position, beat_at=None, finished_at=None
        )


def run(batch_id: int) -> str:
    taken = Batch.objects.filter(pk=batch_id, state=State.WAITING).update(
        state=State.RUNNING, beat_at=timezone.now(), error=""
    )
    if not taken:
        return ""
    batch = Batch.objects.get(pk=batch_id)
    batch.attempts += not batch.position
    Batch.objects.filter(pk=batch_id).update(attempts=batch.attempts)
    try:
        _draw(batch)
    except _Taken:
        if Batch.objects.filter(pk=batch_id, state=State.CANCELLED).exists():
            archive.remove(batch)
    except pool.Unable as refusal:
        _fail(batch, str(refusal))
    except BrokenProcessPool:
        _fail(batch, _STOPPED)
    except Exception:
        logger.exception("Lot %s", batch_id)
        _fail(batch, _BROKEN)
        raise
    return Batch.objects.values_list("state", flat=True).filter(pk=batch_id).first() or ""


def _draw(batch: Batch) -> None:
    search = registry.batchable(batch.search)
    keys, failures = iter(batch.keys[batch.position :]), batch.failures if batch.position else []
    gives_way = False

    def next_keys():
        while not gives_way and (key := next(keys, None)) is not None:
            yield key

    done, last = batch.position, time.monotonic()
    drawn = closing(pool.drawn(search.fiche, next_keys(), batch.base))
    with archive.open_part(batch) as file, drawn as fiches:
        for fiche in fiches:
            if fiche and fiche.reason:
                failures.append([fiche.key, fiche.reason])
            elif fiche:
                file.writestr(archive.member_name(fiche.title, fiche.key), fiche.pdf)
            done += fiche is not None
            if time.monotonic() - last >= PACE:
                last = time.monotonic()
                _beat(batch, done=done)
                gives_way = gives_way or _others_wait()
        whole = done == batch.total
        if whole:
            address = f"{batch.base}{search.address(batch.query)}"
            file.writestr(archive.NOTICE, archive.notice(batch, address, failures))
    _beat(batch, done=done, failures=failures)
    if not whole:
        enqueue(batch, position=done)
        return
    size = archive.put_in_place(batch)
    _beat(batch, state=State.DONE, size=size, finished_at=timezone.now(), keys=[])


def _others_wait() -> bool:
    """Whether somebody waits for another work than a batch: a list of two thousand fiches holds up no import."""
    return DBTaskResult.objects.ready().exclude(task_path=work.module_path).exists()


def _beat(batch: Batch, **values) -> None:
    """Say how far the work is. Raises ``_Taken`` when it is no longer ours."""
    mine = Batch.objects.filter(pk=batch.pk, state=State.RUNNING, task_id=batch.task_id)
    if not mine.update(beat_at=timezone.now(), **values):
        raise _Taken


def _fail(batch: Batch, sentence: str) -> None:
    mine = Batch.objects.filter(pk=batch.pk, state=State.RUNNING, task_id=batch.task_id)
    if mine.update(state=State.FAILED, error=sentence, finished_at=timezone.now()):
        batch.part.unlink(missing_ok=True)
