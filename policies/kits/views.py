"""Public pages of the kits. GET only."""

from itertools import groupby

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from observatory.pages.listing import PAGE_SIZE, Choice, address, page_of
from observatory.search import words
from observatory.search.passages import cut
from observatory.territories import selectors as territories
from observatory.territories.models import Territory

from . import selectors
from .enums import LeverLevel, Move, SheetKind
from .filters import FindingFilter, SheetFilter
from .models import Edition, EditionSheet, Finding, Kit, Lever, LeverVersion, Sheet
from .panels import panels_for

KITS = "Kit"


@require_safe
def home(request):
    """The kits and their fiches; with words, the passages that hold them."""
    sheets = Sheet.objects.filter(versions__places__edition__is_current=True).select_related("kit")
    told = Q(levers__versions__version__places__edition__is_current=True)
    rows = SheetFilter(
        request.GET,
        sheets.defer("search_text", "search_names").annotate(n_levers=Count("levers", filter=told, distinct=True)),
    )
    q = "" if rows.errors else rows.form.cleaned_data["q"]
    page = None
    if q.strip() and not rows.errors:
        found = rows.passages.select_related("sheet__kit", "lever__sheet__kit")
        page = page_of(Paginator(found, PAGE_SIZE), request.GET.get("page"))
        for passage in page:
            passage.title_pieces, passage.pieces = cut(passage.name, q, length=300), cut(passage.text, q)
    listed = [] if rows.errors or page is not None else list(rows.sorted(rows.qs))
    total = page.paginator.count if page is not None else len(listed)
    context = {
        "errors": rows.errors,
        "page": page,
        "kits": _by_kit(listed),
        "total": total,
        "is_filtered": any(request.GET.get(name) for name in rows.filters),
        "selects": _selects(rows),
        "suggestions": [] if total else [Choice(word, address(request.GET, q=word)) for word in words.nearest(q)],
        "start_url": _start_url(),
        "batch_url": address(request.GET, reverse("pdf:prepare", args=["kit"])),
        "breadcrumbs": [(KITS, None)],
    }
    return render(request, "kits/home.html", context, status=400 if rows.errors else 200)


def _by_kit(sheets: list[Sheet]) -> list[tuple[Kit, list[tuple[str, list[Sheet]]]]]:
    """Fiches in the order of the kits, by kit then by kind."""
    kinds = list(SheetKind)
    found = []
    for kit, own in groupby(sorted(sheets, key=lambda s: (s.kit.order, s.kit_id)), key=lambda s: s.kit):
        own = sorted(own, key=lambda s: (kinds.index(s.kind), s.order))
        found.append((kit, [(SheetKind(kind).label, list(rows)) for kind, rows in groupby(own, key=lambda s: s.kind)]))
    return found


def _selects(rows) -> list[dict]:
    """The lists of the filter form: name, label, (value, label) pairs, the value in use."""
    found = []
    for name, shown in rows.filters.items():
        choices = getattr(shown, "choices", None) or shown.extra.get("choices")
        if choices and name != "sort":
            pairs = list(choices() if callable(choices) else choices)
            found.append({"name": name, "label": shown.label, "choices": pairs, "value": rows.data.get(name, "")})
    return found


def _start_url() -> str:
    """Where one begins a checklist; empty when the portal has none."""
    try:
        return reverse("checklists:start")
    except NoReverseMatch:
        return ""


@require_safe
def findings(request):
    """The list "Déniché pour vous", by section."""
    rows = FindingFilter(
        request.GET,
        Finding.objects.filter(version__places__edition__is_current=True)
        .select_related("actor", "version__source")
        .defer("search_text", "search_names")
        .prefetch_related("bodies__body", "themes")
        .distinct(),
    )
    found = [] if rows.errors else list(rows.sorted(rows.qs))
    context = {
        "errors": rows.errors,
        "sections": [(name, list(own)) for name, own in groupby(found, key=lambda finding: finding.section)],
        "total": len(found),
        "source": found[0].version.source if found else None,
        "is_filtered": any(request.GET.get(name) for name in rows.filters),
        "selects": _selects(rows),
        "suggestions": []
        if found
        else [Choice(word, address(request.GET, q=word)) for word in words.nearest(request.GET.get("q", ""))],
        "breadcrumbs": [(KITS, reverse("kits:home")), ("Déniché pour vous", None)],
    }
    return render(request, "kits/findings.html", context, status=400 if rows.errors else 200)


@require_safe
def kit(request, kit: str):
    """A kit: for whom, its editions, its fiches in order."""
    edition, editions, gone = _edition(request, kit)
    if gone:
        return gone
    places = selectors.places(edition)
    older = next((one for one in editions if one.year < edition.year), None)
    moved = [row for row in selectors.moves(older, edition) if row[1] != Move.SAME] if older else []
    context = {
        **_shared(request, edition, editions),
        "places": places,
        "sources": dict.fromkeys(place.version.source for place in places) or [edition.source],
        "n_levers": sum(place.n_levers for place in places),
        "levels": [LeverLevel(level).label for level in edition.kit.levels],
        "older": older,
        "moved": [(lever, move.label) for lever, move in moved],
        "start_url": _start_url(),
        "batch_url": edition.is_current and f"{reverse('pdf:prepare', args=['kit'])}?kit={edition.kit.key}",
        "breadcrumbs": [(KITS, reverse("kits:home")), (edition.kit.name, None)],
    }
    return render(request, "kits/kit.html", context)


@require_safe
def sheet(request, kit: str, sheet: str):
    """A fiche as an edition has it."""
    edition, editions, gone = _edition(request, kit, sheet)
    if gone:
        return gone
    if "edition" not in request.GET:
        # What the edition in force withdrew is read in the last one that had it.
        edition = next((one for one in editions if one.told), edition)
    places = selectors.places(edition)
    place = next((one for one in places if one.version.sheet.key == sheet), None)
    if place is None:
        return _no_sheet(request, edition, places, sheet)
    found = place.version.sheet
    if found.kind == SheetKind.LIST:
        return redirect("kits:findings")
    at = places.index(place)
    place = EditionSheet.objects.select_related("version__sheet__kit", "version__source").get(pk=place.pk)
    context = {
        **_shared(request, edition, editions),
        "place": place,
        "version": place.version,
        "sheet": found,
        "content": selectors.content(place, edition),
        "versions": [one for one in editions if one.told and one.told != edition.told],
        "previous": places[at - 1] if at else None,
        "next": places[at + 1] if at + 1 < len(places) else None,
        "breadcrumbs": [
            (KITS, reverse("kits:home")),
            (edition.kit.name, edition.kit.get_absolute_url()),
            (place.version.title, None),
        ],
    }
    return render(request, "kits/sheet.html", context)


@require_safe
def lever(request, kit: str, sheet: str, lever: str):
    """A lever: how, who did it, with whom and with what money on a territory."""
    if coded := territories.with_typed_place(request.GET):
        return redirect(f"{request.path}?{coded.urlencode()}")
    edition, editions, gone = _edition(request, kit)
    if gone:
        return gone
    for one in [edition] if "edition" in request.GET else editions:
        rows = LeverVersion.objects.filter(version__places__edition=one, version__sheet__key=sheet)
        rows = list(rows.select_related("lever", "version__sheet", "version__source").order_by("order"))
        if told := next((row for row in rows if row.lever.key == lever), None):
            edition = one
            break
    else:
        return _no_lever(request, edition, sheet, lever, rows)
    place, near_places = _territory(request)
    themes, instruments = list(told.lever.themes.all()), list(told.lever.instruments.all())
    cited = list(selectors.published_actors().filter(levers=told.lever))
    found, at = told.version.sheet, rows.index(told)
    found.kit = edition.kit
    context = {
        **_shared(request, edition, editions),
        "told": told,
        "lever": told.lever,
        "sheet": found,
        "number": found.number,
        "levels": [LeverLevel(level).label for level in told.levels],
        "themes": themes,
        "instruments": instruments,
        "actors": cited,
        "examples": selectors.examples(told.version.experiences.filter(experience__lever=told.lever)),
        "place": place,
        "suggested_places": near_places,
        "around": selectors.around(told.lever, themes, instruments, cited, place),
        "near_levers": selectors.near_levers(told.lever, themes, instruments),
        "previous": rows[at - 1] if at else None,
        "next": rows[at + 1] if at + 1 < len(rows) else None,
        "panels": panels_for(told.lever, place),
        "breadcrumbs": [
            (KITS, reverse("kits:home")),
            (edition.kit.name, edition.kit.get_absolute_url()),
            (told.version.title, found.get_absolute_url()),
            (told.title, None),
        ],
    }
    return render(request, "kits/lever.html", context)


def _edition(
    request: HttpRequest, kit: str, sheet: str = ""
) -> tuple[Edition | None, list[Edition], HttpResponse | None]:
    """The edition asked for, or in force; all those of the kit; and the answer when there is none."""
    editions = selectors.editions_of(kit, sheet)
    asked = request.GET.get("edition", "")
    if not editions:
        kits = [Choice(one.name, one.get_absolute_url()) for one in Kit.objects.all()]
        return None, [], _missing(request, f"Aucun kit ne porte l’adresse « {kit} ».", kits)
    edition = next((one for one in editions if one.key == asked), None) if asked else editions[0]
    if edition is None:
        known = [Choice(one.name, f"{request.path}?edition={one.key}") for one in editions]
        return None, [], _missing(request, f"Le {editions[0].kit} n’a pas d’édition « {asked[:60]} ».", known)
    return edition, editions, None


def _shared(request: HttpRequest, edition: Edition, editions: list[Edition]) -> dict:
    """What every page of a kit knows."""
    return {
        "is_withdrawn": not edition.is_current and "edition" not in request.GET,
        "kit": edition.kit,
        "edition": edition,
        "editions": editions,
        "suffix": _suffix(edition),
    }


def _suffix(edition: Edition) -> str:
    """What keeps an older edition from page to page."""
    return "" if edition.is_current else f"?edition={edition.key}"


def _territory(request: HttpRequest) -> tuple[Territory | None, list[Choice]]:
    """The territory chosen, or that of the installation; and near ones when the code is unknown."""
    code = request.GET.get("territory", "").replace("\x00", "")
    wanted = code or settings.OBSERVATORY["home_territory"]
    found = (
        Territory.objects.filter(code=wanted).select_related("region", "departement", "epci").first()
        if wanted
        else None
    )
    if found or not code:
        return found, []
    return None, [Choice(t.label, address(request.GET, territory=t.code)) for t in territories.near_codes(code)]


# What does not exist --------------------------------------------------------------------------------------


def _no_sheet(request, edition: Edition, places: list[EditionSheet], asked: str) -> HttpResponse:
    """A number leads to its fiche; any other unknown address to near ones."""
    sheets = [place.version.sheet for place in places]
    by_number = next((place.version.sheet for place in places if place.number and place.number == asked), None)
    if by_number:
        by_number.kit = edition.kit
        return redirect(by_number.get_absolute_url() + _suffix(edition))
    for one in sheets:
        one.kit = edition.kit
    near = [Choice(one.name, one.get_absolute_url()) for one in selectors.near(asked, sheets)]
    where = f"Le {edition.kit}, édition « {edition.name} », n’a pas de fiche « {asked} »."
    return _missing(
        request, where, [*near, Choice(f"Toutes les fiches : {edition.kit}", edition.kit.get_absolute_url())]
    )


def _no_lever(request, edition: Edition, sheet: str, asked: str, rows: list[LeverVersion]) -> HttpResponse:
    """Near levers: of the fiche, or of the whole kit when the fiche is not there either."""
    levers = [row.lever for row in rows]
    if not levers:
        levers = list(Lever.objects.of(edition).select_related("sheet__kit"))
    for one in levers:
        one.sheet.kit = edition.kit
    near = [Choice(one.name, one.get_absolute_url()) for one in selectors.near(asked, levers)]
    if rows:
        near.append(Choice(f"Toute la fiche : {rows[0].version.title}", levers[0].sheet.get_absolute_url()))
    return _missing(request, f"Le {edition.kit} n’a pas de levier « {asked} » à cette adresse.", near)


def _missing(request, reason: str, near: list[Choice]) -> HttpResponse:
    return render(request, "kits/missing.html", {"reason": reason, "near": near}, status=404)
