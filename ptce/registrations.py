"""What the ground floor learns of the poles on start."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from django.utils.http import urlencode

from actors import panels as actor_panels
from actors.models import Actor
from observatory.accounts import targets
from observatory.accounts.enums import Role
from observatory.api import registry as api
from observatory.editing import registry as editing
from observatory.pages import figures, sitemaps
from observatory.records import reference, references
from observatory.search import registry
from observatory.territories import panels
from observatory.territories.models import Territory, named

from . import desk, fiches, links  # noqa: F401 (the printed fiche)
from .editing import KIND
from .editing.poles import FOLLOWERS
from .models import Pole

reference.register("load_poles", order=30, name="ptce", label="Pôles (PTCE)")
editing.register(KIND)
for follower in FOLLOWERS:
    editing.register_follower(follower)
desk.register()
# A pole lies where the directory says that it does.
references.register(
    Pole,
    Actor,
    "SELECT id FROM ptce_pole WHERE actor_id = NEW.id",
    ("longitude", "latitude", "precision", "commune_id", "epci_id", "departement_id"),
)
references.register(
    Pole,
    Territory,
    "SELECT p.id FROM ptce_pole p JOIN actors_actor a ON a.id = p.actor_id"
    " WHERE a.commune_id = NEW.id OR a.epci_id = NEW.id OR a.departement_id = NEW.id",
)


def _pole(pole: Pole) -> registry.Result:
    return registry.Result(
        pole.name,
        f"Pôle · {pole.region.name if pole.region else 'région non précisée'}",
        pole.get_absolute_url(),
        pole.public_id,
    )


registry.register(
    registry.Kind(
        key="pole",
        plural="Pôles (PTCE)",
        queryset=lambda: (
            Pole.objects.published().select_related("region").only("public_id", "slug", "name", *named("region"))
        ),
        describe=_pole,
        list_url=lambda q: f"{reverse('ptce:list')}?{urlencode({'q': q})}",
        order=15,
    )
)


def _figures() -> list[figures.Figure]:
    return [figures.Figure("pôles territoriaux (PTCE)", Pole.objects.published().count(), reverse("ptce:list"))]


figures.register(_figures, order=20)


class PoleSitemap(Sitemap):
    def items(self):
        return Pole.objects.published().order_by("pk")

    def lastmod(self, pole):
        return pole.updated_at


sitemaps.register("ptce", PoleSitemap)

panels.register(
    panels.Panel(
        key="ptce",
        template="ptce/_panel.html",
        context=links.of_territory,
        order=5,
        pdf_template="pdf/_panel_ptce.html",
    )
)
actor_panels.register(
    actor_panels.Panel(
        key="ptce", template="ptce/_actor_panel.html", context=links.of_actor, order=5, subjects=links.ACTORS
    )
)

targets.register(targets.Target("pole", "pôle", Role.POLE_STAFF, lambda: Pole.objects.published()))

api.register("ptce", "ptce.api.PoleViewSet", label="les pôles territoriaux de coopération économique", order=20)
