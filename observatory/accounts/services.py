"""Writes that concern people and rights; whether the asker may is decided before, by ``perms``."""

import secrets

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.db import transaction
from django.utils import timezone

from observatory.records.models import Published
from observatory.territories.models import Territory

from .enums import Role
from .models import Grant, Invitation, Right, User

CLOSED_LABEL = "Compte fermé"


class LastAdministratorError(Exception):
    """The platform would be left without anybody to administer it; the message says so, in French."""

    def __init__(self):
        super().__init__(
            "C’est la dernière personne à administrer la plateforme : donnez d’abord ce droit à une autre."
        )


def right_on(*, role: Role, territory: Territory | None, record: Published | None) -> dict:
    """The fields of a right."""
    return {
        "role": role,
        "territory": territory,
        "record_kind": record.change_kind if record else "",
        "record_id": record.public_id if record else "",
    }


def same_right(right: Right) -> dict:
    """The fields of a right, to give it to somebody."""
    return {name: getattr(right, name) for name in ("role", "territory", "record_kind", "record_id")}


@transaction.atomic
def invite(*, by: User, email: str, label: str, right: dict) -> tuple[Invitation, str]:
    """Offer a right; a former invitation of the same person to the same right is withdrawn. Gives the token, once."""
    email = email.lower()
    Invitation.objects.waiting().filter(email=email, **right).update(revoked_at=timezone.now())
    invitation = Invitation(email=email, label=label, invited_by=by, **right)
    token = invitation.draw_token()
    invitation.full_clean()
    invitation.save()
    return invitation, token


def renew(*, invitation: Invitation) -> str:
    """A new token for an invitation that waits; the former link opens nothing more."""
    token = invitation.draw_token()
    invitation.save(update_fields=["token", "expires_at"])
    return token


def revoke(*, invitation: Invitation) -> None:
    invitation.revoked_at = timezone.now()
    invitation.save(update_fields=["revoked_at"])


@transaction.atomic
def accept(*, invitation: Invitation, label: str = "", password: str | None = None) -> User:
    """Give the right to the account of that address, opened now if there is none; gives the account.

    Raises ``Invitation.DoesNotExist`` when the invitation was used meanwhile.
    """
    waiting = Invitation.objects.waiting().select_for_update(of=("self",)).get(pk=invitation.pk)
    user = User.objects.filter(email=waiting.email).first()
    if user is None:
        user = User(email=waiting.email, label=label)
        user.set_password(password)
        user.full_clean()
        user.save()
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    give(user=user, right=waiting)
    waiting.user, waiting.accepted_at = user, timezone.now()
    waiting.save(update_fields=["user", "accepted_at"])
    return user


def give(*, user: User, right: Right) -> Grant:
    """Give a right; the one who administers the platform also opens Django's administration."""
    grant, _ = Grant.objects.get_or_create(user=user, **same_right(right))
    _follow_administration(user)
    return grant


@transaction.atomic
def withdraw(*, grant: Grant) -> None:
    """Take a right back; raises LastAdministratorError rather than leave the platform to nobody."""
    if grant.role == Role.ADMINISTRATOR and not _other_administrators(grant.user):
        raise LastAdministratorError
    grant.delete()
    _follow_administration(grant.user)


@transaction.atomic
def close(*, user: User) -> None:
    """Close an account for good: no name, no address, no right, no way in; what it wrote stays, « compte fermé »."""
    if user.grants.filter(role=Role.ADMINISTRATOR).exists() and not _other_administrators(user):
        raise LastAdministratorError
    Invitation.objects.filter(email=user.email).delete()
    user.grants.all().delete()
    user.api_keys.all().delete()
    for session in UserSession.objects.filter(user=user):
        session.end()
    Authenticator.objects.filter(user=user).delete()
    AccessAttempt.objects.filter(username=user.email).delete()
    EmailAddress.objects.filter(user=user).delete()
    user.email = f"{secrets.token_hex(8)}@ferme.invalid"
    user.label = CLOSED_LABEL
    user.set_unusable_password()
    user.is_active = user.is_staff = user.is_superuser = False
    user.last_login = None
    user.closed_at = timezone.now()
    user.save()


def _other_administrators(user: User) -> bool:
    """Whether somebody else, who can sign in, administers the platform; the rows are held until the end."""
    rows = Grant.objects.filter(role=Role.ADMINISTRATOR, user__is_active=True).select_for_update(of=("self",))
    return any(grant.user_id != user.pk for grant in rows)


def _follow_administration(user: User) -> None:
    administers = user.grants.filter(role=Role.ADMINISTRATOR).exists()
    if user.is_staff != administers or user.is_superuser != administers:
        user.is_staff = user.is_superuser = administers
        user.save(update_fields=["is_staff", "is_superuser"])
    user.__dict__.pop("_known_grants", None)
