"""Drafts: kept while one types, listed, thrown away and brought back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from observatory.accounts import perms
from observatory.accounts.guards import desk_required

from . import drafts, pages
from .models import Draft


@pages.while_typing
def save(request, kind):
    """Keep what was typed; htmx gets a sentence, a plain form goes on to the list of drafts."""
    public_id = request.POST.get("fiche", "")
    if public_id:
        record = pages.find(kind, public_id if public_id.isalnum() else "")
        pages.allow(perms.may_edit(request.user, record))
    else:
        pages.allow(perms.may_add(request.user, kind.model))
    try:
        draft = drafts.save(request.user, kind, public_id, request.POST)
    except drafts.TooLong as refusal:
        return HttpResponse(format_html("<p>{}</p>", refusal), status=200 if request.htmx else 413)
    at = timezone.localtime(draft.saved_at)
    sentence = f"Brouillon enregistré à {at.hour}\u00a0h\u00a0{at.minute:02}."
    if request.htmx:
        return HttpResponse(format_html("<p>{}</p>", sentence))
    messages.success(request, sentence)
    return redirect("editing:drafts")


@desk_required
@require_safe
def index(request):
    context = {
        "rows": drafts.listed(request.user),
        "breadcrumbs": [("Bureau", reverse("editing:desk")), ("Brouillons", None)],
    }
    return render(request, "editing/drafts.html", context)


@pages.post_only
def throw(request, pk):
    """Delete one of one's own drafts; the message has a button that brings it back."""
    drafts.throw(request.session, get_object_or_404(Draft, pk=pk, user=request.user))
    messages.success(request, "Brouillon supprimé.", extra_tags=reverse("editing:draft-back"))
    return redirect(pages.next_address(request) or reverse("editing:drafts"))


@pages.post_only
def bring_back(request):
    if drafts.bring_back(request.session, request.user):
        messages.success(request, "Le brouillon est revenu.")
    else:
        messages.warning(request, "Ce brouillon n’est plus là, ou un plus récent a pris sa place.")
    return redirect("editing:drafts")
