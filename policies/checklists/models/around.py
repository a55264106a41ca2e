"""What stands around a checklist: proposals set aside, snapshots, and the checklists of people without an account."""

import hashlib
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from observatory.territories.models import Collectivity

from ...kits.enums import LeverLevel
from ...kits.models import Edition, Kit, Lever
from .checklists import Checklist


class Dismissal(models.Model):
    """A found piece of evidence that the collectivité said is none: it is not proposed again."""

    checklist = models.ForeignKey(Checklist, models.CASCADE, related_name="dismissals")
    lever = models.ForeignKey(Lever, models.CASCADE, related_name="+")
    rule = models.CharField("règle", max_length=40)
    kind = models.CharField("nature", max_length=10)
    record_id = models.CharField("identifiant public", max_length=10)
    at = models.DateTimeField("date", auto_now_add=True)

    class Meta:
        verbose_name = "proposition écartée"
        verbose_name_plural = "propositions écartées"
        ordering = ["-at"]
        constraints = [
            models.UniqueConstraint(fields=["checklist", "lever", "rule", "kind", "record_id"], name="dismissal_once")
        ]

    def __str__(self):
        return f"{self.rule} : {self.kind}/{self.record_id}"


class Snapshot(models.Model):
    """A checklist as it stood on a day, under a name; never changed afterwards."""

    checklist = models.ForeignKey(Checklist, models.CASCADE, related_name="snapshots", verbose_name="grille")
    name = models.CharField("nom", max_length=80)
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="+", verbose_name="édition")
    made_on = models.DateField("fait le")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    #: public id of a lever → what ``snapshots.photograph`` keeps of it
    data = models.JSONField("contenu", default=dict)

    class Meta:
        verbose_name = "état nommé"
        verbose_name_plural = "états nommés"
        ordering = ["-made_on", "-pk"]
        constraints = [models.UniqueConstraint(fields=["checklist", "name"], name="snapshot_name_once")]

    def __str__(self):
        return f"{self.name} ({self.made_on:%d/%m/%Y})"


class GuestChecklist(models.Model):
    """The checklist of somebody without an account, opened by a private link of which only a hash is kept."""

    token = models.CharField("empreinte du lien", max_length=64, unique=True)
    kit = models.ForeignKey(Kit, models.CASCADE, related_name="+")
    edition = models.ForeignKey(Edition, models.CASCADE, related_name="+", verbose_name="édition")
    level = models.CharField("niveau", max_length=12, choices=LeverLevel)
    collectivity = models.ForeignKey(
        Collectivity, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="collectivité"
    )
    #: public id of a lever → {"status", "reason", "note"}
    answers = models.JSONField("réponses", default=dict)
    created_at = models.DateTimeField("ouverte le", auto_now_add=True)
    changed_at = models.DateTimeField("modifiée le", auto_now=True)
    expires_on = models.DateField("gardée jusqu’au")
    taken_by = models.ForeignKey(
        Checklist, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="reprise dans"
    )

    #: how long it is kept after its last change
    KEPT = timedelta(days=548)

    class Meta:
        verbose_name = "grille sans compte"
        verbose_name_plural = "grilles sans compte"
        ordering = ["-changed_at"]

    def __str__(self):
        return f"{self.kit}, {self.get_level_display()}"

    def save(self, *args, **kwargs):
        self.expires_on = timezone.localdate() + self.KEPT
        super().save(*args, **kwargs)

    @staticmethod
    def hash_of(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    def draw_token(self) -> str:
        """The secret of the private link, told once."""
        token = secrets.token_urlsafe(24)
        self.token = self.hash_of(token)
        return token
