"""A pole in the words of schema.org: organisations that work together, whose members are organisations."""

from observatory.pages.jsonld import place, thing

from .models import Pole
from .sheet import Sheet


def consortium(pole: Pole, sheet: Sheet) -> dict:
    return thing(
        "Consortium",
        pole.get_absolute_url(),
        name=pole.name,
        alternateName=[name for name in pole.other_names if name != pole.name],
        description=pole.description,
        foundingDate=pole.created and str(pole.created),
        url=pole.website,
        areaServed=place("AdministrativeArea", pole.region and pole.region.name),
        member=[
            {"@type": "Organization", "@id": member.url, "name": (member.shown_actor or member.body).name}
            for member in sheet.members
            if member.url and not member.until
        ],
    )
