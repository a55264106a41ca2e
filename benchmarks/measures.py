"""What is measured, with its budget (DESIGN §6) and the bare SQL of the same work."""

from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse

from actors.models import Actor, Theme
from observatory.maps.clusters import cell_zoom
from observatory.maps.quadkeys import shift
from observatory.territories.models import Collectivity, Territory
from ptce.models import Pole

from . import bare

GROUPS = ("directory", "map", "api", "pages")
FRANCE = "-5.5,41.2,9.8,51.2"
LILLE = "2.95,50.56,3.17,50.70"
DEEP = 4_000
#: the 4,000th page, or the last one of a smaller directory
PER_PAGE, PER_ANSWER = 20, 100


@dataclass(frozen=True)
class Measure:
    """One address with its budgets: milliseconds (median), queries, bytes gzipped; None where there is none."""

    group: str
    name: str
    path: str
    work: bare.Work
    milliseconds: float
    queries: int | None = None
    size: int | None = None


def measures() -> list[Measure]:
    """The measures, in the order of the budgets' table, on the records that the database holds."""
    return [*_directory(), *_map(), *_api(), *_pages()]


def _deep(size: int) -> int:
    return max(1, min(DEEP, Actor.objects.published().ess().count() // size))


def _theme(key: str) -> str:
    return bare.bears(f"t:{Theme.objects.get(key=key).pk}")


def _within(code: str, column: str) -> str:
    return f"{column} = {Territory.objects.values_list('pk', flat=True).get(code=code)}"


def _directory() -> list[Measure]:
    path, deep = reverse("actors:list"), _deep(PER_PAGE)
    recycling = _theme("dechets-economie-circulaire")
    past = {"offset": (deep - 1) * PER_PAGE}

    def page(name, query, work, budget=60):
        return Measure("directory", name, f"{path}?{query}", work, budget, 12)

    broad, rare = ("associ", "association"), ("ressourcer", "ressourcerie")
    association = bare.bears("f:association")
    box = reverse("pages:suggestions")
    return [
        page("no filter", "", bare.listing()),
        page(
            "words and filters",
            "q=ressourcerie&theme=dechets-economie-circulaire&family=association",
            bare.listing(words=rare, facets=f"{recycling} AND {association}"),
        ),
        page(
            "words in a département",
            "q=ressourcerie&territory=departement-59",
            bare.listing(_within("departement-59", "departement_id"), words=rare),
        ),
        page(
            "theme in a région",
            "theme=culture&territory=region-32",
            bare.listing(_within("region-32", "region_id"), facets=_theme("culture")),
        ),
        page("broad words", "q=association", bare.listing(words=broad), 200),
        page("broad words and filter", "q=association&theme=culture", bare.listing(words=broad, facets=_theme("culture")), 200),
        page("broad filter", "family=association", bare.listing(facets=association), 200),
        page("deep page", f"page={deep}", bare.listing(**past), 80),
        page("deep page, broad filter", f"family=association&page={deep * 3 // 4}", bare.listing(facets=association, **past), 80),
        Measure("directory", "box: ress", f"{box}?q=ress", bare.beginnings("ress", "ress"), 30),
        Measure("directory", "box: associa", f"{box}?q=associa", bare.beginnings("associa", "associ"), 30),
    ]  # fmt: skip


def _map() -> list[Measure]:
    path = reverse("actors:points")
    far, near = shift(cell_zoom(6)), shift(cell_zoom(12))

    def points(name, query, work, budget=150):
        return Measure("map", name, f"{path}?{query}", work, budget, size=60_000)

    south, north, west, east = LILLE.split(",")[1], LILLE.split(",")[3], LILLE.split(",")[0], LILLE.split(",")[2]
    inside = f"longitude BETWEEN {west} AND {east} AND latitude BETWEEN {south} AND {north}"
    france = f"bbox={FRANCE}&zoom=6"
    return [
        points("France", france, bare.clusters(far), 40),
        points("France, a theme", f"{france}&theme=culture", bare.clusters(far, _theme("culture"))),
        points("France, words", f"{france}&q=ressourcerie", bare.clusters(far, words=("ressourcer", "ressourcerie"))),
        points("France, broad words", f"{france}&q=association", bare.clusters(far, words=("associ", "association"))),
        points("Lille", f"bbox={LILLE}&zoom=12", bare.clusters(near, inside)),
    ]


def _api() -> list[Measure]:
    path, deep = "/api/v1/actors/", _deep(PER_ANSWER)
    links = (*bare.LINKS, bare.MENTIONS)

    def answer(name, query, work, budget):
        return Measure("api", name, f"{path}?page_size={PER_ANSWER}{query}", work, budget, 8)

    return [
        answer("first 100", "", bare.listing(size=PER_ANSWER, links=links), 60),
        answer(
            "first 100, words",
            "&q=ressourcerie",
            bare.listing(words=("ressourcer", "ressourcerie"), size=PER_ANSWER, links=links),
            60,
        ),
        answer(
            "deep 100",
            f"&page={deep // 2}",
            bare.listing(offset=(deep // 2 - 1) * PER_ANSWER, size=PER_ANSWER, links=links),
            80,
        ),
    ]


def _pages() -> list[Measure]:
    actor = Actor.objects.published().filter(networks__isnull=False, commune__isnull=False).order_by("-pk")[0]
    found = []
    if pole := Pole.objects.published().annotate(weight=Count("members")).order_by("-weight", "pk").first():
        work = bare.pole(pole.slug)
        found.append(Measure("pages", "the pole of most members", pole.get_absolute_url(), work, 30, 15))
    for code, column in [("commune-59350", "commune_id"), ("region-32", "region_id")]:
        body = Collectivity.objects.filter(territory__code=code, is_current=True).order_by("pk").first()
        if body:
            work = bare.collectivity(body.code, column)
            found.append(Measure("pages", body.name, body.get_absolute_url(), work, 30, 15))
    return [
        Measure("pages", "an actor", actor.get_absolute_url(), bare.actor(actor.public_id), 30, 15),
        *found,
        Measure("pages", "home", reverse("pages:home"), bare.listing(), 60),
    ]
