"""The printed fiche of a pole: what its page says, from the same reading (``ptce.sheet``)."""

from observatory.maps.locator import inside, locator
from observatory.pdf import registry
from observatory.pdf.images import svg_source

from . import law, places
from .filters import PoleFilter
from .models import Pole
from .sheet import Sheet, poles


def _fiche(pole: Pole) -> dict:
    sheet = Sheet(pole)
    return {"sheet": sheet, "themes": sheet.neighbours.themes, "findings": law.WORDS, "map": _map(sheet)}


def _map(sheet: Sheet) -> dict | None:
    """The members that stand in the département of the pole, or in its région; None when none is known to."""
    spots = [spot for member in sheet.members if (spot := places.who_spot(member))]
    own = places.pole_spot(sheet.pole)
    points = [(spot.longitude, spot.latitude) for spot in ([*spots, own] if own else spots)]
    for around in (sheet.pole.departement, sheet.pole.region):
        shown = around and inside(around.__class__.objects.get(pk=around.pk), points)
        if shown and (drawn := locator([around], list(dict.fromkeys(shown)))):
            beyond = len(points) - len(shown)
            return {
                "source": svg_source(drawn),
                "alt": f"Carte : le pôle et ses membres dans {around.name}, {len(set(shown))} points.",
                "caption": f"Le pôle et ses membres dans {around.name}." + (f" {beyond} ailleurs." if beyond else ""),
            }
    return None


def _told(found: PoleFilter, query) -> list[str]:
    from .views import chips  # the pages, which name the addresses, come after what is registered on start

    return [chip.label for chip in chips(found, query)]


registry.register(
    registry.Fiche(
        kind="pole",
        title="fiche de pôle",
        template="pdf/pole.html",
        find=lambda key: poles().filter(public_id=key).first(),
        context=_fiche,
    )
)
registry.register_batchable(
    registry.Batchable(
        key="poles",
        title="Pôles (PTCE)",
        fiche="pole",
        list_name="ptce:list",
        found=lambda query: PoleFilter(query, Pole.objects.published()),
        told=_told,
    )
)
