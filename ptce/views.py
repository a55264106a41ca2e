"""Public pages of the poles. GET only."""

from django.core.paginator import Paginator
from django.http import Http404, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from observatory.pages.listing import Choice, address, page_of, sort_choices
from observatory.records.models import FormerSlug
from observatory.search import words
from observatory.territories.enums import Level
from observatory.territories.models import Territory

from .filters import PoleFilter
from .models import Pole

#: the whole panel fits on one page
PAGE_SIZE = 60


@require_safe
def pole_list(request):
    poles = PoleFilter(request.GET, Pole.objects.published().for_card())
    page, total = None, 0
    if not poles.errors:
        paginator = Paginator(poles.sorted(poles.qs), PAGE_SIZE)
        page, total = page_of(paginator, request.GET.get("page")), paginator.count
    q = request.GET.get("q", "")
    context = {
        "filter": poles,
        "errors": poles.errors,
        "page": page,
        "total": total,
        "sorts": sort_choices(poles, request.GET),
        "suggestions": [] if total else [Choice(word, address(request.GET, q=word)) for word in words.nearest(q)],
        "regions": Territory.objects.filter(level__in=[Level.REGION, Level.FORMER_REGION]).order_by(
            "-level", "sort_key"
        ),
        "breadcrumbs": [("Pôles (PTCE)", None)],
    }
    return render(request, "ptce/list.html", context, status=400 if poles.errors else 200)


@require_safe
def pole_detail(request, slug: str):
    pole = Pole.objects.published().for_card().filter(slug=slug).first()
    if pole is None:
        former = FormerSlug.objects.filter(kind=Pole.change_kind, slug=slug).first()
        now = former and Pole.objects.published().filter(public_id=former.public_id).first()
        if now:
            return HttpResponsePermanentRedirect(now.get_absolute_url())
        raise Http404("Ce pôle n’existe pas, ou n’est plus publié.")
    mentions = pole.actor.mentions.select_related("source") if pole.actor else []
    neighbours = Pole.objects.published().filter(region=pole.region).exclude(pk=pole.pk).order_by("sort_key")
    context = {
        "pole": pole,
        "mentions": mentions,
        "neighbours": neighbours,
        "breadcrumbs": [("Pôles (PTCE)", reverse("ptce:list")), (pole.name, None)],
    }
    return render(request, "ptce/detail.html", context)
