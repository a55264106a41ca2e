"""The demonstration accounts: one per role, on real territories, with no person behind them.

Passwords are drawn at creation, returned once and kept only as hashes. Production refuses these accounts.
"""

import secrets
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from observatory.territories.models import Territory

from .enums import Role
from .models import Grant, User

DOMAIN = "demonstration.invalid"
PASSWORD_LENGTH = 20
# Without the characters that are mistaken for one another when read from a screen.
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"


class DemonstrationError(Exception):
    """The demonstration set cannot be loaded here; the message says why, in French."""


@dataclass(frozen=True)
class RoleAccount:
    """What a demonstration account is: ``territory`` is a typed code, None for everywhere."""

    name: str
    label: str
    role: Role
    territory: str | None

    @property
    def email(self) -> str:
        return f"{self.name}@{DOMAIN}"


@dataclass(frozen=True)
class Credentials:
    """What is told once about a new account; ``password`` stands nowhere else in clear."""

    label: str
    email: str
    password: str


ACCOUNTS = (
    RoleAccount("administratrice", "Administratrice de la plateforme", Role.ADMINISTRATOR, None),
    RoleAccount("editrice-cress", "Éditrice CRESS", Role.CRESS_EDITOR, "region-32"),
    RoleAccount("moderatrice-cress", "Modératrice CRESS", Role.CRESS_MODERATOR, "region-32"),
    RoleAccount("agent-collectivite", "Agent d’une collectivité", Role.COLLECTIVITY_AGENT, "commune-59350"),
    RoleAccount("equipe-pole", "Équipe d’un pôle", Role.POLE_STAFF, "commune-59350"),
    RoleAccount("contributrice-acteur", "Contributrice d’un acteur", Role.CONTRIBUTOR, "commune-59350"),
    RoleAccount("partenaire", "Partenaire", Role.PARTNER, "region-32"),
)


@transaction.atomic
def load() -> list[Credentials]:
    """Create the accounts that are missing; those already there keep their passwords.

    Raises DemonstrationError in production and when a territory is not loaded; nothing is written then.
    """
    if settings.PRODUCTION:
        raise DemonstrationError("Une installation en production n’accepte pas le jeu de démonstration.")
    present = set(User.objects.filter(email__in=[a.email for a in ACCOUNTS]).values_list("email", flat=True))
    missing = [account for account in ACCOUNTS if account.email not in present]
    territories = _territories(missing)
    return [_create(account, territories) for account in missing]


def remove() -> int:
    """Remove every demonstration account with its rights; gives how many there were."""
    accounts = User.objects.filter(is_demonstration=True)
    count = accounts.count()
    accounts.delete()
    return count


def _territories(accounts: list[RoleAccount]) -> dict[str, Territory]:
    codes = {account.territory for account in accounts if account.territory}
    found = {territory.code: territory for territory in Territory.objects.filter(code__in=codes)}
    if absent := sorted(codes - found.keys()):
        raise DemonstrationError(
            f"Territoires absents de la base : {', '.join(absent)}. Chargez d’abord les données de référence."
        )
    return found


def _create(account: RoleAccount, territories: dict[str, Territory]) -> Credentials:
    password = "".join(secrets.choice(ALPHABET) for _ in range(PASSWORD_LENGTH))
    is_administrator = account.role == Role.ADMINISTRATOR
    user = User.objects.create_user(
        account.email,
        password,
        label=f"{account.label} (démonstration)",
        is_demonstration=True,
        is_staff=is_administrator,
        is_superuser=is_administrator,
    )
    Grant.objects.create(user=user, role=account.role, territory=territories.get(account.territory))
    return Credentials(label=account.label, email=account.email, password=password)
