"""The page behind the link of an invitation: a GET shows, a POST with the button accepts (mail scanners follow links)."""

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from . import audit, guards, perms, services, targets
from .enums import Event
from .forms import AcceptForm
from .models import Invitation, User


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request, token: str):
    """Accept an invitation: with a new account, or signed in with the account of that address."""
    invited = _known(token)
    if invited.accepted_at or invited.revoked_at or invited.is_expired:
        return render(request, "accounts/invitation_gone.html", {"invitation": invited}, status=410)
    account = User.objects.filter(email=invited.email).first()
    if account or request.user.is_authenticated:
        response = _with_an_account(request, invited, account)
    else:
        response = _with_a_new_account(request, invited)
    add_never_cache_headers(response)
    return response


def _known(token: str) -> Invitation:
    rows = Invitation.objects.select_related("territory", "invited_by")
    found = rows.filter(token=Invitation.hash_of(token)).first()
    if found is None:
        raise Http404(
            "Cette invitation est inconnue : l’adresse est peut-être coupée, ou un message plus récent la remplace."
        )
    targets.attach([found])
    return found


def _with_an_account(request, invited: Invitation, account: User | None):
    """The right is added to the account, whose owner must be the one who clicks."""
    mine = account is not None and request.user == account
    if request.method == "POST" and mine:
        try:
            services.accept(invitation=invited)
        except Invitation.DoesNotExist:
            return redirect(request.path)
        _note(request, invited, account)
        messages.success(request, f"C’est fait : vous avez le rôle « {invited.get_role_display()} ».")
        return _onward(request, account)
    context = {"invitation": invited, "account": account, "mine": mine}
    return render(request, "accounts/invitation.html", context, status=403 if request.method == "POST" else 200)


def _with_a_new_account(request, invited: Invitation):
    form = AcceptForm(request.POST or None, email=invited.email, initial={"label": invited.label})
    if request.method != "POST" or not form.is_valid():
        context = {"invitation": invited, "form": form, "account": None, "mine": False}
        return render(request, "accounts/invitation.html", context, status=422 if form.is_bound else 200)
    data = form.cleaned_data
    try:
        account = services.accept(invitation=invited, label=data["label"], password=data["password1"])
    except Invitation.DoesNotExist:
        return redirect(request.path)
    _note(request, invited, account)
    account.backend = "django.contrib.auth.backends.ModelBackend"
    next_url = _next(account)
    if perms.needs_second_factor(account):
        request.session[guards.AFTER_FACTOR] = next_url
        next_url = reverse("mfa_activate_totp")
    messages.success(request, "Votre compte est ouvert.")
    login = Login(user=account, email=account.email, redirect_url=next_url)
    return perform_password_login(request, {"email": account.email}, login)


def _note(request, invited: Invitation, account: User) -> None:
    text = f"{invited.get_role_display()} · {invited.place}"
    audit.note(request, Event.RIGHT_GIVEN, invited.record, text, user=invited.invited_by, about=account)


def _next(account: User) -> str:
    return guards.desk_url() if perms.may_open_desk(account) else reverse("accounts:me")


def _onward(request, account: User):
    account.__dict__.pop("_known_grants", None)
    if guards.lacks_second_factor(account):
        request.session[guards.AFTER_FACTOR] = _next(account)
        messages.warning(request, guards.FACTOR_SENTENCE)
        return redirect("mfa_activate_totp")
    return redirect(_next(account))
