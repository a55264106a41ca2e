"""The demonstration accounts: one per role, on real territories and records, with no person behind them.

Passwords are drawn at creation, returned once and kept only as hashes. Production refuses these accounts.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from observatory.territories.models import Territory

from . import targets
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
    """What a demonstration account is: ``territory`` is a typed code, None for everywhere.

    An account whose role speaks for one record speaks for one that lies there, or as near as there is one.
    """

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


#: (load, remove) of what the floors above show of these accounts
_sets: list[tuple[Callable[[], None], Callable[[], None]]] = []


def register(load_set: Callable[[], None], remove_set: Callable[[], None]) -> None:
    """Add what an app shows in the demonstration: loaded after the accounts, removed before them; both may be repeated."""
    _sets.append((load_set, remove_set))


@transaction.atomic
def load() -> list[Credentials]:
    """Create the accounts that are missing; those already there keep their passwords and get the right they lack.

    Raises DemonstrationError in production and when a territory or a record is not loaded; nothing is written then.
    """
    if settings.PRODUCTION:
        raise DemonstrationError("Une installation en production n’accepte pas le jeu de démonstration.")
    present = {user.email: user for user in User.objects.filter(email__in=[a.email for a in ACCOUNTS])}
    lacking = [a for a in ACCOUNTS if a.email not in present or not present[a.email].grants.filter(role=a.role)]
    territories = _territories(lacking)
    credentials = []
    for account in lacking:
        user = present.get(account.email)
        if user is None:
            user, told = _create(account)
            credentials.append(told)
        Grant.objects.create(user=user, role=account.role, **_right(account, territories.get(account.territory)))
    for load_set, _ in _sets:
        load_set()
    return credentials


def remove() -> int:
    """Remove every demonstration account with its rights; gives how many there were."""
    for _, remove_set in _sets:
        remove_set()
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


def _right(account: RoleAccount, territory: Territory | None) -> dict:
    """The territory of an account's right and, where its role has one, the record."""
    target = targets.for_role(account.role)
    if target is None:
        return {"territory": territory}
    near = [territory, *reversed(territory.ancestors)]
    rows = target.queryset()
    model = rows.model
    for place in near:
        if record := rows.filter(model.lying_in(place)).order_by("sort_key", "pk").first():
            return {"territory": territory, "record_kind": target.kind, "record_id": record.public_id}
    raise DemonstrationError(
        f"Aucune fiche « {target.label} » dans la région de {territory.name}. Chargez d’abord les données de référence."
    )


def _create(account: RoleAccount) -> tuple[User, Credentials]:
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
    return user, Credentials(label=account.label, email=account.email, password=password)
