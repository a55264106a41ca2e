"""Failed sign-ins are counted in the database (django-axes): per person and address, and per address."""

from allauth.account.adapter import get_adapter
from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Max, Sum
from django.shortcuts import render
from django.utils import timezone


def client_ip(request) -> str | None:
    """The address of the person, behind as many proxies as the settings trust; None when the server gives none."""
    try:
        return get_adapter().get_client_ip(request)
    except PermissionDenied:
        return None


def username(request, credentials: dict | None) -> str:
    """The e-mail as it is counted: one account, however its letters are typed."""
    given = credentials or {}
    return (given.get("email") or given.get("username") or "").strip().lower()


class Handler(AxesDatabaseHandler):
    """One limit per person and address, and a wider one per address, since an office shares one."""

    def get_failures(self, request, credentials=None) -> int:
        by_person, by_address = (
            attempts.aggregate(n=Sum("failures_since_start"))["n"] or 0
            for attempts in self.get_user_attempts(request, credentials)
        )
        limit, wide = settings.AXES_FAILURE_LIMIT, settings.SIGN_IN_FAILURES_PER_ADDRESS
        return max(by_person, by_address * limit // wide)

    def reset_user_attempts(self, request, credentials=None) -> int:
        """A success forgives the person; it does not wipe what others tried from the same address."""
        by_person, _ = self.filter_user_attempts(request, credentials)
        return by_person.delete()[0]


def locked_out(request, response=None, credentials=None):
    """The page of somebody who must wait, with the hour at which a new try is possible (status 429)."""
    address = client_ip(request)
    latest = AccessAttempt.objects.filter(ip_address=address).aggregate(at=Max("attempt_time"))["at"]
    until = (latest or timezone.now()) + settings.AXES_COOLOFF_TIME
    return render(request, "account/locked_out.html", {"until": until}, status=429)
