"""What the ground floor learns of the directory on start."""

from django.contrib.sitemaps import Sitemap
from django.db.models import Count
from django.urls import reverse
from django.utils.http import urlencode

from observatory.accounts import personal, targets
from observatory.accounts.enums import Role
from observatory.api import registry as api
from observatory.editing import desk_registry
from observatory.editing import registry as desk
from observatory.pages import counts, figures, sitemaps
from observatory.records import changes, reference
from observatory.search import facets, registry, reindexing
from observatory.territories import moves, panels
from observatory.territories.models import Territory

from . import desk_imports, desk_list, fiches  # noqa: F401 (a panel and a room of the desk, filters of its list, PDF)
from .desk import WORK
from .editing import KIND
from .enums import Family
from .models import Actor, Theme
from .personal import FINDER
from .services import index, refresh

reference.register("load_actors", order=20, name="actors", label="Acteurs que les documents nomment")
desk.register(KIND)
personal.register(FINDER)
personal.register_kept(
    personal.Kept(
        "Personnes à contacter d’un acteur : nom, fonction, téléphone, courriel, date et forme de leur accord",
        "Joindre la bonne personne ; seul ce qu’elle accepte de montrer est public",
        lambda: "le retrait de l’accord, ou la demande de la personne",
    ),
    order=20,
)
desk_registry.register(WORK)


def _actor(actor: Actor) -> registry.Result:
    detail = " · ".join(filter(None, [actor.get_legal_form_display() or actor.get_family_display(), actor.place]))
    return registry.Result(actor.name, detail, actor.get_absolute_url(), actor.public_id)


registry.register(
    registry.Kind(
        key="actor",
        plural="Acteurs",
        queryset=lambda: Actor.objects.published().with_place(),
        describe=_actor,
        large=True,
        list_url=lambda q: f"{reverse('actors:list')}?{urlencode({'q': q, 'ess': 'all'})}",
        order=10,
    )
)


def _figures() -> list[figures.Figure]:
    actors = Actor.objects.published()
    return [
        figures.Figure("acteurs de l’ESS", actors.ess().count(), reverse("actors:list")),
        figures.Figure("organisations en tout", actors.count(), f"{reverse('actors:list')}?ess=all"),
    ]


figures.register(_figures, order=10)


def _by_region() -> dict[str, int]:
    counted = Actor.objects.published().ess().filter(region__isnull=False).order_by().values_list("region__code")
    return dict(counted.annotate(n=Count("pk")))


counts.register(_by_region)


def _panel(territory: Territory) -> dict:
    """The actors on a territory, by family and by theme, and those that a visitor would open first."""
    actors = Actor.objects.published().ess().within(territory)
    address = f"{reverse('actors:list')}?territory={territory.code}"
    tally = facets.tally(actors, changes.safe_number(), {})
    families = {word[2:]: n for word, n in tally.everywhere.items() if word.startswith("f:")}
    themes = [(theme, tally.everywhere.get(f"t:{theme.pk}", 0)) for theme in Theme.objects.all()]
    labels = {**dict(Family.choices), "": "Famille non précisée"}
    return {
        "total": tally.total,
        "url": address,
        "map_url": f"{reverse('actors:map')}?territory={territory.code}",
        "families": [
            {"label": labels[family], "count": n, "url": f"{address}&family={family or 'unknown'}"}
            for family, n in sorted(families.items(), key=lambda pair: -pair[1])
        ],
        "themes": [
            {"label": theme.name, "count": n, "url": f"{address}&theme={theme.key}"}
            for theme, n in sorted(themes, key=lambda pair: -pair[1])
            if n
        ],
        "actors": list(actors.with_place().order_by("sort_key", "pk")[:12]),
    }


def _move(codes: list[str]) -> None:
    """Actors follow their commune into another one or another EPCI, and are found by its new name."""
    for start in range(0, len(codes), 500):
        refresh(Actor.objects.filter(territory__code__in=codes[start : start + 500]))


def _with_links(rows):
    return rows.select_related("territory", "commune", "departement", "region").prefetch_related("themes", "flags")


def _index(actor: Actor) -> None:
    index(actor, themes=actor.themes.all(), labels=[flag.label for flag in actor.flags.all()])


reindexing.register(Actor, read=_with_links, fill=_index)
moves.register(_move)
panels.register(
    panels.Panel(
        key="actors", template="actors/_panel.html", context=_panel, order=10, pdf_template="pdf/_panel_actors.html"
    )
)


class ActorSitemap(Sitemap):
    limit = 10_000

    def items(self):
        return Actor.objects.published().only("public_id", "slug", "updated_at").order_by("pk")

    def lastmod(self, actor):
        return actor.updated_at


sitemaps.register("actors", ActorSitemap)

targets.register(targets.Target("actor", "acteur", Role.CONTRIBUTOR, lambda: Actor.objects.published()))

api.register("actors", "actors.api.ActorViewSet", label="les acteurs de l’annuaire", order=10)
