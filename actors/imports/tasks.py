"""The works on an import, done by the task worker."""

import logging

from django.conf import settings
from django.db import IntegrityError
from django_tasks import task

from actors.importers.workbooks import Unreadable
from observatory.search import words

from . import applying, indexes, leases, staging, undoing
from .enums import Stage
from .models import Import

logger = logging.getLogger(__name__)

_BROKEN = "Une erreur du portail a arrêté ce travail ; rien n’a été écrit. Elle est notée dans son journal."
_OUTDATED = "Le portail a été mis à jour depuis la lecture de cette liste : relisez-la avant de l’appliquer."


@task()
def work(load_id: int) -> str:
    """Do what the stage of the import asks for; the stage says afterwards how it went."""
    leases.sweep()
    return run(load_id)


def run(load_id: int) -> str:
    load = Import.objects.select_related("actor_list__territory", "actor_list__source").filter(pk=load_id).first()
    if load is None or not load.is_running:
        return ""
    doing = {Stage.STAGING: _stage, Stage.APPLYING: _apply, Stage.UNDOING: _undo}[load.stage]
    try:
        doing(load)
    except Unreadable as refusal:
        _fail(load, str(refusal))
    except applying.Outdated:
        _fail(load, _OUTDATED)
    except Exception:
        logger.exception("Import %s", load_id)
        _fail(load, _BROKEN)
        raise
    return Import.objects.values_list("stage", flat=True).get(pk=load_id)


def _fail(load: Import, sentence: str) -> None:
    Import.objects.filter(pk=load.pk, stage=load.stage).update(stage=Stage.FAILED, error=sentence[:500])


def _stage(load: Import) -> None:
    staging.stage(load, most=settings.IMPORT_MAX_LINES)
    values = {"columns": load.columns, "headers": load.headers, "counts": load.counts, "error": ""}
    Import.objects.filter(pk=load.pk, stage=Stage.STAGING).update(stage=Stage.STAGED, **values)


def _apply(load: Import) -> None:
    try:
        done = applying.apply(load.pk)
    except IntegrityError:  # a record with the same number was created at this very moment: now it is seen
        done = applying.apply(load.pk)
    if done:
        indexes.settle()
        words.refresh()


def _undo(load: Import) -> None:
    if undoing.undo(load.pk):
        words.refresh()
