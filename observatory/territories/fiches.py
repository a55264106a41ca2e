"""The printed fiche of a collectivité: itself, then what the floors above know of its territory."""

from observatory.maps.locator import locator
from observatory.pdf import registry
from observatory.pdf.images import svg_source

from .enums import BodyKind, Detail, Level
from .filters import CollectivityFilter
from .models import Collectivity, Territory
from .panels import printed_for


def _find(code: str) -> Collectivity | None:
    """The body of a code, as its page shows it; a merged commune has the fiche of its successor."""
    body = Collectivity.objects.for_page().filter(code=code).first()
    if body and not body.is_current and body.territory.successors.exists():
        return None
    return body


def _fiche(body: Collectivity) -> dict:
    territory = body.territory
    around = territory.departement or territory.region
    drawn = locator([around] if around else [], [], detail=Detail.REGION, marked=territory)
    where = f" dans {around.name}" if around else ""
    return {
        "territory": territory,
        "panels": printed_for(territory),
        "map": drawn
        and {"source": svg_source(drawn), "alt": f"Carte : {territory.label}{where}.", "caption": _caption(territory)},
    }


def _caption(territory: Territory) -> str:
    return ", ".join([territory.label, *(place.name for place in reversed(territory.ancestors))])


def _told(found: CollectivityFilter, query) -> list[str]:
    """The choices of the filters, in words."""
    data = found.form.cleaned_data
    codes = [code for code in (data["departement"], data["region"]) if code]
    return [
        *([f"« {data['q']} »"] if data["q"] else []),
        *(place.label for place in Territory.objects.filter(code__in=codes).order_by("code")),
        *(str(Level(level).label) for level in data["level"]),
        *(str(BodyKind(kind).label) for kind in data["kind"]),
    ]


registry.register(
    registry.Fiche(
        kind="collectivite",
        title="fiche de collectivité",
        template="pdf/collectivity.html",
        find=_find,
        context=_fiche,
        key=lambda body: body.code,
    )
)
registry.register_batchable(
    registry.Batchable(
        key="collectivites",
        title="Collectivités",
        fiche="collectivite",
        list_name="collectivities:list",
        found=lambda query: CollectivityFilter(query, Collectivity.objects.current()),
        told=_told,
        column="code",
    )
)
