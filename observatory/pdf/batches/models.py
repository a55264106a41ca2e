"""A batch: the search that it answers, the keys that it found, how far it is."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from .enums import OPEN, State

#: how long a batch is kept
KEEP = timedelta(days=7)
#: seconds without a sign of life after which a worker is held dead
LEASE = 60


class Batch(models.Model):
    """All the fiches of a search, asked for by a visitor; whoever has its address may read it."""

    token = models.UUIDField("jeton", unique=True, default=uuid4, editable=False)
    #: which list was searched (``registry.Batchable.key``), and its parameters
    search = models.CharField("liste", max_length=30)
    query = models.TextField("recherche", blank=True)
    label = models.CharField("recherche en mots", max_length=300)
    #: scheme and host of the addresses that the fiches print
    base = models.CharField("adresse du portail", max_length=200)
    #: what the search found, emptied once the file is there
    keys = models.JSONField("fiches", default=list)
    total = models.PositiveIntegerField("en tout")
    done = models.PositiveIntegerField("faites", default=0)
    #: how many keys an unfinished file holds when the work gave way to another one
    position = models.PositiveIntegerField("déjà rangées", default=0)
    #: [key, sentence]
    failures = models.JSONField("fiches absentes", default=list)
    state = models.CharField("état", max_length=10, choices=State, default=State.WAITING)
    error = models.CharField("échec", max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    size = models.PositiveBigIntegerField("octets", default=0)
    created_at = models.DateTimeField("demandé le", auto_now_add=True)
    finished_at = models.DateTimeField("terminé le", null=True)
    #: null until a worker takes it up
    beat_at = models.DateTimeField("dernier signe de vie", null=True)
    task_id = models.CharField("tâche", max_length=64, blank=True)
    #: keyed hash of a network address, forgotten after a day
    origin = models.CharField("empreinte d’adresse", max_length=64, blank=True)

    class Meta:
        verbose_name = "lot de fiches"
        verbose_name_plural = "lots de fiches"
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["origin"], condition=Q(state__in=OPEN) & ~Q(origin=""), name="batch_once_at_a_time"
            )
        ]

    def __str__(self):
        return self.label

    def get_absolute_url(self):
        return reverse("pdf:batch", args=[self.token])

    @property
    def path(self) -> Path:
        """The finished file; while it is written it has another name (``part``)."""
        return folder() / f"{self.token}.zip"

    @property
    def part(self) -> Path:
        return folder() / f"{self.token}.part"

    @property
    def filename(self) -> str:
        return f"fiches-{slugify(self.label)[:60]}".strip("-") + ".zip"

    @property
    def expires_at(self):
        return self.created_at + KEEP

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_interrupted(self) -> bool:
        """A worker took it up and no longer gives a sign of life."""
        return self.state == State.RUNNING and (
            self.beat_at is None or (timezone.now() - self.beat_at).total_seconds() > LEASE
        )

    @property
    def can_restart(self) -> bool:
        return self.is_interrupted or self.state in (State.FAILED, State.CANCELLED)


def folder() -> Path:
    """Where the files lie, never served but through their batch."""
    return Path(settings.VAR_DIR) / "private" / "lots"
