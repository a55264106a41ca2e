"""What pages tell search engines in the words of schema.org: what they show, nothing else, and never an open door."""

import json

import pytest

from actors.models import Actor

from .factories import ActorFactory
from .markup import Page

NASTY = 'Répare</script><script>alert(1)</script><!-- & "tout" \' \u2028 <b>vite</b>'


def told(client, address: str) -> dict:
    """The one block of a page; the client of the tests has already checked nonces and what is not closed."""
    page = Page(client.get(address).text)
    blocks = [element for element in page.all("script") if element.get("type") == "application/ld+json"]
    assert len(blocks) == 1 and blocks[0].get("nonce")
    return json.loads("".join(blocks[0].words))


def test_an_actor_is_an_organisation_with_its_numbers_and_its_networks(client, world):
    data = told(client, world.actor.get_absolute_url())
    page = f"http://testserver{world.actor.get_absolute_url()}"
    assert (data["@context"], data["@type"], data["@id"]) == ("https://schema.org", "Cooperative", page)
    assert (data["name"], data["alternateName"]) == (world.actor.name, ["GSL", "Le Garage"])
    assert {one["propertyID"]: one["value"] for one in data["identifier"]} == {
        "SIREN": "775672272",
        "SIRET": "77567227221138",
    }
    assert data["address"] == {
        "@type": "PostalAddress",
        "streetAddress": "1, rue de l’Essai",
        "addressLocality": "Lille",
        "addressRegion": "Hauts-de-France",
        "addressCountry": "FR",
    }
    assert (data["foundingDate"], data["dissolutionDate"]) == ("2009", "2022")
    assert data["memberOf"][0]["@id"] == f"http://testserver{world.network.get_absolute_url()}"
    assert data["url"] == "https://garage.invalid/"
    # The point is that of the town hall.
    assert "location" not in data


def test_silence_stays_silence(client, db):
    actor = ActorFactory()
    assert set(told(client, actor.get_absolute_url())) <= {
        *("@context", "@type", "@id", "mainEntityOfPage", "name", "description", "identifier"),
    }


def test_the_point_of_an_address_is_told(client, world):
    Actor.objects.filter(pk=world.actor.pk).update(precision="address")
    geo = told(client, world.actor.get_absolute_url())["location"]["geo"]
    assert (geo["longitude"], geo["latitude"]) == (3.06, 50.63)


@pytest.mark.parametrize("which", ["actor", "pole"])
def test_a_description_full_of_html_closes_nothing(client, world, which):
    record = getattr(world, which)
    type(record).objects.filter(pk=record.pk).update(description=NASTY)
    assert told(client, record.get_absolute_url())["description"] == NASTY
    assert "<script>alert" not in client.get(record.get_absolute_url()).text


def test_a_collectivity_is_a_public_body(client, world):
    for _ in range(2):  # read, then kept
        data = told(client, world.body.get_absolute_url())
        assert data["@type"] == "GovernmentOrganization"
        assert data["@id"] == f"http://testserver{world.body.get_absolute_url()}"
        assert data["areaServed"] == {"@type": "AdministrativeArea", "name": "Lille"}
        assert data["telephone"] == "03 20 00 00 00"


def test_a_pole_gathers_its_members(client, world):
    data = told(client, world.pole.get_absolute_url())
    assert (data["@type"], data["name"]) == ("Consortium", "Pôle Mobilité")
    assert f"http://testserver{world.actor.get_absolute_url()}" in [member["@id"] for member in data["member"]]
