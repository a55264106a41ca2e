"""One's own account."""

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from . import audit, guards, perms, personal, services, targets
from .enums import Event
from .forms import PasswordForm
from .staff_log import as_file


@require_safe
@login_required
def me(request):
    """What the person signed in may do, and where; how the account is protected; what is held about its owner."""
    user = request.user
    context = {
        "grants": targets.attach(list(user.grants.select_related("territory"))),
        "has_factor": is_mfa_enabled(user, [Authenticator.Type.TOTP]),
        "lacks_factor": guards.lacks_second_factor(user),
        "sessions": UserSession.objects.filter(user=user).count(),
        "may_have_keys": perms.may_have_keys(user),
        "may_open_desk": perms.may_open_desk(user),
        "desk_url": guards.desk_url(),
        "breadcrumbs": [("Mon compte", None)],
    }
    return render(request, "accounts/me.html", context)


@require_safe
@login_required
def my_data(request):
    """Everything that the portal holds about the person, as JSON."""
    audit.note(request, Event.EXPORT, text="Ses propres données")
    return as_file(personal.held_about(request.user.email), "mes-donnees.json")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def close(request):
    """Close one's own account, once the password is typed again."""
    form = PasswordForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        user = request.user
        try:
            services.close(user=user)
        except services.LastAdministratorError as error:
            form.add_error(None, str(error))
        else:
            audit.note(request, Event.ACCOUNT_CLOSED, user=user)
            logout(request)
            messages.success(request, "Votre compte est fermé. Votre nom et votre adresse sont effacés.")
            return redirect("pages:home")
    context = {"form": form, "breadcrumbs": [("Mon compte", reverse("accounts:me")), ("Fermer mon compte", None)]}
    return render(request, "accounts/close.html", context, status=422 if form.is_bound else 200)
