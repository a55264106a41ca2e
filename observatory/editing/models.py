"""What the desk keeps beside the records: their history, drafts, suggestions and pairs that are no duplicates.

A value in these tables is *plain*: what JSON holds, the same for a form, a file, the API or a suggestion (a territory is
its typed code, a theme its key, another record its public id). Each kind says how (``registry.Kind``).
"""

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from .enums import Decision, Deed, Through


class RevisionQuerySet(models.QuerySet):
    def of(self, record):
        """The history of one record, the latest first."""
        return self.filter(kind=record.change_kind, public_id=record.public_id).order_by("-pk")


class Revision(models.Model):
    """One change of one record: who, when, by which door, and each field before and after.

    It is named by kind and public id, not by a foreign key: it outlives the record.
    """

    kind = models.CharField("nature", max_length=30)
    public_id = models.CharField("identifiant public", max_length=10)
    at = models.DateTimeField("date", db_default=Now(), db_index=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="revisions",
        verbose_name="personne",
    )
    through = models.CharField("porte", max_length=12, choices=Through)
    deed = models.CharField("acte", max_length=10, choices=Deed, default=Deed.CHANGED)
    #: field → [before, after], plain values; before is null at creation
    fields = models.JSONField("champs", default=dict)
    comment = models.CharField("motif", max_length=500, blank=True)
    #: what it belongs to, ``import:12`` or ``suggestion:7``; empty for a change made alone
    batch = models.CharField("lot", max_length=30, blank=True, db_index=True)
    #: the other record of a merge
    other = models.CharField("autre fiche", max_length=10, blank=True)
    #: what the way back from a merge needs: the links that were moved
    moved = models.JSONField("liens déplacés", default=dict)
    #: drawn by the form: the same form sent twice is done once
    token = models.UUIDField("jeton", null=True, unique=True)

    objects = RevisionQuerySet.as_manager()

    class Meta:
        verbose_name = "révision"
        ordering = ["-pk"]
        indexes = [models.Index(fields=["kind", "public_id", "-id"], name="revision_of_record")]

    def __str__(self):
        return f"{self.get_deed_display()} de {self.kind}/{self.public_id}"


class Draft(models.Model):
    """A form that somebody has begun, saved as one types; one per person and record."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="drafts")
    kind = models.CharField("nature", max_length=30)
    #: empty for a record to be created
    public_id = models.CharField("identifiant public", max_length=10, blank=True)
    #: the form as it would be sent, URL-encoded, without token
    data = models.TextField("formulaire")
    saved_at = models.DateTimeField("enregistré le", auto_now=True)

    class Meta:
        verbose_name = "brouillon"
        ordering = ["-saved_at"]
        constraints = [models.UniqueConstraint(fields=["user", "kind", "public_id"], name="draft_once")]

    def __str__(self):
        return f"Brouillon de {self.kind}/{self.public_id or 'nouvelle fiche'}"


class Suggestion(models.Model):
    """What somebody proposes for a record, or a record to add; nothing changes until the CRESS decides."""

    kind = models.CharField("nature", max_length=30)
    #: empty when a new record is proposed, then the record that was made of it
    public_id = models.CharField("identifiant public", max_length=10, blank=True)
    is_new = models.BooleanField("fiche à créer", default=False)
    #: field → plain value proposed, and what the field held when it was proposed
    values = models.JSONField("valeurs proposées", default=dict, blank=True)
    base = models.JSONField("valeurs d’alors", default=dict, blank=True)
    message = models.TextField("message", max_length=4000, blank=True)
    #: where it lies, so that it reaches the right queue; null: nowhere known
    territory = models.ForeignKey(
        "territories.Territory", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="territoire"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="suggestions"
    )
    author_email = models.EmailField("courriel de l’auteur", blank=True)
    #: keyed hash of the address, kept to limit the rate, emptied after a day
    origin = models.CharField("provenance", max_length=64, blank=True, db_index=True)
    token = models.UUIDField("jeton", default=uuid.uuid4, unique=True)
    created_at = models.DateTimeField("proposée le", auto_now_add=True)

    decision = models.CharField("décision", max_length=8, choices=Decision, default=Decision.WAITING)
    #: the fields that were accepted
    accepted = models.JSONField("champs acceptés", default=list, blank=True)
    reason = models.CharField("motif", max_length=500, blank=True)
    reply = models.TextField("réponse à l’auteur", max_length=4000, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField("décidée le", null=True, blank=True)

    class Meta:
        verbose_name = "suggestion"
        ordering = ["created_at", "pk"]
        indexes = [models.Index(fields=["decision", "kind", "created_at"], name="suggestion_queue")]

    def __str__(self):
        return f"Suggestion pour {self.kind}/{self.public_id or 'nouvelle fiche'}"


class NotAlike(models.Model):
    """Two records that look alike and that somebody has told apart; the smaller public id first."""

    kind = models.CharField("nature", max_length=30)
    one = models.CharField("une fiche", max_length=10)
    other = models.CharField("l’autre", max_length=10)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField("date", auto_now_add=True)

    class Meta:
        verbose_name = "faux doublon"
        verbose_name_plural = "faux doublons"
        constraints = [models.UniqueConstraint(fields=["kind", "one", "other"], name="not_alike_once")]

    def __str__(self):
        return f"{self.one} n’est pas {self.other}"
