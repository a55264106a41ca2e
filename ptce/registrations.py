"""What the ground floor learns of the poles on start."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from django.utils.http import urlencode

from observatory.accounts import targets
from observatory.accounts.enums import Role
from observatory.api import registry as api
from observatory.pages import figures, sitemaps
from observatory.records import reference
from observatory.search import registry
from observatory.territories.models import named

from .models import Pole

reference.register("load_poles", order=30)


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
    return [figures.Figure("pôles du panel de 2014", Pole.objects.published().count(), reverse("ptce:list"))]


figures.register(_figures, order=20)


class PoleSitemap(Sitemap):
    def items(self):
        return Pole.objects.published().order_by("pk")

    def lastmod(self, pole):
        return pole.updated_at


sitemaps.register("ptce", PoleSitemap)

targets.register(targets.Target("pole", "pôle", Role.POLE_STAFF, lambda: Pole.objects.published()))

api.register("ptce", "ptce.api.PoleViewSet", label="les pôles territoriaux de coopération économique", order=20)
