"""What the ground floor learns of schemes, agreements and stakes on start."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse
from django.utils.http import urlencode

from actors.models import Actor
from observatory.api import registry as api
from observatory.editing import registry as editing
from observatory.pages import figures, sitemaps
from observatory.records import reference
from observatory.search import registry
from observatory.territories import panels
from observatory.territories.models import Territory

from . import desk, scdl
from .editing import KINDS
from .models import Agreement, Laureate, Offer, Stake, SupportScheme, of_bodies

#: a panel lists so many of each and links to the rest
SHOWN = 8

reference.register("load_policies", order=40)
for kind in KINDS:
    editing.register(kind)
for model, column, noun in (
    (Agreement, "actor", "convention,conventions"),
    (Agreement, "organisation", "convention,conventions"),
    (Stake, "actor", "part de SCIC,parts de SCIC"),
    (Stake, "organisation", "part de SCIC,parts de SCIC"),
    (Offer, "actor", "dispositif,dispositifs"),
    (Laureate, "actor", "appel obtenu,appels obtenus"),
):
    editing.register_follower(editing.Follower(Actor.change_kind, model, column, noun))
desk.register()


def _scheme(scheme: SupportScheme) -> registry.Result:
    return registry.Result(scheme.name, scheme.instrument.name, scheme.get_absolute_url(), scheme.public_id)


registry.register(
    registry.Kind(
        key="scheme",
        plural="Dispositifs",
        queryset=lambda: (
            SupportScheme.objects.published()
            .select_related("instrument")
            .only("public_id", "slug", "name", "instrument__name")
        ),
        describe=_scheme,
        list_url=lambda q: f"{reverse('policies:schemes')}?{urlencode({'q': q})}",
        order=25,
    )
)


def _figures() -> list[figures.Figure]:
    count = SupportScheme.objects.published().count()
    return [figures.Figure("dispositifs de soutien", count, reverse("policies:schemes"))] if count else []


figures.register(_figures, order=40)


def _panel(territory: Territory) -> dict:
    """What the bodies of a territory do for the ESS: schemes, agreements, stakes."""
    bodies = territory.bodies.values("pk")
    schemes = SupportScheme.objects.published().select_related("instrument")
    agreements = Agreement.objects.published().filter(body__in=bodies).order_by("-year", "sort_key")
    agreements = list(scdl.with_parts(agreements))
    stakes = Stake.objects.published().filter(body__in=bodies).select_related("actor")
    return {
        "own": schemes.filter(bodies__in=bodies).distinct().order_by("sort_key"),
        "around": schemes.filter(of_bodies(territory))
        .exclude(bodies__in=bodies)
        .distinct()
        .prefetch_related("offers__body")
        .order_by("sort_key")[:SHOWN],
        "agreements": agreements,
        "stakes": stakes.order_by("-year", "sort_key"),
        "url": f"{reverse('policies:schemes')}?territory={territory.code}",
        "files": scdl.exportable(agreements),
    }


panels.register(panels.Panel(key="policies", template="policies/_panel.html", context=_panel, order=10))


class SchemeSitemap(Sitemap):
    def items(self):
        return SupportScheme.objects.published().only("public_id", "slug", "updated_at").order_by("pk")

    def lastmod(self, scheme):
        return scheme.updated_at


sitemaps.register("schemes", SchemeSitemap)

api.register("schemes", "policies.api.schemes.SchemeViewSet", label="les dispositifs de soutien", order=21)
api.register("calls", "policies.api.schemes.CallViewSet", label="les appels, leurs dates et leurs lauréats", order=22)
api.register("agreements", "policies.api.agreements.AgreementViewSet", label="les conventions", order=23)
api.register("stakes", "policies.api.agreements.StakeViewSet", label="les parts de SCIC", order=24)
api.register("instruments", "policies.api.instruments.InstrumentViewSet", label="les instruments, expliqués", order=25)
api.register("thresholds", "policies.api.instruments.ThresholdViewSet", label="les seuils réglementaires", order=26)
