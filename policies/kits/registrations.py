"""What the floors below learn of the kits on start."""

from django.contrib.sitemaps import Sitemap
from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode

from actors import panels as actor_panels
from actors.models import Actor
from observatory.api import registry as api
from observatory.editing import registry as editing
from observatory.pages import figures, sitemaps
from observatory.records import reference
from observatory.search import registry, reindexing
from observatory.territories import panels
from observatory.territories.models import Territory

from . import fiches, touching  # noqa: F401 (the printed fiches)
from .models import Experience, ExperienceActor, Finding, Kit, Lever, Passage, Resource, Sheet, SheetVersion
from .selectors import naming

reference.register("load_kits", order=50, name="kits", label="Kits et leviers")
reindexing.register_load("kits", "load_kits", Sheet, Lever, Experience, Finding, Passage)


def _but(links, owner: str):
    """The links that stay behind a merge, since what they belong to is linked to the survivor already."""
    return lambda survivor: Q(**{f"{owner}__in": links.objects.filter(actor=survivor).values(owner)})


for model, column, noun in (
    (ExperienceActor, "actor", "exemple du Kit,exemples du Kit"),
    (Finding, "actor", "initiative dénichée,initiatives dénichées"),
):
    editing.register_follower(editing.Follower(Actor.change_kind, model, column, noun))
for links, owner, noun in (
    (Lever.actors.through, "lever", "levier,leviers"),
    (SheetVersion.actors.through, "sheetversion", "fiche du Kit,fiches du Kit"),
    (Resource.authors.through, "resource", "ressource,ressources"),
):
    editing.register_follower(editing.Follower(Actor.change_kind, links, "actor", noun, but=_but(links, owner)))


def _list_url(q: str) -> str:
    return f"{reverse('kits:home')}?{urlencode({'q': q})}"


def _sheets():
    rows = Sheet.objects.filter(versions__places__edition__is_current=True).select_related("kit")
    return rows.defer("search_text").distinct()


def _levers():
    return (
        Lever.objects.filter(versions__version__places__edition__is_current=True)
        .select_related("sheet__kit")
        .distinct()
    )


registry.register(
    registry.Kind(
        key="sheet",
        plural="Fiches du Kit",
        queryset=_sheets,
        describe=lambda sheet: registry.Result(sheet.name, sheet.kit.name, sheet.get_absolute_url(), sheet.public_id),
        list_url=_list_url,
        order=26,
    )
)
registry.register(
    registry.Kind(
        key="lever",
        plural="Leviers",
        queryset=_levers,
        describe=lambda lever: registry.Result(lever.name, lever.sheet.name, lever.get_absolute_url(), lever.public_id),
        list_url=_list_url,
        order=27,
    )
)


def _figures() -> list[figures.Figure]:
    count = Lever.objects.filter(versions__version__places__edition__is_current=True).distinct().count()
    return (
        [figures.Figure("leviers dans le Kit", count, reverse("kits:home"), "d’après les kits du RTES")]
        if count
        else []
    )


figures.register(_figures, order=50)


def _of_territory(territory: Territory) -> dict:
    return {"cited": naming(bodies=territory.bodies.values("pk"))}


def _of_actor(actor: Actor) -> dict | None:
    cited = naming(actor=actor)
    return {"cited": cited} if cited else None


panels.register(
    panels.Panel(
        key="kits", template="kits/_panel.html", context=_of_territory, order=30, pdf_template="pdf/_panel_kits.html"
    )
)
actor_panels.register(
    actor_panels.Panel(
        key="kits",
        template="kits/_panel.html",
        context=_of_actor,
        order=110,
        subjects=((ExperienceActor, "actor"), (Finding, "actor")),
    )
)


class KitSitemap(Sitemap):
    def items(self):
        return [*Kit.objects.all(), *_sheets().order_by("pk"), *_levers().order_by("pk")]

    def lastmod(self, record):
        return record.updated_at


sitemaps.register("kits", KitSitemap)

api.register("kits", "policies.kits.api.KitViewSet", label="les kits et leurs éditions", order=30)
api.register("sheets", "policies.kits.api.SheetViewSet", label="les fiches des kits, entières", order=31)
api.register("levers", "policies.kits.api.LeverViewSet", label="les leviers d’action", order=32)
api.register("experiences", "policies.kits.api.ExperienceViewSet", label="les exemples locaux des kits", order=33)
