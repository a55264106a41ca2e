"""An actor in the words of schema.org, from the columns that its page has read."""

from observatory.pages.jsonld import identifiers, known, place, thing

from .enums import Family, LegalForm, Precision
from .models import Actor

#: schema.org has no word for a mutual: it is an organisation
_FAMILIES = {
    Family.ASSOCIATION: "NGO",
    Family.FOUNDATION: "NGO",
    Family.COOPERATIVE: "Cooperative",
    Family.COMPANY: "Corporation",
}
_FORMS = {
    LegalForm.UNIVERSITY: "CollegeOrUniversity",
    LegalForm.STATE_SERVICE: "GovernmentOrganization",
    LegalForm.PUBLIC_ESTABLISHMENT: "GovernmentOrganization",
}


def organisation(actor: Actor, networks) -> dict:
    """``networks`` are those that the page names."""
    return thing(
        _FORMS.get(actor.legal_form) or _FAMILIES.get(actor.family, "Organization"),
        actor.get_absolute_url(),
        name=actor.name,
        alternateName=[name for name in (actor.acronym, *actor.other_names) if name and name != actor.name],
        description=actor.description,
        identifier=identifiers(SIREN=actor.siren, SIRET=actor.siret, RNA=actor.rna),
        foundingDate=actor.founded and str(actor.founded),
        dissolutionDate=actor.closed and str(actor.closed),
        url=actor.website,
        telephone=actor.telephone,
        email=actor.email,
        address=_address(actor),
        location=_point(actor),
        knowsAbout=[theme.name for theme in actor.themes.all()],
        memberOf=[
            {"@type": "Organization", "@id": network.get_absolute_url(), "name": network.name} for network in networks
        ],
    )


def _address(actor: Actor) -> dict:
    found = known(
        streetAddress=actor.address,
        addressLocality=actor.commune and actor.commune.name,
        addressRegion=actor.region and actor.region.name,
    )
    return {"@type": "PostalAddress", **found, "addressCountry": "FR"} if found else {}


def _point(actor: Actor) -> dict:
    """The point of an address; that of a town hall would place the actor where it is not."""
    if actor.precision != Precision.ADDRESS or actor.point is None:
        return {}
    geo = {"@type": "GeoCoordinates", "longitude": actor.longitude, "latitude": actor.latitude}
    return place("Place", actor.name) | {"geo": geo}
