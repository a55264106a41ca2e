"""What the other rooms of the ground floor learn of territories and collectivités on start."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from django.utils.http import urlencode

from observatory.accounts import targets
from observatory.accounts.enums import Role
from observatory.api import registry as api
from observatory.pages import figures, sitemaps
from observatory.records import reference, references, triggers
from observatory.search import registry, reindexing

from . import fiches  # noqa: F401 (the printed fiche)
from .enums import Level
from .models import Collectivity, Territory, named

reference.register("load_territories", order=10, name="territories", label="Géographie et collectivités")
reindexing.register(Collectivity, read=lambda rows: rows.select_related("territory"))
# What one shows of the other, beyond what their own columns name.
triggers.register_part(Territory, "territories_collectivity", "territory_id")
triggers.register_part(Territory, "territories_territory_successors", "from_territory_id")
references.register(
    Collectivity,
    Territory,
    "SELECT id FROM territories_collectivity WHERE territory_id = NEW.id",
    ("population", "longitude", "latitude", "region_id", "departement_id", "epci_id"),
)
references.register(
    Collectivity,
    Territory,
    "SELECT c.id FROM territories_collectivity c JOIN territories_territory t ON t.id = c.territory_id"
    " WHERE t.region_id = NEW.id OR t.departement_id = NEW.id OR t.epci_id = NEW.id",
)


def _territories():
    columns = ("code", "level", "official_code", "name", "slug", *named("departement"))
    return Territory.objects.current().select_related("departement").only(*columns).order_by("-population", "sort_key")


def _territory(place: Territory) -> registry.Result:
    detail = f"{place.get_level_display()}{f' · {place.departement.name}' if place.departement and place.level != Level.COMMUNE else ''}"
    return registry.Result(place.label, detail, f"{reverse('actors:list')}?territory={place.code}", place.code)


def _collectivity(body: Collectivity) -> registry.Result:
    where = body.territory.departement
    return registry.Result(
        body.name,
        " · ".join(filter(None, [body.get_kind_display(), where and where.name])),
        body.get_absolute_url(),
        body.code,
    )


registry.register(
    registry.Kind(
        key="territory",
        plural="Mon territoire : ses acteurs",
        picked="Territoires",
        queryset=_territories,
        describe=_territory,
        list_url=lambda q: f"{reverse('collectivities:list')}?{urlencode({'q': q})}",
        order=30,
    )
)
registry.register(
    registry.Kind(
        key="collectivity",
        plural="Collectivités",
        queryset=lambda: Collectivity.objects.current().with_territory().order_by("-territory__population", "sort_key"),
        describe=_collectivity,
        list_url=lambda q: f"{reverse('collectivities:list')}?{urlencode({'q': q})}",
        order=20,
    )
)


def _figures() -> list[figures.Figure]:
    return [figures.Figure("collectivités", Collectivity.objects.current().count(), reverse("collectivities:list"))]


figures.register(_figures, order=30)


class CollectivitySitemap(Sitemap):
    limit = 10_000

    def items(self):
        return Collectivity.objects.current().only("code", "slug", "updated_at").order_by("pk")

    def lastmod(self, body):
        return body.updated_at


sitemaps.register("collectivities", CollectivitySitemap)

targets.register(
    targets.Target(
        "collectivity", "collectivité", Role.COLLECTIVITY_AGENT, lambda: Collectivity.objects.current().with_territory()
    )
)

api.register(
    "collectivities",
    "observatory.territories.api.CollectivityViewSet",
    label="les collectivités : communes, intercommunalités, départements, régions, parcs et pays",
    order=30,
)
api.register(
    "territories",
    "observatory.territories.api.TerritoryViewSet",
    label="les territoires de la géographie officielle, et leurs contours",
    order=40,
)
