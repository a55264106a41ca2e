"""A pole at the desk as tests use it: one with a row in each list, its form as a browser sends it back."""

import re
from decimal import Decimal

from django.urls import reverse

from observatory.accounts.enums import Role
from observatory.records.models import Citation
from ptce.editing import KIND
from ptce.models import Claim, Pole

from .desk import filled
from .factories import ActorFactory, PoleFactory
from .permissions import person


def to(name: str, *args) -> str:
    return reverse(f"editing:{name}", args=[KIND.slug, *args])


def told_pole(world) -> Pole:
    """A pole with a row in each list, as a document states them."""
    said = {"source": world.source, "page": 15}
    mine = ActorFactory(name="Maison du textile", territory=world.commune)
    pole = PoleFactory(name="Pôle Textile", region=world.region, actor=mine)
    pole.project_territories.create(name="Métropole", territory=world.epci, **said)
    pole.milestones.create(stage="creation", year=2010, text="Statuts", **said)
    pole.recognitions.create(kind="temoin", year=2014, **said)
    pole.members.create(name="Le réseau", actor=world.network, category="ess", role="fondateur", since=2010, **said)
    pole.members.create(name="Ville de Lille", body=world.body, category="collectivity", **said)
    pole.figures.create(key="cell_budget", value=Decimal(152_000), unit="€", year=2013, is_approximate=True, **said)
    pole.figures.create(key="other", label="Bureaux", value=Decimal(12), unit="bureaux", **said)
    pole.money.create(name="Région", level="region", year=2013, amount=Decimal(25_000), purpose="Emplois", **said)
    pole.roles.create(name="Lille", body=world.body, level="commune", kind="support", text="Prête un local.", **said)
    Citation.objects.create(record=pole, source=world.source, page=15, statement="Cité en exemple.")
    Claim.objects.create(pole=pole, field="created", text="2009 selon un autre passage", source=world.source)
    KIND.write(pole, {"objectives": ["visibilite-ess"], "filieres": ["culture"], "themes": ["mobilite"]})
    return Pole.objects.get(pk=pole.pk)


def signed_in(client, world):
    """A client in the hands of the CRESS of the région."""
    client.force_login(person(Role.CRESS_EDITOR, territory=world.region))
    return client


def opened(client, pole, name="edit", **typed) -> dict:
    return filled(client.get(to(name, pole.public_id))) | typed


def row_of(data: dict, name: str, part: str, value: str) -> str:
    """The beginning of the inputs of the row that holds ``value``."""
    return next(
        key.removesuffix(part)
        for key, held in data.items()
        if re.fullmatch(rf"{name}-\d+-{part}", key) and held in (value, [value])
    )
