"""The printed fiche of an actor."""

from observatory.maps.locator import locator
from observatory.pdf import registry
from observatory.pdf.images import svg_source

from .filters import ActorFilter
from .models import Actor


def _fiche(actor: Actor) -> dict:
    """What the printed fiche reads beside the actor: never a contact, since anyone may read it."""
    around = actor.departement or actor.region
    drawn = locator([around], [actor.point]) if around and actor.point else ""
    return {
        "flags": [flag.get_label_display() for flag in actor.flags.all()],
        "map": drawn
        and {
            "source": svg_source(drawn),
            "alt": f"Carte : {actor.place} dans {around.name}.",
            "caption": f"{actor.place}, {around.name}. Point placé {actor.get_precision_display()}.",
        },
    }


def _told(found: ActorFilter, query) -> list[str]:
    from .views import chips  # the pages, which name the addresses, come after what is registered on start

    return [chip.label for chip in chips(found, query)]


registry.register(
    registry.Fiche(
        kind="acteur",
        title="fiche d’acteur",
        template="pdf/actor.html",
        find=lambda key: Actor.objects.published().for_page().filter(public_id=key).first(),
        context=_fiche,
    )
)
registry.register_batchable(
    registry.Batchable(
        key="annuaire",
        title="Annuaire des acteurs",
        fiche="acteur",
        list_name="actors:list",
        found=lambda query: ActorFilter(query, Actor.objects.published()),
        told=_told,
    )
)
