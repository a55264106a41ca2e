"""The nightly dumps: ``/api/v1/dumps/`` lists them, their files are taken whole or in parts."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.http import FileResponse, HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from observatory.pages.downloads import attach

from . import parameters
from .dumps import FORMATS, MANIFEST, Dump, dumps, find
from .errors import MEDIA_TYPE as PROBLEM
from .errors import Unknown, describe
from .formats import blocks
from .schema import refusals
from .shapes import Shape, base_address

_TAG = "Se tenir à jour"
_NAME = r"[a-z-]+\.(?:ndjson|csv)\.gz|manifest\.json"
_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


class LicenceShape(Shape):
    name = serializers.CharField(help_text="Nom.")
    url = serializers.URLField(help_text="Adresse du texte.")


class FileShape(Shape):
    name = serializers.CharField(help_text="Nom.")
    resource = serializers.CharField(help_text="Ressource, comme dans l’adresse de sa liste.")
    label = serializers.CharField(help_text="Ce qu’il contient.")
    format = serializers.ChoiceField(
        choices=[form.format for form in FORMATS], help_text="Format, une fois décompressé."
    )
    count = serializers.IntegerField(help_text="Nombre de fiches.")
    bytes = serializers.IntegerField(help_text="Taille du fichier compressé, en octets.")
    bytes_unpacked = serializers.IntegerField(help_text="Taille une fois décompressé, en octets.")
    sha256 = serializers.CharField(help_text="Empreinte SHA-256 du fichier compressé.")
    url = serializers.URLField(help_text="Adresse.")


class DumpShape(Shape):
    date = serializers.DateField(help_text="Jour.")
    made_at = serializers.DateTimeField(help_text="Moment que montrent tous les fichiers.")
    change = serializers.IntegerField(
        help_text="Numéro de changement : à donner à `changed_since` pour lire ce qui a changé depuis."
    )
    licence = LicenceShape(help_text="Licence.")
    publisher = serializers.CharField(help_text="Éditeur.")
    url = serializers.URLField(help_text="Adresse du manifeste, qui dit la même chose.")
    files = FileShape(many=True, help_text="Fichiers.")


class DumpsShape(Shape):
    count = serializers.IntegerField(help_text="Nombre de jours.")
    results = DumpShape(many=True, help_text="Un jour chacun, le plus récent d’abord.")


class DumpsView(APIView):
    """What may be taken whole."""

    http_method_names = ("get", "head", "options")
    parser_classes = ()

    @extend_schema(
        tags=[_TAG],
        operation_id="dumps_list",
        summary="Lister les fichiers de chaque nuit",
        description="Toutes les fiches publiques, ressource par ressource, en NDJSON et en CSV compressés (gzip). Les "
        "fichiers d’un jour montrent un même moment ; les sept derniers jours sont gardés.",
        responses={200: OpenApiResponse(DumpsShape, description="Les fichiers.")} | refusals(400, 404, 406),
    )
    def get(self, request):
        parameters.refuse_unknown(request, set())
        base = base_address(request)
        found = [_described(dump, base) for dump in dumps()]
        response = Response({"count": len(found), "results": found})
        response["Cache-Control"] = "no-cache"
        return response


def _described(dump: Dump, base: str) -> dict:
    def url(name: str) -> str:
        return base + reverse("api:dump", args=[dump.day.isoformat(), name])

    files = [file | {"url": url(file["name"])} for file in dump.manifest["files"]]
    return dump.manifest | {"url": url(MANIFEST), "files": files}


class DumpView(APIView):
    """A file of a dump, which never changes once written: an entity tag, and parts of it for what was cut short."""

    http_method_names = ("get", "head", "options")
    parser_classes = ()

    def perform_content_negotiation(self, request, force=False):
        # The file is what it is, whatever the caller would rather have.
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(
        tags=[_TAG],
        operation_id="dumps_retrieve",
        summary="Prendre un fichier d’une nuit",
        description="Le fichier entier, ou la partie que demande l’en-tête `Range` (une seule), pour reprendre un "
        "téléchargement. `ETag` est l’empreinte SHA-256 du fichier.",
        parameters=[
            OpenApiParameter("day", {"type": "string", "format": "date"}, "path", description="Jour."),
            OpenApiParameter("name", {"type": "string", "pattern": f"^(?:{_NAME})$"}, "path", description="Nom."),
        ],
        responses={
            (200, "application/gzip"): OpenApiResponse(OpenApiTypes.BINARY, description="Le fichier."),
            (200, "application/json"): OpenApiResponse(OpenApiTypes.OBJECT, description="Le manifeste."),
            (206, "application/gzip"): OpenApiResponse(OpenApiTypes.BINARY, description="La partie demandée."),
            (206, "application/json"): OpenApiResponse(OpenApiTypes.BINARY, description="La partie demandée."),
            (416, PROBLEM): OpenApiResponse(OpenApiTypes.OBJECT, description="La partie demandée n’existe pas."),
        }
        | refusals(400, 404),
    )
    def get(self, request, day, name):
        parameters.refuse_unknown(request, set())
        path, tag = _path(day, name)
        # What is compressed already is not compressed again, and keeps its size and its tag.
        request.META.pop("HTTP_ACCEPT_ENCODING", None)
        if f'"{tag}"' in parse_etags(request.META.get("HTTP_IF_NONE_MATCH", "")):
            return _headed(HttpResponseNotModified(), tag)
        return _headed(_taken(request, path, f'"{tag}"'), tag)


def _path(day: str, name: str) -> tuple[Path, str]:
    """The file and what tells it from any other."""
    dump = find(day)
    if dump is None:
        raise Unknown(
            f"Aucun fichier n’est gardé du « {day[:20]} » : /api/v1/dumps/ dit lesquels le sont.", field="day"
        )
    tags = {file["name"]: file["sha256"] for file in dump.manifest["files"]}
    tags[MANIFEST] = f"{dump.day}-{dump.manifest['change']}-{dump.manifest['made_at']}"
    if name not in tags:
        raise Unknown(f"Ce jour n’a pas de fichier « {name[:60]} » : /api/v1/dumps/ les nomme.", field="name")
    return dump.folder / name, tags[name]


def _headed(response: HttpResponse, tag: str) -> HttpResponse:
    response["ETag"] = f'"{tag}"'
    response["Cache-Control"] = "no-cache"
    response["Accept-Ranges"] = "bytes"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _taken(request, path: Path, tag: str):
    size = path.stat().st_size
    kind = "application/json" if path.name == MANIFEST else "application/gzip"
    span = _span(request, size, tag)
    if span is None:
        return FileResponse(path.open("rb"), as_attachment=True, filename=path.name, content_type=kind)
    start, end = span
    if start > end:
        body = describe(416, detail=f"Le fichier tient {size} octets : la partie demandée n’existe pas.")
        return Response(body, status=416, content_type=PROBLEM, headers={"Content-Range": f"bytes */{size}"})
    response = StreamingHttpResponse(_part(path, start, end - start + 1), status=206, content_type=kind)
    response["Content-Range"] = f"bytes {start}-{end}/{size}"
    response["Content-Length"] = str(end - start + 1)
    return attach(response, path.name)


def _span(request, size: int, tag: str) -> tuple[int, int] | None:
    """First and last byte asked for, the first after the last when there are none; None for the whole file."""
    asked = _RANGE.fullmatch(request.META.get("HTTP_RANGE", ""))
    if not asked or asked.groups() == ("", "") or request.META.get("HTTP_IF_RANGE", tag) != tag:
        return None
    first, last = asked.groups()
    if not first:
        return max(size - int(last), 0) if int(last) else size, size - 1
    if last and int(last) < int(first):
        return None
    return int(first), min(int(last), size - 1) if last else size - 1


def _part(path: Path, start: int, length: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        for block in blocks(file):
            yield block[:length]
            length -= len(block)
            if length <= 0:
                return
