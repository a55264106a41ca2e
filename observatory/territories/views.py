"""Public pages of the collectivités. GET only."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from observatory.pages.listing import PAGE_SIZE, Choice, address, page_of, sort_choices
from observatory.records import changes, kept
from observatory.search import words

from . import jsonld
from .enums import Level
from .filters import CollectivityFilter
from .models import Collectivity, Territory
from .panels import panels_for
from .selectors import near_codes


@require_safe
def collectivity_list(request):
    bodies = CollectivityFilter(request.GET, Collectivity.objects.current().with_territory())
    page, total = None, 0
    if not bodies.errors:
        paginator = Paginator(bodies.sorted(bodies.qs), PAGE_SIZE)
        page, total = page_of(paginator, request.GET.get("page")), paginator.count
    context = {
        "filter": bodies,
        "errors": bodies.errors,
        "page": page,
        "total": total,
        "sorts": sort_choices(bodies, request.GET),
        "batch_url": address(request.GET, reverse("pdf:prepare", args=["collectivites"])),
        "suggestions": []
        if total
        else [Choice(word, address(request.GET, q=word)) for word in words.nearest(request.GET.get("q", ""))],
        "departements": Territory.objects.current().at(Level.DEPARTEMENT).order_by("official_code"),
        "regions": Territory.objects.current().at(Level.REGION).order_by("sort_key"),
        "breadcrumbs": [("Collectivités", None)],
    }
    return render(request, "territories/collectivity_list.html", context, status=400 if bodies.errors else 200)


@require_safe
def collectivity_detail(request, code: str, slug: str = ""):
    """The page of a public body; a former slug redirects, a merged commune leads to the body of its successor.

    What it shows is the same for everybody: it is kept until something changes, for the fifteen queries that it asks.
    """
    number = changes.safe_number()
    answer = kept.page(f"collectivity/{code}/{slug}", number, lambda: _detail(code, slug))
    if not isinstance(answer, dict):
        return answer
    return render(request, "territories/collectivity_detail.html", answer)


def _detail(code: str, slug: str) -> dict | HttpResponsePermanentRedirect:
    """What the template of the page shows, or where the page is now."""
    body = Collectivity.objects.for_page().filter(code=code).first()
    if body is None:
        near = ", ".join(f"{t.label} : {t.code}" for t in near_codes(code)[:3])
        raise Http404(f"Aucune collectivité n’a le code « {code} »." + (f" Codes proches : {near}." if near else ""))
    if not body.is_current and (successor := body.territory.successors.first()):
        heir = Collectivity.objects.filter(territory=successor, is_current=True).first()
        if heir:
            return HttpResponsePermanentRedirect(heir.get_absolute_url())
    if slug != body.slug:
        return HttpResponsePermanentRedirect(body.get_absolute_url())
    territory = body.territory
    wider = (
        Collectivity.objects.current().filter(territories__in=[t.pk for t in territory.ancestors]).exclude(pk=body.pk)
    )
    shown = {
        "collectivity": body,
        "territory": territory,
        "wider": wider.only("code", "slug", "name", "kind").distinct().order_by("-territory__population"),
        "panels": panels_for(territory),
        "observatory": settings.OBSERVATORY,
    }
    return {
        "name": body.name,
        "kind": body.get_kind_display(),
        "json_ld": jsonld.government(body),
        # Without request: nothing of a person or a session may enter what is kept.
        "article": render_to_string("territories/_collectivity.html", shown),
        "breadcrumbs": [("Collectivités", reverse("collectivities:list")), (body.name, None)],
    }
