"""Public pages of the poles. GET only; ``ptce.filters.PoleFilter`` decides what lists show."""

from dataclasses import dataclass

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import Prefetch
from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from observatory.accounts import perms
from observatory.pages.listing import Chip, Choice, address, page_of, sort_choices, without
from observatory.records import changes, kept
from observatory.records.enums import State
from observatory.records.models import FormerSlug, Tombstone
from observatory.search import words

from . import compare, exports, jsonld, law, places
from .enums import FigureKey
from .filters import FIGURE_SORTS, PoleFilter
from .models import Figure, Indicator, Pole, Recognition
from .panels import panels_for
from .profile import latest, written
from .reperes import sections
from .sheet import Sheet, poles

#: the panel of 2014 and those found since fit on one page
PAGE_SIZE = 100
TABLE = "table"
#: columns of the table: sort, head
COLUMNS = (
    ("name", "Pôle"),
    ("region", "Région"),
    ("stage", "Étape"),
    ("created", "Création"),
    ("budget", "Budget de la cellule"),
    ("posts", "Postes"),
    ("members", "Structures membres"),
    ("employees", "Salariés des membres"),
)
#: what a card and a line of the table read of a pole itself
_CARD = ("name", "slug", "stage", "created", "description", "is_active")
#: indicator that says how many poles the study counts, and how many others say
NATIONAL = "panel-composition"


@dataclass(frozen=True)
class Head:
    """The head of a column that sorts: its words, where a click leads, and the order in use, if it is this one."""

    label: str
    url: str
    #: ``ascending``, ``descending`` or empty, as ``aria-sort`` writes it
    order: str


@require_safe
def pole_list(request):
    found = PoleFilter(request.GET, Pole.objects.published())
    query, as_table = request.GET, request.GET.get("view") == TABLE
    facets = [] if found.errors else found.facets
    page = None if found.errors else _page(found, query.get("page"))
    total = 0 if found.errors else found.total
    q = query.get("q", "")
    context = {
        "filter": found,
        "errors": found.errors,
        "facets": facets,
        "active": [] if found.errors else chips(found, query),
        "page": page,
        "total": total,
        "as_table": as_table,
        "views": [
            Choice("Liste et carte", address(query, request.path, view=None), selected=not as_table),
            Choice("Tableau", address(query, request.path, view=TABLE), selected=as_table),
        ],
        "heads": [_head(sort, label, query) for sort, label in COLUMNS],
        "sorts": sort_choices(found, query),
        "map": places.gather(spot for pole in page if (spot := places.pole_spot(pole))) if page else None,
        "exports": [
            Choice(label, address(query, reverse("ptce:export", args=[kind]), view=None))
            for kind, (label, _) in exports.FORMATS.items()
        ],
        "batch_url": address(query, reverse("pdf:prepare", args=["poles"]), view=None),
        "suggestions": [] if total else [Choice(word, address(query, q=word)) for word in words.nearest(q)],
        "national": Indicator.objects.select_related("source").filter(key=NATIONAL).first(),
        "breadcrumbs": [("Pôles (PTCE)", None)],
    }
    return render(request, "ptce/list.html", context, status=400 if found.errors else 200)


def _page(found: PoleFilter, number: str | None) -> Page:
    """The poles asked for; each has ``shown``, the figures of its line."""
    rows = (
        places.with_places(found.sorted(found.qs))
        .only(*_CARD, *places.PLACED)
        .prefetch_related(
            "filieres",
            Prefetch("recognitions", Recognition.objects.only("pole", "kind", "year")),
            Prefetch("figures", Figure.objects.filter(key__in=FIGURE_SORTS.values())),
        )
    )
    paginator = Paginator(rows, PAGE_SIZE)
    paginator.count = found.total  # counted with the facets
    page = page_of(paginator, number)
    for pole in page:
        for figure in pole.figures.all():
            figure.written, figure.bare = written(figure), written(figure, bare=True)
        pole.shown = [latest(pole.figures.all(), key) for key in FIGURE_SORTS.values()]
        pole.size = latest(pole.figures.all(), FigureKey.MEMBER_STRUCTURES)
    return page


def _head(sort: str, label: str, query) -> Head:
    """A first click gives A to Z, or the greatest first; the next one the other way."""
    asked = query.get("sort") or ("" if query.get("q") else "name")
    first = sort if sort in ("name", "region", "stage") else f"-{sort}"
    other = sort if first.startswith("-") else f"-{sort}"
    order = {sort: "ascending", f"-{sort}": "descending"}.get(asked, "")
    return Head(label, address(query, sort=other if asked == first else first), order)


def chips(found: PoleFilter, query) -> list[Chip]:
    """The choices made, each with the address without it."""
    shown = []
    if q := found.form.cleaned_data.get("q"):
        shown.append(Chip(f"« {q} »", address(query, q=None)))
    labels = {spec.name: {value: label for value, _, label in found.choices(spec)} for spec in found.facet_specs}
    for spec in found.facet_specs:
        for value in found.selected.get(spec.name, []):
            label = labels[spec.name].get(value, value)
            shown.append(Chip(f"{spec.label} : {label}", without(query, spec.name, value)))
    return shown


@require_safe
def export(request, kind: str):
    """The current search as a file."""
    if kind not in exports.FORMATS:
        raise Http404(f"« {kind} » n’est pas un format : {', '.join(exports.FORMATS)}.")
    found = PoleFilter(request.GET, Pole.objects.published())
    if found.errors:
        return render(request, "400.html", {"errors": found.errors}, status=400)
    return exports.FORMATS[kind][1](found.sorted(found.qs), "poles-ptce")


@require_safe
def pole_detail(request, slug: str):
    """The page of a pole; a former slug redirects. Kept for visitors until something changes, as that of an actor is."""
    if request.user.is_authenticated:
        answer = _detail(slug, request)
    else:
        answer = kept.page(f"pole/{slug}", changes.safe_number(), lambda: _detail(slug))
    return render(request, "ptce/detail.html", answer) if isinstance(answer, dict) else answer


def _detail(slug: str, request=None) -> dict | HttpResponsePermanentRedirect:
    """What the template of the page shows, with the buttons of who asks; or where the page is now."""
    pole = poles().filter(slug=slug).first()
    if pole is None:
        former = FormerSlug.objects.filter(kind=Pole.change_kind, slug=slug).first()
        now = former and Pole.objects.published().filter(public_id=former.public_id).first()
        now = now or _survivor(slug)
        if now:
            return HttpResponsePermanentRedirect(now.get_absolute_url())
        raise Http404("Ce pôle n’existe pas, ou n’est plus publié.")
    sheet = Sheet(pole)
    shown = {
        "pole": pole,
        "sheet": sheet,
        "themes": sheet.neighbours.themes,
        "comparable": sheet.neighbours.comparable(),
        "criteria": compare.CRITERIA,
        "findings": law.WORDS,
        "in_region": sheet.neighbours.in_region(),
        "panels": panels_for(pole),
        "desk": request and perms.desk_of(request.user, pole),
        "observatory": settings.OBSERVATORY,
    }
    return {
        "name": pole.name,
        "title": f"{pole.name} · {pole.place}" if pole.place else pole.name,
        "told": pole.description,
        "region": pole.region and pole.region.name,
        "has_map": bool(sheet.map),
        "json_ld": jsonld.consortium(pole, sheet),
        "article": render_to_string("ptce/_pole.html", shown, request),
        "breadcrumbs": [("Pôles (PTCE)", reverse("ptce:list")), (pole.name, None)],
    }


def _survivor(slug: str) -> Pole | None:
    """The pole into which the one of an address was merged."""
    merged = Pole.objects.filter(slug=slug, state=State.MERGED).values("public_id")
    graves = Tombstone.objects.filter(kind=Pole.change_kind, public_id__in=merged).values("survivor")
    return Pole.objects.published().filter(public_id__in=graves).first()


@require_safe
def reperes(request):
    """The figures of the study of 2014 and of national documents."""
    context = {
        "sections": sections(),
        "kit_url": _kit_url(),
        "breadcrumbs": [("Pôles (PTCE)", reverse("ptce:list")), ("Repères", None)],
    }
    return render(request, "ptce/reperes.html", context)


def _kit_url() -> str:
    """The page of the kit of the eight levers; empty where the floor above does not offer it."""
    try:
        return reverse("kits:kit", args=["ptce"])
    except NoReverseMatch:
        return ""
