"""A collectivité in the words of schema.org, from the columns that its page has read."""

from observatory.pages.jsonld import identifiers, place, thing

from .models import Collectivity


def government(body: Collectivity) -> dict:
    return thing(
        "GovernmentOrganization",
        body.get_absolute_url(),
        name=body.name,
        identifier=identifiers(SIREN=body.siren, code=body.code),
        url=body.website,
        telephone=body.telephone,
        email=body.email,
        address=body.address,
        areaServed=place("AdministrativeArea", body.territory.name),
    )
