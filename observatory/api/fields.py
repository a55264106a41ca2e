"""Sparse answers: ``fields=name,place`` gives these fields of each record, and always what identifies it."""

from functools import cache

from rapidfuzz import fuzz, process
from rest_framework.request import Request
from rest_framework.serializers import Serializer

from .errors import InvalidParameter

NAME = "fields"


def identity(shape: type[Serializer]) -> str:
    """The field that identifies a record, in every answer."""
    return "id" if "id" in names(shape) else "key"


@cache
def names(shape: type[Serializer]) -> tuple[str, ...]:
    """The top-level fields of a shape, in its order."""
    return tuple(shape().fields)


def asked(request: Request, shape: type[Serializer]) -> list[str] | None:
    """The fields asked for, in the order of the shape; None for all of them."""
    value = request.query_params.get(NAME)
    if value is None or not value.strip(" ,"):
        return None  # ``parameters`` refuses what is empty
    known, wanted = names(shape), [part.strip() for part in value.split(",")]
    for name in wanted:
        if name not in known:
            near = process.extractOne(name, known, scorer=fuzz.ratio, score_cutoff=60)
            hint = f"Vouliez-vous dire « {near[0]} » ?" if near else f"Champs connus : {', '.join(known)}."
            raise InvalidParameter(
                f"Le champ « {name[:60]} » n’existe pas ici. {hint}", field=NAME, code="unknown_field"
            )
    return [name for name in known if name in wanted or name == identity(shape)]


def parameter(shape: type[Serializer]) -> dict:
    """The OpenAPI parameter."""
    return {
        "name": NAME,
        "in": "query",
        "required": False,
        "explode": False,
        "style": "form",
        "description": f"Champs voulus, séparés par des virgules ; `{identity(shape)}` est toujours rendu.",
        "schema": {"type": "array", "minItems": 1, "items": {"type": "string", "enum": list(names(shape))}},
    }
