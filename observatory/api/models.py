"""The keys of partners: who holds one, when it last served; the key itself is known to its holder alone."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from rest_framework_api_key.models import AbstractAPIKey, APIKeyManager


class ApiKeyManager(APIKeyManager):
    def of(self, user) -> models.QuerySet:
        """The keys of a person, those that still open something first."""
        return self.filter(user=user).order_by("revoked", "-created")


class ApiKey(AbstractAPIKey):
    """A key that gives a larger rate to programs of ``user``; ``name`` says what it is for."""

    #: at most one write for that long, since reading must stay a reading
    USE_NOTED_EVERY = timedelta(minutes=1)

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_keys", verbose_name="personne")
    last_used_at = models.DateTimeField("dernière utilisation", null=True, editable=False)
    revoked_at = models.DateTimeField("révoquée le", null=True, editable=False)

    objects = ApiKeyManager()

    class Meta(AbstractAPIKey.Meta):
        verbose_name = "clé de l’API"
        verbose_name_plural = "clés de l’API"

    def note_use(self) -> None:
        """Remember that the key serves, once a minute at most whatever the number of processes."""
        now = timezone.now()
        limit = now - self.USE_NOTED_EVERY
        if self.last_used_at is None or self.last_used_at <= limit:
            old = Q(last_used_at=None) | Q(last_used_at__lte=limit)
            ApiKey.objects.filter(old, pk=self.pk).update(last_used_at=now)

    def revoke(self) -> None:
        """Close the key for good."""
        self.revoked, self.revoked_at = True, timezone.now()
        self.save(update_fields=["revoked", "revoked_at"])
