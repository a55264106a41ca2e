"""The working pages: my checklists, one checklist with its filters, opening, publishing, printing."""

from dataclasses import replace

from django.db.models import Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from observatory.accounts import perms
from observatory.accounts.guards import desk_required
from observatory.editing import conflicts, pages
from observatory.editing.models import Revision
from observatory.editing.services import AlreadyDone, Author
from observatory.pages.listing import Choice, address
from observatory.territories.models import Collectivity

from ..kits.models import Lever
from . import access, editions, exports, selectors, services
from .editing import ANSWERS, CHECKLISTS
from .enums import Priority, Status
from .models import Checklist
from .selectors import Fiche, Reader, Row
from .start import TEN

SORTS = {"": "Par fiche", "due": "Échéance", "priority": "Priorité"}
NONE = "none"
#: proposals shown above the fiches; the others stand at their levers
SHOWN = 5


@desk_required
@require_safe
def mine(request):
    """The checklists that somebody may read, and the kits that a body of theirs has not begun."""
    bodies = Collectivity.objects.filter(public_id__in=perms.spoken_for(request.user, Collectivity.change_kind))
    bodies = list(bodies.order_by("sort_key"))
    held = Checklist.objects.published().select_related("collectivity", "kit").order_by("sort_key")
    places = perms.territories(request.user, perms.Action.HELP)
    if places is not None:
        inside = Q(collectivity__in=bodies)
        for place in places:
            inside |= Q(collectivity__in=Collectivity.objects.filter(Collectivity.lying_in(place)))
        held = held.filter(inside)
    held = list(held[:500])
    begun = {(row.collectivity_id, row.kit_id) for row in held}
    openings = [
        (body, kit)
        for body in bodies
        for kit in selectors.kits_for(selectors.levels_of(body))
        if (body.pk, kit.pk) not in begun
    ]
    context = {
        "held": held,
        "openings": openings,
        "breadcrumbs": [("Bureau", reverse("editing:desk")), ("Grilles de leviers", None)],
    }
    return render(request, "checklists/mine.html", context)


@access.button
def open_one(request, code, kit):
    """Begin the checklist of a body."""
    body, found = selectors.body_and_kit(code, kit)
    access.allow_opening(request.user, body, found)
    author = Author(request.user)
    checklist = services.open_checklist(body, found, author)
    for lever in Lever.objects.filter(sheet__kit=found, public_id__in=request.POST.getlist("lever")[:TEN]):
        services.mark_to_study(checklist, lever, author)
    return redirect("checklists:work", code, kit)


# One checklist ------------------------------------------------------------------------------------------------------


@desk_required
@require_safe
def work(request, code, kit):
    desk = access.enter(request, code, kit)
    fiche = selectors.fiche(desk.checklist, Reader.INSIDE)
    chosen = {name: request.GET.get(name, "") for name in ("status", "theme", "priority", "mine", "sort")}
    if chosen["sort"] not in SORTS or chosen["status"] not in {"", NONE, *Status.values}:
        raise Http404("Ce tri ou cet état n’existe pas.")
    blocks = shown_blocks(fiche, chosen, request.user)
    themes = {theme.key: theme for row in fiche.rows for theme in row.lever.held_themes}
    context = {
        "desk": desk,
        "checklist": desk.checklist,
        "edition": None if desk.checklist.edition.is_current else editions.next_edition(desk.checklist),
        "fiche": fiche,
        "tally": fiche.tally,
        "blocks": blocks,
        "formats": [(form, label) for form, (label, _) in exports.FORMATS.items()],
        "count": sum(len(block.rows) for block in blocks),
        "found": fiche.proposals[:SHOWN],
        "found_count": len(fiche.proposals),
        "chosen": chosen,
        "is_filtered": any(chosen[name] for name in ("status", "theme", "priority", "mine")),
        "states": [(NONE, "sans réponse"), *Status.choices],
        "themes": sorted(themes.values(), key=lambda theme: (theme.order, theme.name)),
        "priorities": [(str(value), label) for value, label in Priority.choices],
        "sorts": [Choice(label, address(request.GET, sort=key or None), key, key == chosen["sort"]) for key, label in SORTS.items()],
        "breadcrumbs": desk.crumbs(),
    }  # fmt: skip
    return render(request, "checklists/work.html", context)


def shown_blocks(fiche: Fiche, chosen: dict[str, str], user) -> list[selectors.Block]:
    """The fiches with the levers that the filters keep; sorted by due day or priority, they are one list."""
    own = _own(user) if chosen["mine"] else None

    def keeps(row: Row) -> bool:
        return (
            (not chosen["status"] or row.status == ("" if chosen["status"] == NONE else chosen["status"]))
            and (not chosen["theme"] or chosen["theme"] in {theme.key for theme in row.lever.held_themes})
            and (not chosen["priority"] or str(row.priority) == chosen["priority"])
            and (own is None or (row.answer is not None and row.answer.public_id in own))
        )

    kept = [replace(block, rows=[row for row in block.rows if keeps(row)]) for block in fiche.blocks]
    kept = [block for block in kept if block.rows]
    if not chosen["sort"]:
        return kept
    rows = [row for block in kept for row in block.rows if getattr(row, chosen["sort"])]
    rows.sort(key=lambda row: getattr(row, chosen["sort"]))
    rest = [row for block in kept for row in block.rows if not getattr(row, chosen["sort"])]
    named = {"due": ("Avec une échéance", "Sans échéance"), "priority": ("Avec une priorité", "Sans priorité")}
    parts = zip(named[chosen["sort"]], (rows, rest), strict=True)
    return [selectors.Block("", title, f"tri-{n}", part) for n, (title, part) in enumerate(parts) if part]


def _own(user) -> set[str]:
    """The public ids of the answers that somebody has written."""
    return set(Revision.objects.filter(kind=ANSWERS.key, user=user).values_list("public_id", flat=True))


@desk_required
@require_safe
def printed(request, code, kit):
    desk = access.enter(request, code, kit)
    fiche = selectors.fiche(desk.checklist, Reader.INSIDE)
    return render(request, "checklists/print.html", print_context(fiche, desk.crumbs(("Imprimer", None))))


def print_context(fiche: Fiche, breadcrumbs) -> dict:
    """What the paper shows: a cover, a summary on one page, then each fiche."""
    rows = fiche.rows
    dated = sorted((row for row in rows if row.due), key=lambda row: row.due)
    return {
        "fiche": fiche,
        "checklist": fiche.checklist,
        "tally": fiche.tally,
        "at_work": [row for row in rows if row.status in (Status.DONE, Status.ONGOING)],
        "dated": dated,
        "pieces": sum(len(row.pieces) for row in rows),
        "is_inside": fiche.reader is Reader.INSIDE,
        "title": fiche.checklist.collectivity.name if fiche.checklist.collectivity_id else "",
        "breadcrumbs": breadcrumbs,
    }


# Publishing ---------------------------------------------------------------------------------------------------------


@desk_required
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request, code, kit):
    """Show what everybody will read, then show it; or take it back."""
    desk = access.enter(request, code, kit, to_write=True)
    if request.method == "POST":
        author = Author(request.user, token=conflicts.token(request.POST.get("token")))
        wanted = request.POST.get("publier") == "oui"
        try:
            revision = services.publish(desk.checklist, author, is_published=wanted)
        except AlreadyDone as again:
            revision = again.revision
        said = "La grille est publiée." if wanted else "La grille n’est plus publique."
        pages.tell_saved(request, CHECKLISTS, revision, said)
        return redirect("checklists:public" if wanted else "checklists:work", code, kit)
    fiche = selectors.fiche(desk.checklist, Reader.PUBLIC)
    rows = [*fiche.rows, *fiche.withdrawn]
    context = {
        "desk": desk,
        "checklist": desk.checklist,
        "tally": fiche.tally,
        "public_notes": sum(1 for row in rows if row.note),
        "private_notes": sum(1 for row in rows if row.answer and row.answer.note and not row.note),
        "pieces": sum(len(row.pieces) for row in rows),
        "token": conflicts.token(None),
        "breadcrumbs": desk.crumbs(("Publier", None)),
    }
    return render(request, "checklists/publish.html", context)
