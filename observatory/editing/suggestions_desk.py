"""Proposing from the desk: those who speak for a record fill the form of the CRESS, and the CRESS decides."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from observatory.accounts import perms
from observatory.accounts.guards import desk_required, pending
from observatory.records.enums import State

from . import conflicts, pages, row_changes, suggestions
from .registry import by_slug
from .suggestions_views import lay

#: what a proposal leaves out: a point is put on the map of the CRESS's own form
LEFT_OUT = ("point",)
SENT = "Votre proposition est arrivée : la CRESS décide, et sa réponse paraîtra sur votre bureau."
TOO_LONG = "Le message tient en 4\u202f000 signes."


@require_http_methods(["GET", "HEAD", "POST"])
@desk_required
def propose(request, kind: str, public_id: str):
    """What differs from the record as it was when the form was drawn is proposed; nothing else is written."""
    kind = by_slug(kind)
    if kind is None:
        raise Http404("Cette fiche n’existe pas.")
    record = pages.find(kind, public_id)
    pages.allow(perms.may_propose(request.user, record))
    if record.state != State.PUBLISHED:
        raise Http404("Cette fiche n’est plus publiée.")
    typed = request.POST if request.method == "POST" else pending(request)
    form = _form(kind, record, request.user, typed)
    if request.method != "POST" or "reprendre" in request.POST:
        if typed is not None:
            form.quiet()
        return _page(request, kind, record, form, typed)
    message = request.POST.get("message", "").strip()
    if form.is_valid() and len(message) <= 4000:
        try:
            suggestions.propose(
                kind,
                record,
                _touched(kind, record, form, request.POST.get("start")),
                user=request.user,
                message=message,
                token=conflicts.token(request.POST.get("token")),
            )
        except ValidationError as fault:
            lay(form, fault)
        else:
            messages.success(request, SENT)
            for sentence in form.warnings:
                messages.warning(request, sentence)
            return redirect("editing:desk")
    elif len(message) > 4000:
        form.add_error(None, TOO_LONG)
    return _page(request, kind, record, form, request.POST, status=422)


def _form(kind, record, user, typed):
    form = kind.form(typed, initial=kind.read(record), record=record, user=user)
    for name in LEFT_OUT:
        form.fields.pop(name, None)
    form.CHECKED = ()  # the checks while one types are for those who may edit
    return form


def _touched(kind, record, form, start) -> dict:
    """The fields that the person changed, whatever somebody else has changed since, in other rows of a list included."""
    now = kind.read(record)
    held = conflicts.read(start, kind, record.public_id) or now
    untouched = form.normal(held)
    touched = {name: value for name, value in form.plain().items() if value != untouched[name]}
    for name in kind.rows.keys() & touched.keys():
        same = kind.rows[name]
        mine = row_changes.changes(name, untouched[name], touched[name], same)
        touched[name] = row_changes.apply(now[name], mine, same)
    return touched


def _page(request, kind, record, form, typed, *, status=200):
    start = typed.get("start", "") if typed is not None else ""
    known = conflicts.read(start, kind, record.public_id) is not None
    context = {
        "kind": kind,
        "record": record,
        "form": form,
        "start": start if known else conflicts.sign(kind, record.public_id, kind.read(record)),
        "token": conflicts.token(typed.get("token") if typed is not None else ""),
        "message": typed.get("message", "") if typed is not None else "",
        "breadcrumbs": [("Bureau", reverse("editing:desk")), (f"Proposer : {record.name}", None)],
    }
    return render(request, "editing/suggest_own.html", context, status=status)
