"""One's own keys: make one, which is shown once, see when each last served, revoke it."""

from functools import wraps

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from observatory.accounts import audit, perms
from observatory.accounts.enums import Event

from .key_forms import KeyForm
from .models import ApiKey

NO_KEYS = "Les clés de l’API vont à qui a un rôle sur l’observatoire. Sans clé, l’API se lit librement."


def _holder(view):
    """A page for those who may have keys; no cache keeps what it shows."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not perms.may_have_keys(request.user):
            raise PermissionDenied(NO_KEYS)
        return view(request, *args, **kwargs)

    return never_cache(login_required(guarded))


@_holder
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request):
    """The list and the form. A new key is shown by the answer to the form alone: it is stored nowhere in clear."""
    form = KeyForm(request.POST or None, user=request.user)
    made = ""
    if form.is_valid():
        key, made = ApiKey.objects.create_key(user=request.user, name=form.cleaned_data["name"])
        audit.note(request, Event.KEY_MADE, text=key.prefix)
        form = KeyForm(user=request.user)
    context = {
        "form": form,
        "made": made,
        "keys": ApiKey.objects.of(request.user),
        "rates": settings.API_RATES,
        "breadcrumbs": [("Mon compte", reverse("accounts:me")), ("Clés de l’API", None)],
    }
    return render(request, "api/keys.html", context, status=422 if form.is_bound else 200)


@_holder
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request, prefix: str):
    key = get_object_or_404(ApiKey, user=request.user, prefix=prefix, revoked=False)
    if request.method == "POST":
        key.revoke()
        audit.note(request, Event.KEY_REVOKED, text=key.prefix)
        messages.success(request, f"La clé « {key.name} » est révoquée : elle n’est plus acceptée.")
        return redirect("keys:list")
    crumbs = [("Mon compte", reverse("accounts:me")), ("Clés de l’API", reverse("keys:list")), ("Révoquer", None)]
    return render(request, "api/key_revoke.html", {"key": key, "breadcrumbs": crumbs})
