"""The desk's first page, ``/bureau/``, its work lists and its look-alikes."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from observatory.accounts import perms
from observatory.accounts.guards import desk_required
from observatory.accounts.perms import Action
from observatory.pages.listing import PAGE_SIZE, Chip, address, page_of
from observatory.records import changes
from observatory.territories import selectors
from observatory.territories.models import Territory

from . import alike, desk, queue
from .desk_registry import Work, panels, rooms, work_of
from .registry import by_slug, kind_by_key

HOME = ("Bureau", "editing:desk")


@require_safe
@desk_required
def home(request):
    """What to do today: on my territories, or on the record that I speak for."""
    user = request.user
    decides = perms.may_somewhere(user, Action.DECIDE)
    overviews = desk.overviews(user)
    context = {
        "overviews": overviews,
        "decides": decides,
        "suggestions": queue.counts(queue.to_decide(user)) if decides else None,
        "places": perms.territories(user, Action.CHECK) or [],
        "everywhere": perms.territories(user, Action.CHECK) is None,
        "most": alike.MOST,
        "drafts": desk.drafts(user),
        "changes": desk.last_changes(user) if overviews else [],
        "own": desk.own_records(user),
        "mine": desk.own_suggestions(user),
        "panels": panels(user),
        "rooms": rooms(user),
        "breadcrumbs": [("Bureau", None)],
    }
    return render(request, "editing/desk.html", context)


# Work lists ---------------------------------------------------------------------------------------------------


def _work(slug: str) -> Work:
    kind = by_slug(slug)
    work = kind and work_of(kind.key)
    if work is None:
        raise Http404("Cette liste n’existe pas.")
    return work


def _check_reach(user) -> None:
    if not desk.reaches_places(user):
        raise PermissionDenied("Ces listes sont réservées à la CRESS : votre fiche figure sur votre bureau.")


@require_safe
@desk_required
def work_list(request, kind: str, slug: str):
    """The records of a list, the first to do first; ``a-completer`` begins with the least complete."""
    work = _work(kind)
    _check_reach(request.user)
    item = work.list_of(slug)
    if item is None and slug != "a-completer":
        raise Http404("Cette liste n’existe pas.")
    place = _place(request.GET)
    rows = desk.records(request.user, work, place)
    if item is None:
        title = "Fiches à compléter"
        sentence = "Les moins complètes d’abord. Chaque champ pèse selon son utilité : la somme fait 100."
        rows = rows.annotate(complete=work.completeness()).order_by("complete", "sort_key", "pk")
    else:
        title, sentence = item.title, item.sentence
        rows = rows.filter(item.condition()).order_by(*item.order)
    page = page_of(_Pages(rows, PAGE_SIZE, work, complete=item is None), request.GET.get("page"))
    for row in page.object_list:
        row.note = item.note(row) if item else f"complète à {row.complete} %"
    context = {
        "kind": kind_by_key(work.kind),
        "title": title,
        "sentence": sentence,
        "page": page,
        "place": place,
        "weights": work.weights if item is None else [],
        "active": [Chip(place.label, address(request.GET, territory=None, place=None))] if place else [],
        "reset_url": request.path,
        "breadcrumbs": [(HOME[0], reverse(HOME[1])), (title, None)],
    }
    return render(request, "editing/desk_list.html", context)


class _Pages(Paginator):
    """Keys first, then the rows of the page with what a line shows: rows that are skipped are never read whole."""

    def __init__(self, rows, size, work, *, complete):
        super().__init__(rows, size)
        self.work, self.complete = work, complete

    def page(self, number):
        page = super().page(number)
        keys = [key for key, *_ in page.object_list.values_list("pk")]
        rows = self.work.for_line(self.object_list.model._base_manager.filter(pk__in=keys))
        found = {row.pk: row for row in (rows.annotate(complete=self.work.completeness()) if self.complete else rows)}
        page.object_list = [found[key] for key in keys if key in found]
        return page


def _place(query) -> Territory | None:
    code, typed = query.get("territory", "").replace("\x00", ""), query.get("place", "").strip()[:200]
    found = Territory.objects.filter(code=code).first() if code else None
    return selectors.best_match(typed) if typed and (found is None or found.label != typed) else found


# Look-alikes --------------------------------------------------------------------------------------------------


@require_safe
@desk_required
def lookalikes(request, kind: str):
    """The pairs of records that may be one, the most telling first."""
    work = _work(kind)
    _check_reach(request.user)
    place = _place(request.GET)
    number = desk.state(request.user, work, changes.safe_number())
    found = alike.pairs(work, desk.records(request.user, work, place), number)
    page = page_of(Paginator(found, PAGE_SIZE), request.GET.get("page"))
    keys = [key for pair in page.object_list for key in (pair.one, pair.other)]
    rows = work.for_line(work.records().filter(pk__in=keys)).in_bulk()
    context = {
        "kind": kind_by_key(work.kind),
        "page": page,
        "pairs": [(rows[p.one], rows[p.other], p.marks) for p in page.object_list if p.one in rows and p.other in rows],
        "most": alike.MOST,
        "place": place,
        "merges": perms.may_somewhere(request.user, Action.MERGE),
        "active": [Chip(place.label, address(request.GET, territory=None, place=None))] if place else [],
        "reset_url": request.path,
        "breadcrumbs": [(HOME[0], reverse(HOME[1])), ("Doublons possibles", None)],
    }
    return render(request, "editing/desk_alike.html", context)
