"""One-click deeds: verified today, archive, restore."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from observatory.accounts import perms
from observatory.accounts.guards import desk_required
from observatory.records.enums import State

from . import conflicts, merging, pages, services
from .services import AlreadyDone, Author

NOT_PUBLIC = "Cette fiche n’est pas publiée : rétablissez-la d’abord."


@pages.post_only
def check(request, kind, public_id):
    """« Vérifié aujourd’hui », from a list or from the page of the record."""
    record = pages.find(kind, public_id)
    pages.allow(perms.may_check(request.user, record))
    if record.state == State.PUBLISHED:
        services.check(record, Author(request.user))
        record.refresh_from_db()
    if request.htmx:
        return render(request, "editing/_checked.html", {"record": record})
    if record.state == State.PUBLISHED:
        messages.success(request, f"« {record.name} » est vérifié à la date d’aujourd’hui.")
    else:
        messages.warning(request, NOT_PUBLIC)
    return pages.way_on(request, kind, record)


@desk_required
@require_http_methods(["GET", "HEAD", "POST"])
def archive(request, kind, public_id):
    """Ask for the reason, then take the record out of every public place."""
    record = pages.find(kind, public_id)
    pages.allow(perms.may_archive(request.user, record), "Archiver demande le rôle d’édition sur ce territoire.")
    if record.state != State.PUBLISHED and request.method != "POST":
        messages.info(request, "Cette fiche n’est plus publiée.")
        return redirect("editing:history", kind.slug, public_id)
    reason, error = " ".join(request.POST.get("motif", "").split()), ""
    if request.method == "POST":
        error = "" if reason else "Dites en quelques mots pourquoi : le motif reste dans l’historique."
        error = error or ("Le motif tient en 300 signes." if len(reason) > 300 else "")
        if not error:
            token = conflicts.token(request.POST.get("token"))
            return _set(request, kind, record, services.archive, "Fiche archivée.", reason, token)
    context = {
        "kind": kind,
        "record": record,
        "reason": reason,
        "error": error,
        "links": merging.links(kind, record),
        "token": conflicts.token(request.POST.get("token")),
        "breadcrumbs": pages.record_crumbs(kind, record, "Archiver"),
    }
    return render(request, "editing/archive.html", context, status=422 if error else 200)


@pages.post_only
def restore(request, kind, public_id):
    record = pages.find(kind, public_id)
    pages.allow(perms.may_archive(request.user, record), "Rétablir demande le rôle d’édition sur ce territoire.")
    if record.state == State.MERGED:
        messages.error(request, "Cette fiche a été fusionnée : séparez-la plutôt.")
        return redirect("editing:history", kind.slug, public_id)
    return _set(
        request, kind, record, services.restore, "Fiche rétablie.", "", conflicts.token(request.POST.get("token"))
    )


def _set(request, kind, record, deed, text, reason, token):
    try:
        revision = deed(record, Author(request.user, comment=reason, token=token))
    except AlreadyDone as again:
        revision = again.revision
    except ValidationError as refusal:
        for sentence in pages.sentences(refusal):
            messages.error(request, sentence)
        return redirect("editing:history", kind.slug, record.public_id)
    pages.tell_saved(request, kind, revision, text)
    return redirect(pages.page_of(kind, kind.get(record.public_id)))
