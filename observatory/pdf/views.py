"""The addresses of the fiches. GET only."""

from django.core.cache import cache
from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.utils.http import parse_etags, quote_etag
from django.utils.timezone import localdate
from django.views.decorators.http import require_safe

from observatory.records import changes

from . import registry
from .fiches import KEPT, Printed, printed
from .rendering import NotDrawn, version


@require_safe
def fiche(request, kind: str, key: str):
    """The fiche of one published record."""
    base = f"{request.scheme}://{request.get_host()}"
    # Nothing has changed since the last reader: neither the record nor its page need be read again.
    quick = f"fiche/{kind}/{key}/{base}/{version()}/{localdate()}/{changes.safe_number()}"
    document = cache.get(quick)
    if document is None:
        known = registry.get(kind)
        record = known and known.find(key)
        if record is None:
            raise Http404("Cette fiche n’existe pas, ou n’est plus publiée.")
        document = printed(known, record, base=base)
        cache.set(quick, document, timeout=KEPT)
    return response(request, document)


def response(request, document: Printed) -> HttpResponse:
    """A PDF to read in the browser, or 304 when the visitor has it already."""
    etag = quote_etag(document.digest)
    if etag in parse_etags(request.headers.get("If-None-Match", "")):
        answer = HttpResponseNotModified()
    else:
        try:
            answer = HttpResponse(document.pdf(), content_type="application/pdf")
        except NotDrawn as refusal:
            answer = render(request, "pdf/not_drawn.html", {"reason": str(refusal)}, status=503)
            answer["Retry-After"] = "20"
            return answer
        answer["Content-Disposition"] = f'inline; filename="{document.filename}"'
    answer["ETag"] = etag
    answer["Cache-Control"] = "no-cache" if document.is_kept else "private, no-store"
    return answer
