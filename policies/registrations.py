"""What the ground floor learns of schemes, agreements and stakes on start."""

from django.contrib.sitemaps import Sitemap
from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils.http import urlencode

from actors import panels as actor_panels
from actors.models import Actor
from observatory.api import registry as api
from observatory.editing import registry as editing
from observatory.pages import figures, sitemaps
from observatory.records import reference, references, triggers
from observatory.search import registry
from observatory.territories import api_parts, panels
from observatory.territories.models import Collectivity, Territory

from . import checks, desk, fiches, scdl, yearly  # noqa: F401 (the printed fiche)
from .api.bodies import referents, referents_field
from .editing import KINDS
from .models import Agreement, Call, Instrument, Laureate, Offer, Referent, Stake, SupportScheme, of_bodies

#: a panel lists so many of each and links to the rest
SHOWN = 8
#: schemes that a panel reads at once
MOST = 200
LATEST = (F("year").desc(nulls_last=True), "sort_key", "pk")

reference.register("load_policies", order=40, name="policies", label="Dispositifs, conventions, parts et seuils")
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
triggers.register_part(Collectivity, Referent._meta.db_table, "body_id")
triggers.register_part(Instrument, "policies_threshold_instruments", "instrument_id")
# A call shows who carries its scheme, and what is said of the scheme when nothing is said of the call itself.
for part, column in (("policies_offer", "scheme_id"), ("records_citation", "object_id")):
    triggers.register_part(Call, part, column, "SELECT id FROM policies_call WHERE scheme_id IN ({keys})")
references.register(
    Agreement,
    SupportScheme,
    "SELECT a.id FROM policies_agreement a JOIN policies_call c ON c.id = a.call_id WHERE c.scheme_id = NEW.id",
    ("state",),
)
api_parts.register(api_parts.Part("ess_referents", referents_field, referents))


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
    """What the bodies of a territory do for the ESS: who deals with it, schemes, agreements by year, stakes."""
    bodies = territory.bodies.values("pk")
    own = Exists(Offer.objects.filter(scheme=OuterRef("pk"), body__in=bodies))
    schemes = SupportScheme.objects.published().select_related("instrument").annotate(is_own=own)
    schemes = schemes.filter(Q(is_own=True) | of_bodies(territory)).distinct().order_by("-is_own", "sort_key", "pk")
    schemes = list(schemes.prefetch_related(Prefetch("offers", Offer.objects.select_related("body")))[:MOST])
    agreements = Agreement.objects.published().filter(body__in=bodies).order_by(*LATEST)
    agreements = list(scdl.with_parts(agreements))
    stakes = Stake.objects.published().filter(body__in=bodies)
    return {
        "own": [scheme for scheme in schemes if scheme.is_own],
        "around": [scheme for scheme in schemes if not scheme.is_own][:SHOWN],
        "referents": Referent.objects.published().filter(body__in=bodies).order_by("sort_key", "pk"),
        "agreements": agreements,
        "charts": yearly.charts(yearly.of(agreements), key="conventions"),
        "stakes": stakes.order_by(*LATEST),
        "url": f"{reverse('policies:schemes')}?territory={territory.code}",
        "agreements_url": _of_bodies("policies:agreements", agreements),
        "files": scdl.exportable(agreements),
    }


def _of_bodies(name: str, acts: list) -> str:
    """The list of the acts of the one body that they are of; empty when they are of several."""
    codes = {act.body.code for act in acts}
    return f"{reverse(name)}?body={codes.pop()}" if len(codes) == 1 else ""


panels.register(
    panels.Panel(
        key="policies",
        template="policies/_panel.html",
        context=_panel,
        order=10,
        pdf_template="pdf/_panel_policies.html",
    )
)


def _of_actor(actor: Actor) -> dict | None:
    """What collectivités bring to an actor: agreements, stakes and the ceiling on their sum."""
    agreements = list(Agreement.objects.published().filter(actor=actor).select_related("body").order_by(*LATEST))
    stakes = list(Stake.objects.published().filter(actor=actor).select_related("body").order_by(*LATEST))
    if not (agreements or stakes):
        return None
    return {
        "name": actor.name,
        "agreements": agreements,
        "stakes": stakes,
        "capital": checks.capital_over_time(stakes),
    }


actor_panels.register(
    actor_panels.Panel(
        key="policies",
        template="policies/_actor_panel.html",
        context=_of_actor,
        subjects=((Agreement, "actor"), (Stake, "actor")),
    )
)


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
