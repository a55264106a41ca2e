"""A search of the directory on paper: a map, then a table; beyond a size, the file for spreadsheets instead."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from observatory.maps.locator import inside, locator
from observatory.pages.listing import address
from observatory.pdf import fiches
from observatory.pdf.images import svg_source
from observatory.pdf.views import response
from observatory.territories.enums import Level
from observatory.territories.models import Territory

from .filters import ActorFilter
from .models import Actor
from .views import chips

#: actors of one document
MOST = 500
#: what mainland France shows; actors overseas are in the table
MAINLAND = (-5.5, 41.0, 10.0, 51.5)
TOO_LONG = "Un extrait sur papier tient au plus {} acteurs, et cette recherche en trouve {}. Réduisez-la, ou prenez le fichier CSV ou toutes les fiches."


@require_safe
def extract(request: HttpRequest) -> HttpResponse:
    """The current search as a PDF."""
    found = ActorFilter(request.GET, Actor.objects.published())
    if found.errors:
        return render(request, "400.html", {"errors": found.errors}, status=400)
    if found.total > MOST:
        context = {
            "reason": TOO_LONG.format(MOST, f"{found.total:,}".replace(",", "\u202f")),
            "csv_url": address(request.GET, reverse("actors:export", args=["csv"])),
            "batch_url": address(request.GET, reverse("pdf:prepare", args=["annuaire"])),
            "list_url": address(request.GET, reverse("actors:list")),
            "breadcrumbs": [("Annuaire", reverse("actors:list")), ("Extrait", None)],
        }
        return render(request, "actors/extract_too_long.html", context, status=422)
    actors = list(found.sorted(found.qs).for_export())
    choices = [chip.label for chip in chips(found, request.GET)]
    context = {
        "record": found.place.label if found.place else "Annuaire de l’ESS",
        "title": "extrait de l’annuaire",
        "actors": actors,
        "choices": choices,
        "map": _map(actors, found.place),
    }
    name = f"annuaire-{slugify(' '.join(choices))[:60]}".strip("-")
    path = address(request.GET, reverse("actors:list"))
    base = f"{request.scheme}://{request.get_host()}"
    return response(request, fiches.page("pdf/extract.html", context, base=base, path=path, name=name))


def _map(actors: list[Actor], place: Territory | None) -> dict | None:
    """The actors on the contour of the territory asked for, else of the mainland; None when none has a point there."""
    points = [actor.point for actor in actors if actor.point]
    if place:
        under, shown, where = [place], inside(place, points), place.name
    else:
        west, south, east, north = MAINLAND
        under = [
            region
            for region in Territory.objects.current().at(Level.REGION)
            if region.west is not None
            and region.west > west - 1
            and region.east < east + 1
            and region.south > south - 1
        ]
        shown, where = [(x, y) for x, y in points if west <= x <= east and south <= y <= north], "France"
    drawn = locator(under, list(dict.fromkeys(shown))) if shown else ""
    if not drawn:
        return None
    absent = len(actors) - len(shown)
    caption = f"{len(shown)} acteurs sur {len(actors)} sont placés." if absent else "Tous les acteurs sont placés."
    return {
        "source": svg_source(drawn),
        "alt": f"Carte : {where}, {len(shown)} acteurs de la liste y sont placés.",
        "caption": caption,
    }
