"""The list of the records that somebody may edit."""

from dataclasses import dataclass

from django.db.models import F, Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from observatory.accounts import perms
from observatory.accounts.guards import desk_required
from observatory.accounts.perms import Action
from observatory.pages.listing import PAGE_SIZE, Chip, Choice, address, page_of
from observatory.records.enums import State
from observatory.search.pagination import CountedPaginator
from observatory.territories import selectors
from observatory.territories.models import Territory

from . import desk_registry
from .desk_registry import Narrowing

STATES = [
    (State.PUBLISHED, "Publiées"),
    (State.ARCHIVED, "Archivées"),
    (State.MERGED, "Fusionnées"),
    ("all", "Toutes"),
]
SORTS = {
    "name": ("Nom", ("sort_key", "pk")),
    "-change": ("Modifiées récemment", ("-change", "pk")),
    "-created": ("Ajoutées récemment", ("-created_at", "pk")),
    "checked": ("À vérifier d’abord", (F("checked_on").asc(nulls_first=True), "sort_key", "pk")),
}


@desk_required
@require_safe
def records(request, kind):
    """Words, state, territory; a place typed in words becomes a code in the address."""
    query = request.GET
    if "place" in query:
        return redirect(_with_code(query, request.path))
    state, sort = query.get("state") or State.PUBLISHED, query.get("sort") or "name"
    if state not in dict(STATES) or sort not in SORTS:
        raise Http404("Ce tri ou cet état n’existe pas.")
    place = Territory.objects.filter(code=_plain(query.get("territory"))).first()
    rows = perms.reachable(request.user, Action.EDIT, kind.model.objects.all())
    if state != "all":
        rows = rows.filter(state=state)
    if place is not None:
        rows = rows.filter(kind.model.lying_in(place))
    elif query.get("territory"):
        rows = rows.none()
    selects = [_Select.of(narrowing, query) for narrowing in desk_registry.narrowings(kind.key)]
    for select in selects:
        rows = rows.filter(select.condition) if select.value else rows
    words = _plain(query.get("q"))[:200]
    rows = rows.search(words).order_by(*SORTS[sort][1])
    total = rows.count()
    paginator = CountedPaginator(rows, PAGE_SIZE, count=total, change=lambda: 0, rows=lambda pks: _shown(kind, pks))
    context = {
        "kind": kind,
        "page": page_of(paginator, query.get("page")),
        "total": total,
        "place": place,
        "states": [Choice(label, "", value, value == state) for value, label in STATES],
        "sorts": [Choice(label, "", key, key == sort) for key, (label, _) in SORTS.items()],
        "selects": selects,
        "active": _chips(query, words, place, selects),
        "may_add": perms.may_add(request.user, kind.model),
        "may_archive": perms.may_add(request.user, kind.model, Action.ARCHIVE),
        "breadcrumbs": [("Bureau", reverse("editing:desk")), (kind.title, None)],
    }
    return render(request, "editing/records.html", context)


@dataclass(frozen=True)
class _Select:
    """A narrowing as the page shows it, with what is chosen."""

    name: str
    label: str
    choices: list[tuple[str, str]]
    value: str
    chosen: str
    condition: Q

    @classmethod
    def of(cls, narrowing: Narrowing, query) -> "_Select":
        value = query.get(narrowing.parameter, "")
        found = narrowing.option(value) if value else ("", Q)
        if found is None:
            raise Http404("Ce filtre n’existe pas.")
        choices = [(key, label) for key, label, _ in narrowing.options]
        return cls(narrowing.parameter, narrowing.label, choices, value, found[0], found[1]())


def _plain(text: str | None) -> str:
    return (text or "").replace("\x00", "")


def _with_code(query, path: str) -> str:
    place = _plain(query.get("place")).strip()
    current = Territory.objects.filter(code=_plain(query.get("territory"))).first()
    if not place:
        return address(query, path, place=None, territory=None)
    if current is None or current.label != place:
        current = selectors.best_match(place)
    return address(query, path, place=None, territory=current.code if current else "inconnu")


def _shown(kind, pks):
    return kind.for_list(kind.model.objects.filter(pk__in=pks))


def _chips(query, words, place, selects) -> list[Chip]:
    chips = [Chip(f"« {words} »", address(query, q=None))] if words else []
    if query.get("territory"):
        chips.append(Chip(place.label if place else "Territoire inconnu", address(query, territory=None)))
    return chips + [Chip(select.chosen, address(query, **{select.name: None})) for select in selects if select.value]
