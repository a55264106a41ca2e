"""The printed fiche of an actor."""

from observatory.maps.locator import locator
from observatory.pdf import registry
from observatory.pdf.images import svg_source

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


registry.register(
    registry.Fiche(
        kind="acteur",
        title="fiche d’acteur",
        template="pdf/actor.html",
        find=lambda key: Actor.objects.published().for_page().filter(public_id=key).first(),
        context=_fiche,
    )
)
