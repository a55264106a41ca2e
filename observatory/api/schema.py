"""The OpenAPI document and its page, from local files."""

from functools import cache

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from . import fields, files
from .conditional import Conditional
from .errors import MEDIA_TYPE
from .renderers import FrenchJSONRenderer
from .shapes import Problem
from .views import Key

_SENTENCES = {
    400: "Un paramètre ou une clé ne peut pas être compris : la phrase dit ce qui est attendu.",
    401: "La clé n’est pas acceptée : la phrase dit pourquoi. Sans clé, la lecture reste ouverte.",
    404: "Rien à cette adresse, ou page après la dernière.",
    406: "Aucun des formats demandés n’est servi ici.",
    429: "Trop de demandes : `Retry-After` dit dans combien de secondes revenir.",
}


def refusals(*statuses: int) -> dict:
    """The problems that an operation may answer, with those that any may."""
    return {
        (status, MEDIA_TYPE): OpenApiResponse(Problem, description=_SENTENCES[status])
        for status in (*statuses, 401, 429)
    }


def key_parameter(keys: tuple[Key, ...]) -> OpenApiParameter:
    """The key of a record in an address."""
    return OpenApiParameter(
        "key",
        {"type": "string", "pattern": f"^(?:{'|'.join(key.pattern for key in keys)})$"},
        OpenApiParameter.PATH,
        description=f"La clé : {' ou '.join(key.label for key in keys)}.",
    )


def fields_parameter(shape: type[Serializer]) -> OpenApiParameter:
    given = fields.parameter(shape)
    return OpenApiParameter(
        given["name"], given["schema"], explode=False, style="form", description=given["description"]
    )


def documented(
    *, tag: str, shape: type[Serializer], keys: tuple[Key, ...], many: tuple[str, str], one: tuple[str, str]
):
    """Describe list and detail of a viewset; ``many`` and ``one`` are (summary, description)."""
    return extend_schema_view(
        list=extend_schema(
            tags=[tag],
            summary=many[0],
            description=many[1],
            parameters=[files.format_parameter(shape, many=True)],
            responses=files.responses(shape, many=True) | refusals(400, 404, 406),
        ),
        retrieve=extend_schema(
            tags=[tag],
            summary=one[0],
            description=one[1],
            parameters=[key_parameter(keys), fields_parameter(shape), files.format_parameter(shape, many=False)],
            responses=files.responses(shape, many=False) | refusals(400, 404, 406),
        ),
    )


@cache
def document() -> dict:
    """The OpenAPI document; it only changes with the code, so each process builds it once."""
    return SchemaGenerator().get_schema(request=None, public=True)


class SchemaView(Conditional, SpectacularAPIView):
    """The document as YAML or JSON, by ``Accept`` or ``format=``."""

    def is_numbered(self) -> bool:
        return False

    authentication_classes = throttle_classes = ()

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        if response.exception:
            response.accepted_renderer = FrenchJSONRenderer()  # a problem is JSON, even for who asked for YAML
        return response

    def _get_schema_response(self, request):
        return Response(document(), headers={"Content-Disposition": 'inline; filename="openapi.yaml"'})


class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI from the files of drf-spectacular-sidecar, under the same strict policy as every page."""

    authentication_classes = throttle_classes = ()
    template_name = "api/docs.html"
    url_name = "api:schema"
