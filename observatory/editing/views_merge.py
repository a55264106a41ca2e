"""Two records that are one: choose the other, choose field by field, confirm; or say that they are two."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from observatory.accounts import perms
from observatory.accounts.guards import desk_required
from observatory.accounts.perms import Action
from observatory.records.enums import State

from . import conflicts, merging, pages, services
from .enums import Deed
from .models import Revision
from .services import AlreadyDone, Author, Conflict

MOVED = "L’une des deux fiches a changé entre-temps : vérifiez de nouveau ce que la fusion garde."
ONLY_EDITORS = "Fusionner demande le rôle d’édition sur le territoire des deux fiches."


@desk_required
@require_http_methods(["GET", "HEAD", "POST"])
def merge(request, kind, public_id):
    """Without ``avec``, choose the other record; with it, choose what to keep, then merge."""
    record = pages.find(kind, public_id)
    pages.allow(perms.may(request.user, Action.MERGE, record), ONLY_EDITORS)
    asked = request.POST if request.method == "POST" else request.GET
    if done := Revision.objects.filter(token=conflicts.token(asked.get("token"))).first():
        return _done(request, kind, done)
    other_id = asked.get("avec", "")
    if not other_id.isalnum() or other_id == public_id:
        return _choose(request, kind, record)
    other = pages.find(kind, other_id)
    pages.allow(perms.may_merge(request.user, record, other), ONLY_EDITORS)
    if State.PUBLISHED not in (record.state, other.state) or record.state != other.state:
        messages.error(request, "L’une des deux fiches n’est plus publiée : elle a été archivée ou fusionnée.")
        return redirect("editing:history", kind.slug, public_id)
    survivor, loser = (other, record) if asked.get("garder") == other.public_id else (record, other)
    chosen = {name.removeprefix("choix-"): value for name, value in asked.items() if name.startswith("choix-")}
    if request.method == "POST" and "changer" not in asked:
        return _merge(request, kind, survivor, loser, record, chosen)
    return _compare(request, kind, survivor, loser, record, {})


def _choose(request, kind, record):
    words = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    mine = perms.reachable(request.user, Action.MERGE, kind.model.objects.filter(state=State.PUBLISHED))
    found = list(mine.search(words).exclude(pk=record.pk).order_by("sort_key", "pk")[:20]) if words else []
    alike, apart = kind.lookalikes(kind.read(record), record.public_id), services.told_apart(record)
    context = {
        "kind": kind,
        "record": record,
        "q": words,
        "found": found,
        "alike": [o for o in alike if o.public_id not in apart and perms.may_merge(request.user, record, o)],
        "breadcrumbs": pages.record_crumbs(kind, record, "Fusionner"),
    }
    return render(request, "editing/merge_choose.html", context)


def _compare(request, kind, survivor, loser, record, chosen, errors=()):
    other = loser if survivor.pk == record.pk else survivor
    context = {
        "kind": kind,
        "record": record,
        "other": other,
        "survivor": survivor,
        "loser": loser,
        "rows": merging.rows(kind, survivor, loser, chosen),
        "links": merging.links(kind, loser),
        "errors": errors,
        "starts": [conflicts.sign(kind, r.public_id, kind.read(r)) for r in (survivor, loser)],
        "token": conflicts.token(None),
        "breadcrumbs": pages.record_crumbs(kind, record, "Fusionner"),
    }
    return render(request, "editing/merge.html", context, status=409 if errors else 200)


def _merge(request, kind, survivor, loser, record, chosen):
    starts = [
        conflicts.read(request.POST.get(name), kind, side.public_id)
        for name, side in (("start-one", survivor), ("start-other", loser))
    ]
    if None in starts:
        return _compare(request, kind, survivor, loser, record, chosen, [conflicts.STALE])
    author = Author(
        request.user,
        comment=" ".join(request.POST.get("motif", "").split())[:300],
        token=conflicts.token(request.POST.get("token")),
    )
    try:
        kept = merging.values(kind, survivor, loser, chosen)
        if "territory" in kept and (sentence := pages.refuse_place(request.user, kept["territory"])):
            raise ValidationError(sentence)
        revision = services.merge(survivor, loser, kept, author, expected=tuple(starts))
    except AlreadyDone as again:
        revision = again.revision
    except Conflict:
        return _compare(request, kind, kind.get(survivor.public_id), kind.get(loser.public_id), record, chosen, [MOVED])
    except ValidationError as refusal:
        return _compare(request, kind, survivor, loser, record, chosen, pages.sentences(refusal))
    return _done(request, kind, revision)


def _done(request, kind, revision):
    """The survivor's page, with the button that separates them again."""
    survivor = kind.get(revision.public_id)
    parted = Revision.objects.filter(kind=kind.key, public_id=revision.other, deed=Deed.MERGED).first()
    pages.tell_saved(request, kind, parted, "Les deux fiches n’en font plus qu’une.")
    return redirect(pages.page_of(kind, survivor))


@pages.post_only
def separate(request, kind, public_id):
    """Undo a merge, from the history of the record that was merged away."""
    record = pages.find(kind, public_id)
    merged = Revision.objects.of(record).filter(deed=Deed.MERGED).first()
    other = pages.find(kind, merged.other) if merged else record
    pages.allow(perms.may_merge(request.user, record, other), ONLY_EDITORS)
    try:
        services.separate(record, Author(request.user, token=conflicts.token(request.POST.get("token"))))
    except AlreadyDone:
        pass
    except ValidationError as refusal:
        for sentence in pages.sentences(refusal):
            messages.error(request, sentence)
        return redirect("editing:history", kind.slug, public_id)
    messages.success(request, "Les deux fiches sont de nouveau séparées.")
    return redirect(pages.page_of(kind, kind.get(public_id)))


@pages.post_only
def tell_apart(request, kind, public_id):
    """« Ce ne sont pas les mêmes »: nobody is asked again."""
    record = pages.find(kind, public_id)
    other_id = request.POST.get("avec", "")
    other = pages.find(kind, other_id if other_id.isalnum() else "")
    pages.allow(perms.may_merge(request.user, record, other), ONLY_EDITORS)
    if record.pk != other.pk:
        services.tell_apart(record, other, request.user)
        messages.success(request, f"C’est noté : « {record.name} » et « {other.name} » sont deux fiches différentes.")
    return pages.way_on(request, kind, record)
