"""What the imports need from time to time: dead works seen, uploaded files removed."""

from datetime import timedelta

from django.utils import timezone

from observatory.accounts.personal import Kept, lasting, register_kept
from observatory.records.chores import Chore, register

from . import leases
from .models import Import

#: how long an uploaded file is kept
KEEP_FILES = timedelta(days=30)


def _sweep() -> str:
    """Works whose worker stopped show as interrupted, and their tasks as failed."""
    return ", ".join(f"interrompu : {load} ({load.get_absolute_url()})" for load in leases.sweep())


def _prune_files() -> str:
    old = Import.objects.filter(created_at__lt=timezone.now() - KEEP_FILES).exclude(file="")
    count = 0
    for load in old.iterator():
        load.file.delete(save=False)
        Import.objects.filter(pk=load.pk).update(file="")
        load.lines.exclude(row="").update(row="")
        count += 1
    return f"fichiers effacés : {count}" if count else ""


register_kept(
    Kept("Fichiers de listes déposés par la CRESS", "Les comparer à l’annuaire", lambda: lasting(KEEP_FILES)),
    order=30,
)
register(
    Chore("imports-dead", "Chargements : signaler ceux dont l’exécuteur s’est arrêté", _sweep, timedelta(minutes=5))
)
register(Chore("imports-files", "Chargements : effacer les fichiers déposés il y a plus de trente jours", _prune_files))
