"""What batches need from time to time: dead works taken up again, old files removed."""

from datetime import timedelta

from observatory.accounts.personal import Kept, lasting, register_kept
from observatory.records.chores import Chore, register

from . import leases, services
from .models import KEEP


def _sweep() -> str:
    return ", ".join(f"interrompu : {batch} ({batch.get_absolute_url()})" for batch in leases.sweep())


def _prune() -> str:
    return ", ".join(f"{deed} : {count}" for deed, count in services.prune().items() if count)


register_kept(
    Kept(
        "Lots de fiches : la recherche, et une empreinte chiffrée de l’adresse réseau, qui ne permet pas de la retrouver",
        "Préparer le fichier, arrêter les demandes en nombre",
        lambda: f"{lasting(KEEP)} ; {lasting(services.KEEP_ORIGIN)} pour l’empreinte",
    ),
    order=12,
)
register(
    Chore("batches-dead", "Lots de fiches : reprendre ceux dont l’exécuteur s’est arrêté", _sweep, timedelta(minutes=1))
)
register(Chore("batches", "Lots de fiches : effacer ceux qui ont plus de sept jours", _prune, timedelta(hours=1)))
