"""What accounts, invitations and the log hold about people, for exports and erasures."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Q

from . import personal, services
from .models import AccessLog, Invitation, User
from .personal import CannotEraseError, Finder, Item


def _people(text: str):
    return User.objects.filter(Q(email__icontains=text) | Q(label__icontains=text), closed_at=None)


def _right(right) -> dict:
    return {
        "rôle": right.get_role_display(),
        "territoire": right.place,
        "fiche": f"{right.record_kind}/{right.record_id}" if right.record_id else None,
    }


def _account(user: User) -> Item:
    factor = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    data = {
        "courriel": user.email,
        "nom affiché": user.label,
        "inscrit le": user.joined_at,
        "dernière connexion": user.last_login,
        "droits": [_right(grant) for grant in user.grants.select_related("territory")],
        "second facteur depuis le": factor.created_at if factor else None,
        "sessions": [
            {"ouverte le": session.created_at, "adresse": session.ip, "navigateur": session.user_agent}
            for session in UserSession.objects.filter(user=user).order_by("created_at")
        ],
    }
    return Item("Compte", f"{user.label} · {user.email}", "", data, id=str(user.pk), email=user.email)


def _close_accounts(ids: list[str]) -> int:
    users = list(User.objects.filter(pk__in=ids, closed_at=None))
    for user in users:
        try:
            services.close(user=user)
        except services.LastAdministratorError as error:
            raise CannotEraseError(str(error)) from error
    return len(users)


personal.register(Finder("account", "Comptes", lambda text: [_account(u) for u in _people(text)], _close_accounts))


def _invitations(text: str) -> list[Item]:
    rows = Invitation.objects.filter(Q(email__icontains=text) | Q(label__icontains=text)).select_related("territory")
    return [
        Item(
            "Invitation",
            f"{row.email} · {row.get_role_display()}",
            "",
            {"courriel": row.email, "nom affiché": row.label, "envoyée le": row.created_at} | _right(row),
            id=str(row.pk),
            email=row.email,
        )
        for row in rows
    ]


def _remove_invitations(ids: list[str]) -> int:
    return Invitation.objects.filter(pk__in=ids).delete()[0]


personal.register(Finder("invitation", "Invitations", _invitations, _remove_invitations))


def _lines(text: str) -> list[Item]:
    return [item for user in _people(text) if (item := _lines_of(user))]


def _lines_of(user: User) -> Item | None:
    rows = AccessLog.objects.filter(Q(user=user) | Q(about=user)).order_by("at")
    lines = [{"date": r.at, "événement": r.get_event_display(), "précision": r.text, "réseau": r.ip} for r in rows]
    if not lines:
        return None
    label = f"{user.label} · {len(lines)} lignes"
    return Item("Journal des accès", label, "", {"lignes": lines}, id=str(user.pk), email=user.email)


def _forget_lines(ids: list[str]) -> int:
    """The lines stay, since they account for what was done; the person is no longer named."""
    return sum(AccessLog.objects.filter(**{f"{who}__in": ids}).update(**{who: None}) for who in ("user", "about"))


personal.register(Finder("log", "Journal des accès", _lines, _forget_lines))
