"""The checklist in time: its named states, what moved between two of them, the passage to a new edition."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from observatory.accounts.guards import desk_required, pending
from observatory.editing import conflicts, pages
from observatory.editing.services import AlreadyDone, Author

from . import access, editions, selectors, services, snapshots
from .editing import CHECKLISTS
from .selectors import Reader

NOW = "maintenant"


@desk_required
@require_http_methods(["GET", "HEAD", "POST"])
def states(request, code, kit):
    """The named states, and the form that keeps today's."""
    desk = access.enter(request, code, kit, to_write=request.method == "POST")
    error, name = "", (request.POST if request.method == "POST" else pending(request) or {}).get("nom", "")
    if request.method == "POST":
        try:
            made = snapshots.take(selectors.fiche(desk.checklist, Reader.INSIDE, beside=False), name, request.user)
        except ValidationError as refusal:
            error = refusal.messages[0]
        else:
            messages.success(request, f"L’état « {made.name} » est gardé.")
            return redirect("checklists:states", code, kit)
    context = {
        "desk": desk,
        "checklist": desk.checklist,
        "rows": [
            (row, snapshots.counts(row.data)) for row in desk.checklist.snapshots.select_related("edition", "user")
        ],
        "name": name,
        "error": error,
        "breadcrumbs": desk.crumbs(("États nommés", None)),
    }
    return render(request, "checklists/states.html", context, status=422 if error else 200)


@desk_required
@require_safe
def moves(request, code, kit):
    """What moved between two named states, or between one and now."""
    desk = access.enter(request, code, kit)
    rows = {str(row.pk): row for row in desk.checklist.snapshots.select_related("edition")}
    asked = [request.GET.get("de", ""), request.GET.get("a", NOW) or NOW]
    if asked[0] not in rows or (asked[1] != NOW and asked[1] not in rows):
        raise Http404("Cet état n’existe pas dans cette grille.")
    before = rows[asked[0]]
    after = rows.get(asked[1])
    now = None if after else snapshots.photograph(selectors.fiche(desk.checklist, Reader.INSIDE, beside=False))
    data = after.data if after else now
    changes = snapshots.moved(before.data, data)
    was, holds = snapshots.counts(before.data), snapshots.counts(data)
    context = {
        "desk": desk,
        "checklist": desk.checklist,
        "before": before,
        "after": after,
        "rows": list(rows.values()),
        "changes": changes,
        "counts": [
            (snapshots.label({"status": status}), was[status], holds[status], holds[status] - was[status])
            for status in was
        ],
        "breadcrumbs": desk.crumbs(("États nommés", desk.url("states")), ("Ce qui a bougé", None)),
    }
    return render(request, "checklists/moves.html", context)


@desk_required
@require_http_methods(["GET", "HEAD", "POST"])
def edition(request, code, kit):
    """What the edition in force changes for this checklist, and the button that moves to it."""
    desk = access.enter(request, code, kit, to_write=request.method == "POST")
    to = editions.next_edition(desk.checklist)
    if to is None:
        messages.info(request, "La grille suit déjà l’édition en vigueur.")
        return redirect("checklists:work", code, kit)
    if request.method == "POST":
        author = Author(request.user, token=conflicts.token(request.POST.get("token")))
        try:
            revision = services.move_to(desk.checklist, to, author)
        except AlreadyDone as again:
            revision = again.revision
        pages.tell_saved(request, CHECKLISTS, revision, f"La grille suit maintenant l’édition « {to.name} ».")
        return redirect("checklists:work", code, kit)
    context = {
        "desk": desk,
        "checklist": desk.checklist,
        "passage": editions.passage(selectors.fiche(desk.checklist, Reader.INSIDE, beside=False), to),
        "token": conflicts.token(None),
        "breadcrumbs": desk.crumbs(("Nouvelle édition", None)),
    }
    return render(request, "checklists/edition.html", context)
