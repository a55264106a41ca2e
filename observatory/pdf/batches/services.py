"""What views and chores call: a batch is asked for, cancelled, started again, forgotten. Refusals are French sentences."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.http import QueryDict
from django.utils import timezone

from observatory.pages.listing import address
from observatory.pages.templatetags.observatory import counted, number
from observatory.pdf.registry import Batchable

from . import archive, leases, tasks
from .enums import OPEN, State
from .models import KEEP, Batch, folder

#: how many batches one address may ask for in a span of time, and how many may wait in all
SPAN, MOST_ASKED, MOST_WAITING = timedelta(days=1), 10, 20
#: how long the print of an address is kept
KEEP_ORIGIN = timedelta(days=1)
#: how often a visitor may start one again
MOST_ATTEMPTS = 10


class Refused(Exception):
    """No batch now: the message says why, ``status`` how it is answered, ``wait`` the seconds after which to try again."""

    def __init__(self, sentence: str, status: int = 422, wait: int = 0):
        super().__init__(sentence)
        self.status, self.wait = status, wait


def _one_at_a_time() -> Refused:
    return Refused(
        "Un lot est déjà en préparation depuis votre connexion. Attendez qu’il soit prêt, ou abandonnez-le depuis sa page.",
        429,
        60,
    )


def _busy() -> Refused:
    return Refused("Beaucoup de lots sont demandés en ce moment. Revenez dans une demi-heure.", 503, 1800)


def keys_of(search: Batchable, found) -> list[str]:
    """The keys that a search finds, in its order. Raises ``Refused`` when there is none, or too many."""
    rows = found.sorted(found.qs).values_list(search.column, flat=True)
    most = settings.PDF_BATCH_MOST
    keys = list(rows[: most + 1])
    if not keys:
        raise Refused("Cette recherche ne trouve aucune fiche.")
    if len(keys) > most:
        raise Refused(
            f"Un lot tient au plus {number(most)} fiches, et cette recherche en trouve {number(found.qs.count())}. "
            "Réduisez-la : un territoire, une famille, des mots."
        )
    return keys


def ask(search: Batchable, query: QueryDict, keys: list[str], *, told: Iterable[str], base: str, origin: str) -> Batch:
    """A batch that a worker will take up. Raises ``Refused``."""
    _keep_within(origin)
    batch = Batch(
        search=search.key,
        query=address(query, view=None).lstrip("?"),
        label="\N{NO-BREAK SPACE}; ".join([search.title, *told])[:300],
        base=base,
        keys=keys,
        total=len(keys),
        origin=origin,
    )
    try:
        with transaction.atomic():
            batch.save()
            tasks.enqueue(batch)
    except IntegrityError:
        raise _one_at_a_time() from None
    return batch


def _keep_within(origin: str) -> None:
    """What the machine, and each address, may ask for."""
    asked = Batch.objects.filter(origin=origin, created_at__gt=timezone.now() - SPAN)
    if origin and asked.filter(state__in=OPEN).exists():
        raise _one_at_a_time()
    if origin and asked.count() >= MOST_ASKED:
        told = counted(MOST_ASKED, "lot a été demandé,lots ont été demandés")
        raise Refused(f"{told} depuis votre connexion en un jour. Revenez demain.", 429, 3600)
    if Batch.objects.filter(state__in=OPEN).count() >= MOST_WAITING:
        raise _busy()
    held = Batch.objects.aggregate(size=Sum("size"))["size"] or 0
    if held >= settings.PDF_BATCHES_BYTES:
        raise Refused(
            "La place gardée pour les lots est pleine : elle se libère chaque jour. Revenez demain.", 503, 3600
        )


def cancel(batch: Batch) -> None:
    """Give up a batch that is not ready; its worker stops within seconds and removes what it wrote."""
    waiting = Batch.objects.filter(pk=batch.pk, state=State.WAITING)
    running = Batch.objects.filter(pk=batch.pk, state=State.RUNNING)
    values = {"state": State.CANCELLED, "finished_at": timezone.now()}
    if waiting.update(**values):
        archive.remove(batch)
    else:
        running.update(**values)


def restart(batch: Batch) -> None:
    """Begin again a batch that failed, was given up, or whose worker died. Raises ``Refused``."""
    if batch.attempts >= MOST_ATTEMPTS:
        raise Refused("Ce lot a été recommencé trop de fois : refaites la recherche, et demandez-en un autre.", 429)
    if Batch.objects.filter(state__in=OPEN).exclude(pk=batch.pk).count() >= MOST_WAITING:
        raise _busy()
    try:
        with transaction.atomic():
            batch = Batch.objects.select_for_update().get(pk=batch.pk)
            if batch.can_restart:
                leases.close(batch)
                tasks.enqueue(batch)
    except IntegrityError:
        raise _one_at_a_time() from None


def prune() -> dict[str, int]:
    """Forget batches after their time, the prints of addresses after theirs, and files that no batch names."""
    now = timezone.now()
    old = Batch.objects.filter(created_at__lt=now - KEEP)
    origins = Batch.objects.filter(created_at__lt=now - KEEP_ORIGIN).exclude(origin="")
    done = {"empreintes d’adresse effacées": origins.update(origin=""), "lots effacés": old.delete()[0], "fichiers": 0}
    held = {str(token) for token in Batch.objects.values_list("token", flat=True)}
    for path in folder().glob("*.*"):
        if path.stem not in held:
            path.unlink(missing_ok=True)
            done["fichiers"] += 1
    return done
