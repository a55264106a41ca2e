import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.utils import timezone

from observatory.territories.models import Territory

from .enums import RECORD_ROLES, Event, Role


def record_where_the_role_has_one() -> models.Q:
    """A role that speaks for one record names it; the others name none."""
    named = models.Q(record_kind__gt="", record_id__gt="")
    return models.Q(named, role__in=RECORD_ROLES) | models.Q(
        ~models.Q(role__in=RECORD_ROLES), record_kind="", record_id=""
    )


class UserManager(BaseUserManager):
    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        """The first administrator of an installation: the right too, since perms asks for nothing else."""
        user = self.create_user(email, password, is_staff=True, is_superuser=True, **fields)
        user.grants.create(role=Role.ADMINISTRATOR)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in, by e-mail."""

    email = models.EmailField("courriel", unique=True)
    label = models.CharField("nom affiché", max_length=80)
    is_active = models.BooleanField("actif", default=True)
    is_staff = models.BooleanField("accès à l’administration", default=False)
    is_demonstration = models.BooleanField("compte de démonstration", default=False)
    joined_at = models.DateTimeField("inscrit le", auto_now_add=True)
    closed_at = models.DateTimeField("fermé le", null=True, blank=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["label"]
    objects = UserManager()

    class Meta:
        verbose_name = "personne"
        ordering = ["email"]

    def __str__(self):
        return self.label or self.email


class Right(models.Model):
    """A role on a territory or, for the roles that speak for one record, on that record; no territory means everywhere.

    A right on a record is also filed under the record's finest territory, so that those who answer for it see it.
    """

    role = models.CharField("rôle", max_length=20, choices=Role)
    territory = models.ForeignKey(
        Territory, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="territoire"
    )
    record_kind = models.CharField("nature de la fiche", max_length=30, blank=True)
    record_id = models.CharField("identifiant public de la fiche", max_length=10, blank=True)

    class Meta:
        abstract = True

    @property
    def place(self) -> str:
        """The territory as it is read, ``partout`` for everywhere."""
        return self.territory.label if self.territory else "partout"


class Grant(Right):
    """A right that somebody holds: the only way in which a right is given."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")

    class Meta:
        verbose_name = "droit"
        ordering = ["user", "role"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "territory", "record_kind", "record_id"], name="grant_once"
            ),
            models.UniqueConstraint(
                fields=["user", "role", "record_kind", "record_id"],
                condition=models.Q(territory=None),
                name="grant_everywhere_once",
            ),
            models.CheckConstraint(condition=record_where_the_role_has_one(), name="grant_record"),
        ]
        indexes = [models.Index(fields=["record_kind", "record_id"], name="grant_by_record")]

    def __str__(self):
        return f"{self.get_role_display()} · {self.territory or 'partout'}"


class InvitationQuerySet(models.QuerySet):
    def waiting(self):
        """Neither accepted nor withdrawn; an invitation past its date still waits to be sent again."""
        return self.filter(accepted_at=None, revoked_at=None)


class Invitation(Right):
    """A right offered to somebody by e-mail; the link's token is known to its reader alone, the database keeps a hash."""

    email = models.EmailField("courriel")
    label = models.CharField("nom affiché", max_length=80, blank=True)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", verbose_name="invitée par")
    created_at = models.DateTimeField("envoyée le", auto_now_add=True)
    expires_at = models.DateTimeField("valable jusqu’au")
    token = models.CharField("empreinte du jeton", max_length=64, unique=True)
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)
    revoked_at = models.DateTimeField("annulée le", null=True, blank=True)
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="compte")

    VALID = timedelta(days=14)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "invitation"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=record_where_the_role_has_one(), name="invitation_record"),
        ]

    def __str__(self):
        return f"{self.email} · {self.get_role_display()}"

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    @staticmethod
    def hash_of(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    def draw_token(self) -> str:
        """A new token, told once, valid from now; a former link opens nothing more."""
        token = secrets.token_urlsafe(32)
        self.token = self.hash_of(token)
        self.expires_at = timezone.now() + self.VALID
        return token


class AccessLog(models.Model):
    """What was done with accounts, rights and personal data: who, when, to what; never a password nor a whole address."""

    at = models.DateTimeField("date", auto_now_add=True, db_index=True)
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="personne")
    about = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="personne concernée"
    )
    event = models.CharField("événement", max_length=24, choices=Event)
    record_kind = models.CharField("nature de la fiche", max_length=30, blank=True)
    record_id = models.CharField("identifiant public de la fiche", max_length=10, blank=True)
    text = models.CharField("précision", max_length=300, blank=True)
    ip = models.CharField("réseau", max_length=43, blank=True)

    class Meta:
        verbose_name = "ligne du journal"
        verbose_name_plural = "journal des accès"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["event", "-at"], name="log_by_event")]

    def __str__(self):
        return f"{self.at:%d/%m/%Y %H:%M} {self.get_event_display()}"


def display_name(user: User) -> str:
    return str(user)
