"""Contours as files that browsers keep for a day and then check by their digest."""

import gzip

from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.views.decorators.http import require_safe

from observatory.territories.models import Contour, ContourLayer, Territory


@require_safe
def layer(request, level: str, detail: int, within: str = ""):
    """All contours of a level (``/carte/contours/epci-0.geojson``), or the communes of a département."""
    found = ContourLayer.objects.filter(level=level, detail=detail, within=within).first()
    if found is None:
        raise Http404("Cette couche de contours n’existe pas.")
    etag = f'"{found.digest}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified()
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(
        bytes(found.body) if packed else gzip.decompress(found.body), content_type="application/geo+json"
    )
    if packed:
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding"
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=86400"
    return response


@require_safe
def contour(request, code: str):
    """The contour of one territory at the finest detail."""
    territory = Territory.objects.filter(code=code).first()
    shape = Contour.objects.filter(territory=territory).order_by("-detail").first() if territory else None
    if shape is None:
        raise Http404("Ce territoire n’a pas de contour.")
    body = f'{{"type":"Feature","id":"{territory.code}","properties":{{}},"geometry":{shape.geometry}}}'
    response = HttpResponse(body, content_type="application/geo+json")
    response["Cache-Control"] = "public, max-age=86400"
    return response
