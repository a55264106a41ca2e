"""« Toutes les fiches de cette recherche »: asked for by any visitor, watched and fetched by whoever has the address."""

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from observatory.accounts.throttle import client_ip
from observatory.editing.suggestions import origin_of
from observatory.pdf import registry

from . import services
from .enums import State
from .models import Batch


@require_http_methods(["GET", "HEAD", "POST"])
def prepare(request, search: str):
    """How many fiches a search has; POST asks for them."""
    searched = registry.batchable(search)
    if searched is None:
        raise Http404("Cette liste n’a pas de fiches à emporter.")
    found = searched.found(request.GET)
    if found.errors:
        return render(request, "400.html", {"errors": found.errors}, status=400)
    told = searched.told(found, request.GET)
    back = searched.address(request.GET)
    try:
        keys = services.keys_of(searched, found)
        if request.method == "POST":
            base = f"{request.scheme}://{request.get_host()}"
            origin = origin_of(client_ip(request))
            return redirect(services.ask(searched, request.GET, keys, told=told, base=base, origin=origin))
    except services.Refused as refusal:
        return _refused(request, refusal, back)
    context = {
        "total": len(keys),
        "told": told,
        "title": searched.title,
        "list_url": back,
        "breadcrumbs": _crumbs(back, searched),
    }
    return render(request, "pdf/batches/prepare.html", context)


def _crumbs(back: str, searched: registry.Batchable) -> list:
    return [(searched.title, back), ("Toutes les fiches", None)]


def _refused(request, refusal: services.Refused, back: str) -> HttpResponse:
    response = render(
        request, "pdf/batches/refused.html", {"reason": str(refusal), "list_url": back}, status=refusal.status
    )
    if refusal.wait:
        response["Retry-After"] = str(refusal.wait)
    return response


def _find(token) -> Batch:
    batch = Batch.objects.filter(token=token).first()
    if batch is None:
        raise Http404("Ce lot n’existe pas, ou n’est plus gardé : les lots s’effacent après sept jours.")
    return batch


@require_safe
def batch(request, token):
    """Where a batch stands: a moving bar, then its file."""
    found = _find(token)
    search = registry.batchable(found.search)
    back = search.address(found.query)
    context = {"batch": found, "State": State, "list_url": back, "breadcrumbs": _crumbs(back, search)}
    if request.htmx and not (found.is_open and found.is_interrupted == ("interrompue" in request.GET)):
        response = HttpResponse(headers={"HX-Refresh": "true"})
    else:
        response = render(request, "pdf/batches/_progress.html" if request.htmx else "pdf/batches/batch.html", context)
    add_never_cache_headers(response)
    return response


@require_safe
def download(request, token):
    found = get_object_or_404(Batch, token=token, state=State.DONE)
    try:
        file = found.path.open("rb")
    except FileNotFoundError:
        raise Http404("Ce fichier n’est plus gardé : refaites la recherche.") from None
    response = FileResponse(file, as_attachment=True, filename=found.filename, content_type="application/zip")
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def cancel(request, token):
    found = _find(token)
    services.cancel(found)
    return redirect(found)


@require_POST
def restart(request, token):
    """« Recommencer »."""
    found = _find(token)
    try:
        services.restart(found)
    except services.Refused as refusal:
        return _refused(request, refusal, found.get_absolute_url())
    return redirect(found)
