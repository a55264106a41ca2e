from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models

from observatory.territories.models import Territory

from .enums import Role


class UserManager(BaseUserManager):
    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in, by e-mail."""

    email = models.EmailField("courriel", unique=True)
    label = models.CharField("nom affiché", max_length=80)
    is_active = models.BooleanField("actif", default=True)
    is_staff = models.BooleanField("accès à l’administration", default=False)
    is_demonstration = models.BooleanField("compte de démonstration", default=False)
    joined_at = models.DateTimeField("inscrit le", auto_now_add=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["label"]
    objects = UserManager()

    class Meta:
        verbose_name = "personne"
        ordering = ["email"]

    def __str__(self):
        return self.label or self.email


class Grant(models.Model):
    """A role on a territory, the only way in which a right is given; no territory means everywhere."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    role = models.CharField("rôle", max_length=20, choices=Role)
    territory = models.ForeignKey(
        Territory, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="territoire"
    )

    class Meta:
        verbose_name = "droit"
        ordering = ["user", "role"]
        constraints = [
            models.UniqueConstraint(fields=["user", "role", "territory"], name="grant_once"),
            models.UniqueConstraint(
                fields=["user", "role"], condition=models.Q(territory=None), name="grant_everywhere_once"
            ),
        ]

    def __str__(self):
        return f"{self.get_role_display()} · {self.territory or 'partout'}"


def display_name(user: User) -> str:
    return str(user)
