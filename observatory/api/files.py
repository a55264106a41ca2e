"""Whole lists and single records in the formats of ``formats``, streamed.

The keys are read first, in the order asked for, then the records by some hundreds: no cursor and no transaction stay open
while a slow caller reads. Every answer names in ``CHANGE`` the number that was safe before the first row was read, so that
whoever asks later what changed since then misses nothing that moved meanwhile.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.serializers import Serializer

from observatory.pages.downloads import attach

from . import flat, written
from .errors import InvalidParameter
from .formats import CSV, NDJSON, XLSX, FileRenderer, GeoJSON
from .reading import Remembered
from .renderers import FrenchJSONRenderer

#: header with the change number of a file
CHANGE = "Observatory-Change"
#: more records than this at once are read with the small tables in memory
FEW = 1_000
_GEOMETRY = "coordinates"


def renderers(shape: type[Serializer]) -> list[type]:
    """The formats of a resource; GeoJSON where its records have a point."""
    places = [GeoJSON] if _GEOMETRY in shape._declared_fields else []
    return [FrenchJSONRenderer, *places, CSV, NDJSON, XLSX]


def is_asked(request) -> bool:
    return isinstance(request.accepted_renderer, FileRenderer)


def whole(view, queryset: QuerySet) -> StreamingHttpResponse:
    """The whole list of a view in the format that its request asks for."""
    renderer = view.request.accepted_renderer
    number = view.present.safe
    by_key = "sort" not in view.request.query_params
    if by_key:
        queryset = queryset.order_by("pk")
    columns = ("pk", "change") if view.kind else ("pk",)
    rows = list(queryset.values_list(*columns).iterator(chunk_size=10_000))
    if renderer.most is not None and len(rows) > renderer.most:
        raise InvalidParameter(
            f"La liste compte {len(rows)} fiches et une feuille n’en tient que {renderer.most} : filtrez la liste, ou "
            "demandez format=csv.",
            field="format",
            code="too_many_rows",
        )
    _keep_geometry(view, renderer)
    table = _table(view)
    if by_key and view.kind and renderer.is_cut:
        bodies = (body for [body] in written.bodies(view, [renderer], table, rows, partial(read, view)))
        content = chain([renderer.head(table)], bodies)
    else:
        content = renderer.write(parts(view, [row[0] for row in rows]), table)
    return _answer(view, content, view.basename, number)


def one(view, pk: int, key: str) -> StreamingHttpResponse:
    """One record in the format that the request of the view asks for."""
    renderer = view.request.accepted_renderer
    number = view.present.safe
    _keep_geometry(view, renderer)
    record = view.rows([pk])[pk]
    return _answer(view, renderer.write_one(record, _table(view)), f"{view.basename}-{key}", number)


def parts(view, pks: list[int]) -> Iterator[list[dict]]:
    """The records of these keys, in their order, some at a time; those removed meanwhile are left out."""
    keys = iter(pks)
    while chunk := list(islice(keys, written.SIZE)):
        yield read(view, chunk)


def read(view, pks: list[int]) -> list[dict]:
    """The records of these keys, in their order; those removed meanwhile are left out."""
    if len(pks) > FEW and not isinstance(view.reader, Remembered):
        view.reader = Remembered()
    with _no_collection():
        found = view.rows(pks)
    return [found[pk] for pk in pks if pk in found]


@contextmanager
def _no_collection() -> Iterator[None]:
    """Without looking for cycles among thousands of rows that have none: it cost a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def refuse_pages(view) -> None:
    """Refuse what cuts a list: a file holds all of it."""
    for name in sorted(view.pagination_class.names | view.pagination_class.sync_names):
        if name in view.request.query_params:
            raise InvalidParameter(
                f"{name} ne va pas avec format={view.request.accepted_renderer.format} : un fichier tient toute la "
                "liste. Les pages et les changements se lisent en JSON.",
                field=name,
                code="contradiction",
            )


def _table(view) -> flat.Table:
    return flat.table(view.serializer_class, view.fields)


def _keep_geometry(view, renderer) -> None:
    """GeoJSON needs the point even where ``fields`` leaves it out."""
    if isinstance(renderer, GeoJSON) and view.fields is not None and _GEOMETRY not in view.fields:
        view.fields = [*view.fields, _GEOMETRY]


def _answer(view, content: Iterator[bytes], name: str, number: int) -> StreamingHttpResponse:
    renderer = view.request.accepted_renderer
    kind = f"{renderer.media_type}; charset={renderer.charset}" if renderer.charset else renderer.media_type
    body = () if view.request.method == "HEAD" else content
    response = attach(StreamingHttpResponse(body, content_type=kind), f"{name}.{renderer.format}")
    response[CHANGE] = str(number)
    return response


# The document -------------------------------------------------------------------------------------------

_CONTENTS = {
    GeoJSON: OpenApiTypes.OBJECT,
    NDJSON: OpenApiTypes.STR,
    CSV: OpenApiTypes.STR,
    XLSX: OpenApiTypes.BINARY,
}


def responses(shape: type[Serializer], *, many: bool) -> dict:
    """What a resource answers with 200, format by format."""
    says = "Une page de la liste en JSON, ou toute la liste dans un autre format." if many else "La fiche."
    found = {
        (200, FrenchJSONRenderer.media_type): OpenApiResponse(shape(many=True) if many else shape, description=says)
    }
    for renderer in renderers(shape)[1:]:
        found[200, renderer.media_type] = OpenApiResponse(_CONTENTS[renderer], description=says)
    return found


def format_parameter(shape: type[Serializer], *, many: bool) -> OpenApiParameter:
    known = renderers(shape)
    said = "\n".join(f"* `{renderer.format}` : {renderer.label}" for renderer in known[1:])
    lists = " Sauf `json`, qui va par pages, un fichier tient toute la liste." if many else ""
    return OpenApiParameter(
        "format",
        str,
        enum=[renderer.format for renderer in known],
        default="json",
        description=f"Format ; l’emporte sur l’en-tête `Accept`.{lists}\n\n* `json`\n{said}",
    )
