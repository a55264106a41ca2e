"""Who asks, and how much: reading is open, a key gives a larger rate, every answer says what remains."""

import re

from django.urls import reverse
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.throttling import BaseThrottle
from rest_framework_api_key.permissions import KeyParser

from observatory.accounts import perms
from observatory.pages import dates

from . import limits
from .deprecation import announce
from .models import ApiKey

_KEY = re.compile(r"[A-Za-z0-9]{8}\.[A-Za-z0-9]{32}")
VERSIONED = "/api/v1/"


class KeyAuthentication(BaseAuthentication):
    """``Authorization: Api-Key …``; without the header, anybody reads at the rate of the public."""

    def authenticate(self, request):
        try:
            raw = presented(request)
            key = None if raw is None else check(raw)
        except AuthenticationFailed:
            # Whoever tries keys is counted as anybody without one.
            standing = limits.count(request._request)
            if standing and not standing.allowed:
                raise Throttled(standing.window.reset) from None
            raise
        if key is None:
            return None
        key.note_use()
        return key.user, key

    def authenticate_header(self, request) -> str:
        return KeyParser.keyword


def presented(request) -> str | None:
    """The key that a request bears, or None; ``Basic`` belongs to a proxy that may stand in front of the portal."""
    scheme, _, value = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if not scheme or scheme.lower() == "basic":
        return None
    if scheme.lower() != KeyParser.keyword.lower():
        raise AuthenticationFailed(
            "L’en-tête Authorization s’écrit « Api-Key » puis la clé. Sans cet en-tête, la lecture reste ouverte.",
            code="unknown_scheme",
        )
    return value.strip()


def check(raw: str) -> ApiKey:
    """The key that these characters are; raises AuthenticationFailed with what to do about it."""
    # What has not the form of a key is not asked of the database.
    prefix = raw.partition(".")[0] if _KEY.fullmatch(raw) else ""
    known = prefix and ApiKey.objects.select_related("user").filter(prefix=prefix).first()
    if not known or not known.is_valid(raw):
        raise AuthenticationFailed(
            "Cette clé n’est pas reconnue : est-elle entière ? Sans clé, la lecture reste ouverte.", code="unknown_key"
        )
    if known.revoked:
        on = f" le {dates.day(known.revoked_at)}" if known.revoked_at else ""
        raise AuthenticationFailed(
            f"Cette clé a été révoquée{on}. Une autre se crée sur {reverse('keys:list')}.", code="revoked_key"
        )
    if not perms.may_have_keys(known.user):
        raise AuthenticationFailed(
            "La personne qui a créé cette clé n’a plus de rôle sur l’observatoire.", code="key_without_right"
        )
    return known


class FairRate(BaseThrottle):
    """The rate of the key, or of the address without one."""

    def allow_request(self, request, view) -> bool:
        self.standing = limits.count(request._request, request.auth.prefix if request.auth else "")
        return self.standing is None or self.standing.allowed

    def wait(self) -> int:
        return self.standing.window.reset


def rate_headers(get_response):
    """Middleware: what remains to the caller, and what will leave, on every answer of the API."""

    def middleware(request):
        response = get_response(request)
        if request.path.startswith(VERSIONED):
            # What was refused before anybody asked who calls counts too.
            standing = request.api_standing if hasattr(request, "api_standing") else limits.count(request)
            for name, value in standing.headers.items() if standing else ():
                response[name] = value
            announce(request, response)
        return response

    return middleware
