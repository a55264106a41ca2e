"""The door of the desk: signed in, with a right to it, with the second factor where it is due; nothing typed is lost."""

from functools import wraps
from urllib.parse import urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import resolve_url
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from . import perms
from .throttle import client_ip

KEPT_SENTENCE = "Ce que vous avez écrit est gardé : vous le retrouverez une fois entré."
NOT_KEPT_SENTENCE = (
    "Ce que vous avez écrit n’a pas pu être gardé. Entrez dans un autre onglet, revenez ici par le bouton « Précédent » du "
    "navigateur, puis enregistrez de nouveau."
)
PENDING_SENTENCE = "Votre session avait pris fin : rien de ce que vous aviez écrit n’est perdu, il reste à enregistrer."
NO_DESK_SENTENCE = "Le bureau est réservé aux personnes qui tiennent des fiches ou parlent pour une organisation."
FACTOR_SENTENCE = "Vos droits permettent de modifier des fiches publiques : ils demandent un second facteur."
#: bytes of a form kept for somebody whose session has ended
PENDING_LIMIT = 200_000
#: forms kept for one browser, and per hour for one address: strangers must not fill the database
PENDING_FORMS, PENDING_PER_HOUR = 5, 20
#: where to go on, in the session, once the second factor is set
AFTER_FACTOR = "after_second_factor"
_PREFIX = "pending:"


def desk_required(view):
    """A desk view: its visitor is signed in, may open the desk and has the second factor that the rights demand."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        return detour(request) or view(request, *args, **kwargs)

    return guarded


class DeskMixin:
    """``desk_required`` for class-based views; stands first among the bases."""

    def dispatch(self, request, *args, **kwargs):
        return detour(request) or super().dispatch(request, *args, **kwargs)


def detour(request: HttpRequest) -> HttpResponse | None:
    """Where the visitor must go first, or None when the desk is open; raises PermissionDenied without a right to it."""
    if not request.user.is_authenticated:
        keep_typed(request)
        return _redirect(request, resolve_url(settings.LOGIN_URL))
    if not perms.may_open_desk(request.user):
        raise PermissionDenied(NO_DESK_SENTENCE)
    if lacks_second_factor(request.user):
        keep_typed(request)
        messages.warning(request, FACTOR_SENTENCE)
        request.session[AFTER_FACTOR] = _back(request)
        return _redirect(request, reverse("mfa_activate_totp"))
    request.session.pop(AFTER_FACTOR, None)
    return None


def lacks_second_factor(user) -> bool:
    """Whether the rights of ``user`` demand a second factor that is not set."""
    return perms.needs_second_factor(user) and not is_mfa_enabled(user, [Authenticator.Type.TOTP])


def keep_typed(request: HttpRequest) -> None:
    """Keep the fields of a form that is refused for want of a session: no file, no password, no token."""
    if request.method != "POST":
        return
    typed = request.POST.copy()
    for name in list(typed):
        if name == "csrfmiddlewaretoken" or "password" in name:
            del typed[name]
    encoded = typed.urlencode()
    if not encoded:
        return
    if len(encoded) > PENDING_LIMIT or _too_many(request):
        messages.warning(request, NOT_KEPT_SENTENCE)
        return
    names = request.session.keys()
    kept = [name for name in names if name.startswith(_PREFIX)]
    for key in kept[: max(0, len(kept) - PENDING_FORMS + 1)]:
        del request.session[key]
    request.session[f"{_PREFIX}{request.path}"] = encoded
    if set(typed) - {"next", "token"}:  # a bare button writes nothing
        messages.info(request, KEPT_SENTENCE)


def pending(request: HttpRequest) -> QueryDict | None:
    """What was typed here before the session ended, given once; the page then says so among its messages."""
    encoded = request.session.pop(f"{_PREFIX}{request.path}", None)
    if encoded is None:
        return None
    messages.warning(request, PENDING_SENTENCE)
    return QueryDict(encoded, mutable=True)


def _too_many(request: HttpRequest) -> bool:
    key = f"pending/{client_ip(request)}"
    count = cache.get(key, 0) + 1
    cache.set(key, count, timeout=3600)
    return count > PENDING_PER_HOUR


def desk_url() -> str:
    """The first page of the desk."""
    try:
        return reverse("editing:desk")
    except NoReverseMatch:
        return reverse("accounts:me")


def _back(request: HttpRequest) -> str:
    """Where to come back: the page asked for; after a form, its page; after a bare button, the page that bore it."""
    if request.method != "POST":
        return request.get_full_path()
    typed = set(request.POST) - {"csrfmiddlewaretoken"}
    before = urlsplit(request.headers.get("Referer", ""))
    if not typed and before.netloc == request.get_host():
        return before.path
    return request.path


def _redirect(request: HttpRequest, address: str) -> HttpResponse:
    address = f"{address}?{urlencode({REDIRECT_FIELD_NAME: _back(request)})}"
    return HttpResponseClientRedirect(address) if request.htmx else HttpResponseRedirect(address)
