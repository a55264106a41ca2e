"""The desk's pages about people: who holds which right, who is invited, and what may be given or taken back."""

import logging
from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from observatory.pages.listing import PAGE_SIZE, page_of

from . import audit, mails, perms, selectors, services, targets
from .enums import Event
from .forms import InviteForm, describe
from .guards import desk_required, desk_url, pending
from .models import Grant, Invitation
from .perms import Action

log = logging.getLogger(__name__)
NO_INVITING = "Inviter des personnes revient à l’édition CRESS et à l’administration de la plateforme."


def _crumbs(*more: tuple[str, str | None]) -> list:
    return [("Bureau", desk_url()), ("Personnes", reverse("accounts:people")), *more]


def _inviter(view):
    """A desk view for those who may invite somebody somewhere."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not perms.may_somewhere(request.user, Action.INVITE):
            raise PermissionDenied(NO_INVITING)
        return view(request, *args, **kwargs)

    return desk_required(guarded)


@_inviter
@require_safe
def people(request):
    q = request.GET.get("q", "").strip()[:100]
    page = page_of(Paginator(selectors.people(request.user, q), PAGE_SIZE), request.GET.get("page"))
    targets.attach([grant for person in page for grant in person.grants_in_reach])
    for person in page:
        for grant in person.grants_in_reach:
            grant.may_withdraw = _may_withdraw(request.user, grant)
    waiting = selectors.invitations(request.user).count()
    context = {"page": page, "q": q, "waiting": waiting, "breadcrumbs": _crumbs()}
    return render(request, "accounts/people.html", context)


@_inviter
@require_safe
def invitations(request):
    q = request.GET.get("q", "").strip()[:100]
    page = page_of(Paginator(selectors.invitations(request.user, q), PAGE_SIZE), request.GET.get("page"))
    targets.attach(list(page))
    for invitation in page:
        invitation.may_manage = selectors.may_manage(request.user, invitation)
    context = {"page": page, "q": q, "breadcrumbs": _crumbs(("Invitations en attente", None))}
    return render(request, "accounts/invitations.html", context)


@_inviter
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request):
    if request.method != "POST":
        kept = pending(request)
        form = InviteForm(by=request.user, initial=kept.dict() if kept else _asked(request))
        if record := _asked_record(request):
            form.offer([(record.public_id, describe(record))])
        return _invite_page(request, form)
    form = InviteForm(request.POST, by=request.user)
    if not form.is_valid():
        return _invite_page(request, form, status=422)
    data = form.cleaned_data
    invitation, token = services.invite(by=request.user, email=data["email"], label=data["label"], right=form.right)
    audit.note(request, Event.INVITATION, text=f"{invitation.get_role_display()} · {invitation.place}")
    _send(request, invitation, token)
    return redirect("accounts:invitations")


def _invite_page(request, form, status=200):
    context = {"form": form, "breadcrumbs": _crumbs(("Inviter une personne", None))}
    return render(request, "accounts/invite.html", context, status=status)


def _asked(request) -> dict:
    """What a link to the form says already: the role and the record."""
    record = _asked_record(request)
    asked = {"role": request.GET.get("role", "")}
    return asked | ({"record": record.name, "which": record.public_id} if record else {})


def _asked_record(request):
    target = targets.for_role(request.GET.get("role", ""))
    return targets.find(target.kind, request.GET.get("record", "")) if target else None


def _send(request, invitation: Invitation, token: str) -> None:
    try:
        mails.send_invitation(request, invitation, token)
    except OSError:
        log.exception("invitation not sent")
        messages.error(
            request,
            f"L’invitation de {invitation.email} est enregistrée, mais le message n’est pas parti. Renvoyez-la plus tard.",
        )
    else:
        messages.success(request, f"L’invitation est partie à {invitation.email}. Elle est valable quatorze jours.")


@_inviter
@require_POST
def resend(request, pk: int):
    invitation = _managed(request, pk)
    token = services.renew(invitation=invitation)
    audit.note(request, Event.INVITATION, text=f"{invitation.get_role_display()} · {invitation.place}, renvoyée")
    _send(request, invitation, token)
    return redirect("accounts:invitations")


@_inviter
@require_POST
def revoke(request, pk: int):
    invitation = _managed(request, pk)
    services.revoke(invitation=invitation)
    audit.note(request, Event.INVITATION_REVOKED, text=f"{invitation.get_role_display()} · {invitation.place}")
    messages.success(request, f"L’invitation de {invitation.email} est annulée : son lien n’ouvre plus rien.")
    return redirect("accounts:invitations")


def _managed(request, pk: int) -> Invitation:
    invitation = get_object_or_404(Invitation.objects.waiting().select_related("territory", "invited_by"), pk=pk)
    if not selectors.may_manage(request.user, invitation):
        raise PermissionDenied("Cette invitation concerne un territoire ou un rôle hors de votre portée.")
    return invitation


@_inviter
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request, pk: int):
    grant = get_object_or_404(Grant.objects.select_related("user", "territory"), pk=pk)
    if grant.user_id == request.user.pk:
        raise PermissionDenied("On ne se retire pas un droit à soi-même : demandez-le à une autre personne.")
    if not selectors.may_manage(request.user, grant):
        raise PermissionDenied("Ce droit concerne un territoire ou un rôle hors de votre portée.")
    targets.attach([grant])
    if request.method == "POST":
        try:
            services.withdraw(grant=grant)
        except services.LastAdministratorError as error:
            messages.error(request, str(error))
        else:
            text = f"{grant.get_role_display()} · {grant.place}"
            audit.note(request, Event.RIGHT_WITHDRAWN, grant.record, text, about=grant.user)
            messages.success(request, f"Le droit de {grant.user} est retiré.")
        return redirect("accounts:people")
    context = {"grant": grant, "breadcrumbs": _crumbs(("Retirer un droit", None))}
    return render(request, "accounts/withdraw.html", context)


def _may_withdraw(user, grant: Grant) -> bool:
    return grant.user_id != user.pk and selectors.may_manage(user, grant)
