"""The access log: sign-ins are heard from signals, the rest is noted by whoever does it.

Noting is a named exception to "GET does not write" (DESIGN §4.14): reading what is not public leaves a trace.
"""

import ipaddress
from datetime import timedelta

from allauth.account.signals import password_changed, password_reset
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.utils import timezone

from observatory.records.models import Published

from .enums import Event
from .models import AccessLog, User
from .throttle import client_ip, username


def note(
    request,
    event: Event,
    record: Published | None = None,
    text: str = "",
    *,
    user: User | None = None,
    about: User | None = None,
) -> None:
    """Add a line to the log, in the name of ``user`` or of the one who asks; ``text`` holds neither name nor secret.

    ``about`` is the person whose rights or data are concerned, when it is somebody else.
    """
    asker = getattr(request, "user", None)
    if user is None and asker is not None and asker.is_authenticated:
        user = asker
    AccessLog.objects.create(
        user=user,
        about=about,
        event=event,
        record_kind=record.change_kind if record else "",
        record_id=record.public_id if record else "",
        text=text[:300],
        ip=network(client_ip(request)) if request else "",
    )


def network(address: str | None) -> str:
    """The network of an address: /24 in IPv4, /48 in IPv6; empty when the address is unknown."""
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return ""
    return str(ipaddress.ip_network(f"{ip}/{24 if ip.version == 4 else 48}", strict=False))


def prune(keep_days: int) -> int:
    """Remove what is older than ``keep_days``; gives how many lines went."""
    return AccessLog.objects.filter(at__lt=timezone.now() - timedelta(days=keep_days)).delete()[0]


def listen() -> None:
    """Connect the signals; called once on start."""
    user_logged_in.connect(_signed_in, dispatch_uid="audit.in")
    user_logged_out.connect(_signed_out, dispatch_uid="audit.out")
    user_login_failed.connect(_failed, dispatch_uid="audit.failed")
    authentication_failed.connect(_code_refused, dispatch_uid="audit.code")
    authenticator_added.connect(_factor_set, dispatch_uid="audit.factor_set")
    authenticator_removed.connect(_factor_removed, dispatch_uid="audit.factor_removed")
    password_changed.connect(_password_changed, dispatch_uid="audit.password_changed")
    password_reset.connect(_password_changed, dispatch_uid="audit.password_reset")


def _signed_in(request, user, **kwargs):
    note(request, Event.SIGN_IN, user=user)


def _signed_out(request, user, **kwargs):
    if user is not None:
        note(request, Event.SIGN_OUT, user=user)


def _failed(credentials, request=None, **kwargs):
    """What was typed is not kept: a password is sometimes typed in the field of the address."""
    user = User.objects.filter(email=username(request, credentials)).first()
    locked = getattr(request, "axes_locked_out", False)
    note(request, Event.SIGN_IN_FAILED, user=user, text="trop d’essais" if locked else "")


def _code_refused(request, user, **kwargs):
    note(request, Event.SIGN_IN_FAILED, user=user, text="code du second facteur")


def _factor_set(request, user, authenticator, **kwargs):
    if authenticator.type == Authenticator.Type.TOTP:
        note(request, Event.FACTOR_SET, user=user)


def _factor_removed(request, user, authenticator, **kwargs):
    if authenticator.type == Authenticator.Type.TOTP:
        note(request, Event.FACTOR_REMOVED, user=user)


def _password_changed(request, user, **kwargs):
    note(request, Event.PASSWORD_CHANGED, user=user)
