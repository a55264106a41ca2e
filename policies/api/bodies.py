"""What the third floor adds to collectivités in the API: who speaks for the ESS in them."""

from rest_framework import serializers

from observatory.api.shapes import Shape, known, text

from ..models import Referent
from .parts import grouped

_COLUMNS = ["body_id", "public_id", "name", "service", "email", "telephone", "website"]


class ReferentShape(Shape):
    id = serializers.CharField(help_text="Identifiant public.")
    role = serializers.CharField(help_text="Fonction, jamais une personne.")
    service = text("Service.")
    email = text("Courriel du service.")
    telephone = text("Téléphone du service.")
    website = text("Page du service.")


def referents_field() -> serializers.Field:
    return ReferentShape(many=True, help_text="Qui s’y occupe de l’ESS : fonctions et services, jamais des personnes.")


def referents(pks: list[int]) -> dict[int, list[dict]]:
    """The published referents of some bodies, by the key of the body."""
    rows = Referent.objects.published().filter(body__in=pks).order_by("sort_key", "pk").values(*_COLUMNS)
    return {
        body: [
            {"id": row["public_id"], "role": row["name"]}
            | {field: known(row[field]) for field in ("service", "email", "telephone", "website")}
            for row in found
        ]
        for body, found in grouped(rows, "body_id").items()
    }
