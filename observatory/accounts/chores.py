"""What is forgotten of people every day: old lines of the log, closed sessions, failed sign-ins, stale invitations."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Q
from django.utils import timezone

from observatory.records.chores import Chore, register

from . import audit
from .models import Invitation

#: how long an invitation that nobody accepted is kept once it opens nothing more
KEEP_INVITATIONS = timedelta(days=365)


def _said(what: str, count: int) -> str:
    return f"{what} : {count}" if count else ""


def _prune_log() -> str:
    return _said("lignes retirées", audit.prune(settings.ACCESS_LOG_DAYS))


def _prune_sessions() -> str:
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    AccessAttempt.objects.filter(attempt_time__lt=now - 2 * settings.AXES_COOLOFF_TIME).delete()
    # The engine of sessions knows nothing of the list that shows them to their owner.
    closed = UserSession.objects.exclude(session_key__in=Session.objects.values("session_key"))
    return _said("sessions closes oubliées", closed.delete()[0])


def _prune_invitations() -> str:
    limit = timezone.now() - KEEP_INVITATIONS
    useless = Invitation.objects.filter(accepted_at=None).filter(Q(revoked_at__lt=limit) | Q(expires_at__lt=limit))
    return _said("invitations effacées", useless.delete()[0])


register(Chore("access-log", "Journal des accès : retirer ce qui dépasse la durée de conservation", _prune_log))
register(Chore("sessions", "Connexions : oublier les sessions closes et les essais manqués", _prune_sessions))
register(
    Chore("invitations", "Invitations : effacer celles que personne n’a acceptées depuis un an", _prune_invitations)
)
