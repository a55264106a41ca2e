"""Public pages of the directory. GET only; ``actors.filters.ActorFilter`` decides what they show."""

from functools import cached_property

from django.conf import settings
from django.http import Http404, HttpResponsePermanentRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from observatory.accounts import perms
from observatory.pages.listing import PAGE_SIZE, Chip, Choice, address, page_of, sort_choices, without
from observatory.records import changes, kept
from observatory.records.models import Tombstone
from observatory.search import words
from observatory.search.pagination import CountedPaginator
from observatory.territories import selectors

from . import exports, jsonld
from .contacts import public_contacts, with_public_contacts
from .filters import ActorFilter
from .models import Actor
from .panels import panels_for
from .places import map_cells


@method_decorator(require_safe, name="dispatch")
class ActorSearchView(TemplateView):
    """A search of the directory: what list and map have in common; htmx asks for ``partial_name`` alone."""

    partial_name: str

    def get(self, request, *args, **kwargs):
        """A place typed in words becomes a code in the address, so that the page can be shared."""
        coded = selectors.with_typed_place(request.GET)
        return redirect(f"{request.path}?{coded.urlencode()}") if coded else super().get(request, *args, **kwargs)

    def rows(self, pks):
        """The records of a page, with all that a result shows."""
        return Actor.objects.filter(pk__in=pks).for_card()

    @cached_property
    def filter(self) -> ActorFilter:
        return ActorFilter(self.request.GET, Actor.objects.published())

    @cached_property
    def actors(self):
        return self.filter.sorted(self.filter.qs)

    def page(self):
        paginator = CountedPaginator(
            self.actors, PAGE_SIZE, count=self.filter.total, change=lambda: self.filter.change, rows=self.rows
        )
        return page_of(paginator, self.request.GET.get("page"))

    def get_context_data(self, **kwargs):
        query = self.request.GET
        errors = self.filter.errors
        page = None if errors else self.page()
        total = 0 if errors else self.filter.total
        return super().get_context_data(
            filter=self.filter,
            place=None if errors else self.filter.place,
            errors=errors,
            page=page,
            total=total,
            facets=[] if errors else self.filter.facets,
            territory_facet=None if errors else self.filter.territory_facet,
            territory_url=_ready_for("territory", address(query, self.request.path, territory=None)),
            active=[] if errors else chips(self.filter, query),
            suggestions=[] if total else [Choice(w, address(query, q=w)) for w in words.nearest(query.get("q", ""))],
            suggested_places=self.suggested_places(),
            sorts=sort_choices(self.filter, query),
            exports=[
                Choice(label, address(query, reverse("actors:export", args=[kind])))
                for kind, (label, _) in exports.FORMATS.items()
            ],
            extract_url=address(query, reverse("actors:extract"), page=None),
            batch_url=address(query, reverse("pdf:prepare", args=["annuaire"])),
            list_url=address(query, reverse("actors:list")),
            map_url=address(query, reverse("actors:map")),
            **kwargs,
        )

    def render_to_response(self, context, **kwargs):
        if self.request.htmx:
            return render(self.request, self.partial_name, context)
        return super().render_to_response(context, status=400 if context["errors"] else 200, **kwargs)

    def suggested_places(self) -> list[Choice]:
        """Near territories when the code asked for is well formed but unknown."""
        code = self.request.GET.get("territory", "")
        if not code or self.filter.errors or self.filter.place:
            return []
        return [Choice(t.label, address(self.request.GET, territory=t.code)) for t in selectors.near_codes(code)]


def chips(found: ActorFilter, query) -> list[Chip]:
    """The choices made, each with the address without it."""
    data = found.form.cleaned_data
    shown = []
    if data.get("q"):
        shown.append(Chip(f"« {data['q']} »", address(query, q=None)))
    if data.get("territory"):
        label = found.place.label if found.place else data["territory"]
        shown.append(Chip(label, address(query, territory=None)))
    for facet in found.facets:
        shown += [Chip(f"{facet.label} : {v.label}", without(query, facet.name, v.value)) for v in facet.selected]
    if data.get("ess"):
        shown.append(Chip(dict(found.filters["ess"].extra["choices"])[data["ess"]], address(query, ess=None)))
    if data.get("bbox"):
        shown.append(Chip("Zone de la carte", address(query, bbox=None)))
    return shown


def _ready_for(name: str, url: str) -> str:
    """An address that lacks only the value of one more parameter."""
    return f"{url}{'&' if '?' in url else '?'}{name}="


class ActorListView(ActorSearchView):
    """The directory; htmx asks for the results alone."""

    template_name = "actors/list.html"
    partial_name = "actors/_results.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(breadcrumbs=[("Annuaire", None)], **kwargs)


class ActorMapView(ActorSearchView):
    """The map of a search, and the same as a text list."""

    template_name = "actors/map.html"
    partial_name = "actors/_listing.html"

    def rows(self, pks):
        return Actor.objects.filter(pk__in=pks).with_place()

    def get_context_data(self, **kwargs):
        context = super().get_context_data(
            breadcrumbs=[("Annuaire", reverse("actors:list")), ("Carte", None)], **kwargs
        )
        if not context["errors"]:
            context["located"] = self.filter.qs.located().count()
        return context


@require_safe
def points(request):
    """The clusters and actors of an extent at a zoom, under the filters of the directory, as compact JSON."""
    actors = ActorFilter(request.GET, Actor.objects.published())
    errors = list(actors.errors)
    zoom = request.GET.get("zoom", "5")
    if not (zoom.isdecimal() and int(zoom) <= 18):
        errors.append(f"Zoom : « {zoom} » n’est pas un zoom de 0 à 18.")
    if errors:
        return JsonResponse({"errors": errors}, status=400, json_dumps_params={"ensure_ascii": False})
    response = JsonResponse(
        map_cells(actors, int(zoom)), json_dumps_params={"ensure_ascii": False, "separators": (",", ":")}
    )
    response["Cache-Control"] = "public, max-age=60"
    return response


@require_safe
def export(request, kind: str):
    """The current search as a file."""
    if kind not in exports.FORMATS:
        raise Http404(f"« {kind} » n’est pas un format : {', '.join(exports.FORMATS)}.")
    actors = ActorFilter(request.GET, Actor.objects.published())
    if actors.errors:
        return render(request, "400.html", {"errors": actors.errors}, status=400)
    return exports.FORMATS[kind][1](actors.sorted(actors.qs), "acteurs-ess")


@require_safe
def detail(request, public_id: str, slug: str = ""):
    """The page of an actor; a former slug or a merged actor redirects.

    Every visitor sees the same: it is kept until something changes. Who has signed in may act on it, and sees it drawn.
    """
    number = changes.safe_number()
    if request.user.is_authenticated:
        answer = _detail(public_id, slug, number, request)
    else:
        answer = kept.page(f"actor/{public_id}/{slug}", number, lambda: _detail(public_id, slug, number))
    return render(request, "actors/detail.html", answer) if isinstance(answer, dict) else answer


def _detail(public_id: str, slug: str, number: int, request=None) -> dict | HttpResponsePermanentRedirect:
    """What the template of the page shows, with the buttons of who asks; or where the page is now."""
    actor = with_public_contacts(Actor.objects.published().for_page()).filter(public_id=public_id).first()
    if actor is None:
        grave = Tombstone.objects.filter(kind=Actor.change_kind, public_id=public_id).first()
        survivor = grave and Actor.objects.published().filter(public_id=grave.survivor).first()
        if survivor:
            return HttpResponsePermanentRedirect(survivor.get_absolute_url())
        raise Http404("Cette fiche n’existe pas, ou n’est plus publiée.")
    if slug != actor.slug:
        return HttpResponsePermanentRedirect(actor.get_absolute_url())
    near = (
        Actor.objects.published().ess().exclude(pk=actor.pk).filter(commune=actor.commune)
        if actor.commune
        else Actor.objects.none()
    )
    linked = actor.linked()
    shown = {
        "actor": actor,
        **linked,
        "near": near.order_by("sort_key").with_place()[:6],
        "people": public_contacts(actor),
        "panels": panels_for(actor, number),
        "desk": request and perms.desk_of(request.user, actor),
        "observatory": settings.OBSERVATORY,
    }
    return {
        "name": actor.name,
        "title": f"{actor.name} · {actor.place}" if actor.place else actor.name,
        "told": actor.description,
        "has_map": bool(actor.point),
        "json_ld": jsonld.organisation(actor, linked["networks"]),
        "article": render_to_string("actors/_actor.html", shown, request),
        "breadcrumbs": [("Annuaire", reverse("actors:list")), (actor.name, None)],
    }
