"""The history of a record, and the ways back."""

from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from observatory.accounts import perms
from observatory.accounts.guards import desk_required
from observatory.accounts.perms import Action
from observatory.pages.listing import page_of
from observatory.records.enums import State

from . import conflicts, pages, services
from .differences import Line, Shower
from .enums import Deed
from .models import Revision
from .services import AlreadyDone, Author
from .undo import can_undo, may_undo, undo, values_before

PAGE = 15


@dataclass(frozen=True)
class Entry:
    """A revision as the page shows it."""

    revision: Revision
    lines: list[Line]
    #: the record it is about, when that is the other one of a merge
    about_other: bool
    undoable: bool
    #: the load or the suggestion that it belongs to, and its page
    batch: str
    batch_url: str


@desk_required
@require_safe
def history(request, kind, public_id):
    record = pages.find(kind, public_id)
    pages.allow(
        perms.may_see_history(request.user, record),
        "Cet historique n’est lisible que par ceux qui répondent de la fiche.",
    )
    field = request.GET.get("champ", "")
    revisions = _revisions(kind, record)
    if field:
        if field not in kind.labels:
            raise Http404("Ce champ n’existe pas.")
        revisions = revisions.filter(fields__has_key=field)
    page = page_of(Paginator(revisions.select_related("user"), PAGE), request.GET.get("page"))
    shower, may_revert = Shower(kind), perms.may_revert(request.user, record)
    others = _names(kind, {r.other for r in page} | {r.public_id for r in page} - {record.public_id})
    entries = []
    for revision in page:
        revision.other_record = others.get(revision.other)
        own = revision.public_id == record.public_id
        fields = {name: pair for name, pair in revision.fields.items() if not field or name == field}
        undoable = own and can_undo(revision) and record.state == _state_after(revision)
        undoable = undoable and may_undo(request.user, record, revision)
        entries.append(Entry(revision, shower.lines(fields), not own, undoable, *_batch(revision.batch)))
    context = {
        "kind": kind,
        "record": record,
        "page": page,
        "entries": entries,
        "field": field,
        "fields": kind.labels.items(),
        "may_revert": may_revert and record.state != State.MERGED,
        "may_edit": perms.may_edit(request.user, record),
        "may_archive": perms.may_archive(request.user, record),
        "may_merge": perms.may(request.user, Action.MERGE, record),
        "token": conflicts.token(None),
        "survivor": others.get(_survivor_id(record)),
        "breadcrumbs": pages.record_crumbs(kind, record, "Historique"),
    }
    return render(request, "editing/history.html", context)


#: kind of a batch → its French name and its page
BATCHES = {
    "import": ("chargement n°\u00a0{}", "imports:detail"),
    "suggestion": ("suggestion n°\u00a0{}", "editing:suggestion"),
}


def _batch(batch: str) -> tuple[str, str]:
    kind, _, pk = batch.partition(":")
    if kind not in BATCHES or not pk.isdecimal():
        return batch, ""
    label, page = BATCHES[kind]
    return label.format(pk), reverse(page, args=[pk])


def _state_after(revision: Revision) -> str:
    """The state in which a record must be for a revision to be undone."""
    return {Deed.ARCHIVED: State.ARCHIVED, Deed.MERGED: State.MERGED}.get(revision.deed, State.PUBLISHED)


def _revisions(kind, record):
    """The revisions of a record and of those that were merged into it, the latest first."""
    merged = Revision.objects.of(record).filter(deed=Deed.MERGED).exclude(other="").values_list("other", flat=True)
    absorbed = kind.model._base_manager.filter(public_id__in=list(merged), state=State.MERGED)
    ids = [record.public_id]
    if record.state != State.MERGED:
        ids += absorbed.values_list("public_id", flat=True)
    return Revision.objects.filter(kind=kind.key, public_id__in=ids).order_by("-pk")


def _survivor_id(record) -> str:
    """The public id of the record into which this one was merged; empty when it was not."""
    if record.state != State.MERGED:
        return ""
    merged = Revision.objects.of(record).filter(deed=Deed.MERGED).first()
    return merged.other if merged else ""


def _names(kind, ids) -> dict:
    return {record.public_id: record for record in kind.model._base_manager.filter(public_id__in=ids - {""})}


@desk_required
@require_http_methods(["GET", "HEAD", "POST"])
def go_back(request, kind, public_id, revision):
    """Show what going back to a state would change, then do it."""
    record = pages.find(kind, public_id)
    pages.allow(perms.may_revert(request.user, record))
    revision = get_object_or_404(Revision, kind=kind.key, public_id=public_id, pk=revision)
    if record.state == State.MERGED:
        messages.warning(request, "Cette fiche a été fusionnée : séparez-la d’abord.")
        return redirect("editing:history", kind.slug, public_id)
    values = services.state_at(record, revision)
    errors = []
    if request.method == "POST":
        token = conflicts.token(request.POST.get("token"))
        try:
            _check_place(request, kind, record, values)
            with pages.within_reach(request.user, kind, public_id):
                written = services.revert(record, revision, Author(request.user, token=token))
        except AlreadyDone as again:
            written = again.revision
        except ValidationError as refusal:
            errors = pages.sentences(refusal)
        if not errors:
            pages.tell_saved(request, kind, written, "La fiche est revenue à cet état.")
            return redirect(pages.page_of(kind, kind.get(public_id)))
    context = {
        "kind": kind,
        "record": record,
        "revision": revision,
        "errors": errors,
        "lines": Shower(kind).between(kind.read(record), values),
        "token": conflicts.token(request.POST.get("token")),
        "breadcrumbs": pages.record_crumbs(kind, record, "Revenir à cet état"),
    }
    return render(request, "editing/go_back.html", context, status=422 if errors else 200)


@pages.post_only
def undo_revision(request, kind, public_id, revision):
    """Undo one change; whoever may do the opposite deed may undo."""
    record = pages.find(kind, public_id)
    revision = get_object_or_404(Revision, kind=kind.key, public_id=public_id, pk=revision)
    pages.allow(may_undo(request.user, record, revision))
    try:
        _check_place(request, kind, record, values_before(record, revision))
        token = conflicts.token(request.POST.get("token"))
        with pages.within_reach(request.user, kind, public_id):
            done = undo(record, revision, Author(request.user, token=token, comment="Annulation"))
    except AlreadyDone as again:
        done = again.revision
    except ValidationError as refusal:
        for sentence in pages.sentences(refusal):
            messages.error(request, sentence)
        return redirect("editing:history", kind.slug, public_id)
    if done is None:
        messages.info(request, "C’était déjà annulé.")
    else:
        messages.success(request, "Annulé : la fiche est revenue à ce qu’elle était.")
    return redirect(pages.page_of(kind, kind.get(public_id)))


def _check_place(request, kind, record, values) -> None:
    """A way back must not place a record where the person has no right."""
    if "territory" in values and values["territory"] != kind.read(record)["territory"]:
        sentence = pages.refuse_place(request.user, values["territory"])
        if sentence:
            raise ValidationError(sentence)
