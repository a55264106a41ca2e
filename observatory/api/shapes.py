"""What answers hold, field by field: the documentation's truth, and the parts that every resource shares.

Rows are plain dictionaries built by ``represent`` from few column queries; running them through serializers would
cost more than reading them. ``tests/test_api.py`` holds each real answer against its shape.
"""

from collections.abc import Callable

from django.http import HttpRequest
from django.urls import reverse
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

#: columns that ``source_ref`` and ``ref`` read through a foreign key
SOURCE = ("key", "title", "year")


class Shape(serializers.Serializer):
    """Fields of an answer; null means that the source is silent."""

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        # Clients made from the schema name their types after it: ``Actor`` rather than ``ActorShape``.
        extend_schema_serializer(component_name=cls.__name__.removesuffix("Shape"))(cls)

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("read_only", True)
        super().__init__(*args, **kwargs)


def text(help_text: str, **kwargs) -> serializers.CharField:
    return serializers.CharField(help_text=help_text, allow_null=True, **kwargs)


def integer(help_text: str, **kwargs) -> serializers.IntegerField:
    return serializers.IntegerField(help_text=help_text, allow_null=True, **kwargs)


def word(choices, help_text: str, *, null: bool = True) -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=choices.choices, help_text=help_text, allow_null=null)


class SourceRef(Shape):
    key = serializers.CharField(help_text="Clé du document ou du jeu de données.")
    title = serializers.CharField(help_text="Titre.")
    year = serializers.IntegerField(help_text="Année.")


class PlaceRef(Shape):
    code = serializers.CharField(help_text="Code typé : niveau puis code officiel.")
    name = serializers.CharField(help_text="Nom.")


class RecordRef(Shape):
    id = serializers.CharField(help_text="Identifiant public.")
    name = serializers.CharField(help_text="Nom.")


class Place(Shape):
    """The official territories that a record lies in, from the finest; null above what is known."""

    commune = PlaceRef(allow_null=True, help_text="Commune.")
    epci = PlaceRef(allow_null=True, help_text="Intercommunalité.")
    departement = PlaceRef(allow_null=True, help_text="Département.")
    region = PlaceRef(allow_null=True, help_text="Région.")


class Coordinates(Shape):
    longitude = serializers.FloatField(help_text="Longitude, en degrés (WGS 84).")
    latitude = serializers.FloatField(help_text="Latitude, en degrés (WGS 84).")
    precision = serializers.ChoiceField(
        choices=[
            ("address", "à l’adresse"),
            ("commune", "à la mairie de la commune"),
            ("territory", "à la mairie ou en un point du territoire"),
        ],
        help_text="Ce que le point désigne.",
    )


class Record(Shape):
    """What every record carries."""

    id = serializers.CharField(help_text="Identifiant public : ne change jamais et n’est jamais réattribué.")
    name = serializers.CharField(help_text="Nom.")
    change = serializers.IntegerField(
        help_text="Numéro de changement : plus grand à chaque modification, commun à toutes les fiches."
    )
    url = serializers.URLField(help_text="Adresse de la page du portail.")


class Problem(Shape):
    """A refusal (RFC 9457)."""

    type = serializers.CharField(help_text="Adresse de l’explication des erreurs.")
    title = serializers.CharField(help_text="Nature de l’erreur.")
    status = serializers.IntegerField(help_text="Statut HTTP.")
    detail = serializers.CharField(help_text="Ce qui ne va pas et ce qui est attendu, en une phrase.")
    code = serializers.CharField(help_text="Code stable, pour les programmes.")
    field = serializers.CharField(required=False, help_text="Paramètre en cause, s’il y en a un.")


# Parts of rows ------------------------------------------------------------------------------------------


def known(value):
    """The value, or None when it is an empty text: the source is silent."""
    return None if value == "" else value


def through(column: str, *names: str) -> list[str]:
    """Columns read through a foreign key, for ``values()``."""
    return [f"{column}__{name}" for name in names]


def ref(row: dict, column: str) -> dict | None:
    """A ``PlaceRef`` from ``through(column, "code", "name")``."""
    code = row[f"{column}__code"]
    return code and {"code": code, "name": row[f"{column}__name"]}


def source_ref(row: dict, column: str = "source") -> dict | None:
    """A ``SourceRef`` from ``through(column, *SOURCE)``."""
    key = row[f"{column}__key"]
    return key and {name: row[f"{column}__{name}"] for name in SOURCE}


def coordinates(longitude: float | None, latitude: float | None, precision: str) -> dict | None:
    if longitude is None:
        return None
    return {"longitude": longitude, "latitude": latitude, "precision": precision}


def address_of(name: str, *samples: str) -> Callable[..., str]:
    """The address of a page as a function of its arguments, resolved once for all the rows of a list.

    ``samples`` are arguments that the route accepts and that stand nowhere else in its address.
    """
    pattern = reverse(name, args=samples).replace("{", "{{").replace("}", "}}")
    for sample in samples:
        pattern = pattern.replace(sample, "{}", 1)
    return pattern.format


def base_address(request: HttpRequest) -> str:
    """Scheme and host, which make an address of the portal absolute."""
    return f"{request.scheme}://{request.get_host()}"
