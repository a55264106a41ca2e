"""What a partner reads first: ``/api/v1/`` lists the resources, ``/api/v1/removed/`` what is no longer public."""

from typing import ClassVar

from django.db.models import CharField, Count, Value
from django.urls import reverse
from django.utils.http import urlencode
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from observatory.records.enums import Removal
from observatory.records.kept import kept

from . import parameters, registry, removed, sync
from .conditional import Conditional
from .schema import refusals
from .shapes import Shape, base_address, text

_REASONS = [*Removal.choices, (sync.WITHDRAWN, "retiré de la liste avec la fiche dont il dépend")]


class RemovedShape(Shape):
    id = serializers.CharField(help_text="Identifiant public de la fiche retirée.")
    kind = serializers.CharField(help_text="Nature de la fiche, comme dans `/api/v1/`.")
    reason = serializers.ChoiceField(choices=_REASONS, help_text="Motif.")
    survivor = text("Identifiant de la fiche qui la remplace, si elle a été fusionnée.")
    change = serializers.IntegerField(help_text="Numéro de changement du retrait.")
    removed_at = serializers.DateTimeField(help_text="Moment du retrait.")


class RemovedPageShape(Shape):
    count = serializers.IntegerField(help_text="Nombre de retraits dans cette réponse.")
    next = serializers.URLField(allow_null=True, help_text="Adresse de la suite ; null à la fin.")
    previous = serializers.URLField(allow_null=True, help_text="Toujours null : on lit dans l’ordre des changements.")
    results = RemovedShape(many=True, help_text="Retraits, dans l’ordre des changements.")
    since = serializers.IntegerField(help_text="Numéro d’où part la réponse.")
    change = serializers.IntegerField(help_text="Numéro à donner la prochaine fois.")


class ResourceShape(Shape):
    name = serializers.CharField(help_text="Nom dans l’adresse.")
    label = serializers.CharField(help_text="Ce qu’elle rend.")
    kind = text("Nature des fiches, comme dans `removed` ; null : la liste n’a pas de numéros de changement.")
    count = serializers.IntegerField(help_text="Nombre de fiches publiques.")
    url = serializers.URLField(help_text="Adresse de la liste.")
    mirror = serializers.URLField(help_text="Adresse où une copie entière commence ; elle suit ensuite `next`.")


class RootShape(Shape):
    change = serializers.IntegerField(help_text="Numéro de changement d’aujourd’hui, sûr à donner plus tard.")
    resources = ResourceShape(many=True, help_text="Les listes.")
    removed = serializers.URLField(help_text="Adresse des fiches retirées.")
    documentation = serializers.URLField(help_text="Adresse de la documentation.")


class PlainView(Conditional, APIView):
    """What every address shares that is no list of records."""

    http_method_names: ClassVar = ["get", "head", "options"]
    parser_classes: ClassVar = []


class RootView(PlainView):
    """The resources, with their addresses and how many records each holds."""

    @extend_schema(
        tags=["Se tenir à jour"],
        operation_id="root_retrieve",
        summary="Lire la liste des ressources",
        description="Par où commencer : les listes, ce que chacune rend et compte, et le numéro de changement présent.",
        responses={200: OpenApiResponse(RootShape, description="Les ressources.")} | refusals(400, 404, 406),
    )
    def get(self, request):
        parameters.refuse_unknown(request, set())
        base = base_address(request)
        counts = _counts(self.present.safe)
        return Response(
            {
                "change": self.present.safe,
                "resources": [_resource(one, base, counts.get(one.prefix, 0)) for one in registry.resources()],
                "removed": base + reverse("api:removed"),
                "documentation": base + reverse("api:home"),
            }
        )


def _counts(number: int) -> dict[str, int]:
    """How many records each resource holds, in one query."""
    first, *others = (
        one.view.queryset.order_by()
        .annotate(resource=Value(one.prefix, CharField()))
        .values("resource")
        .annotate(n=Count("pk"))
        .values_list("resource", "n")
        for one in registry.resources()
    )
    return dict(kept(first.union(*others, all=True), number))


def _resource(one: registry.Resource, base: str, count: int) -> dict:
    url = base + reverse(f"api:{one.prefix}-list")
    start = (
        {sync.NUMBER: 0, "page_size": sync.HIGHEST_SIZE} if one.view.kind else {"page_size": parameters.HIGHEST_SIZE}
    )
    return {
        "name": one.prefix,
        "label": one.label,
        "kind": one.view.kind,
        "count": count,
        "url": url,
        "mirror": f"{url}?{urlencode(start | one.view.whole)}",
    }


class RemovedView(PlainView):
    """Tombstones alone, of one kind or of all."""

    @extend_schema(
        tags=["Se tenir à jour"],
        operation_id="removed_list",
        summary="Lister les fiches retirées",
        description="Les fiches supprimées, archivées, fusionnées ou retirées après un numéro, dans l’ordre des changements. "
        "Une fiche qui revient n’y est plus. Les listes lues avec `changed_since` donnent déjà les leurs.",
        parameters=[
            OpenApiParameter("kind", str, description="Nature des fiches, comme dans `/api/v1/`."),
            *(OpenApiParameter(one["name"], one["schema"], description=one["description"]) for one in sync.PARAMETERS),
            OpenApiParameter(
                "page_size",
                {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": sync.HIGHEST_SIZE,
                    "default": parameters.DEFAULT_SIZE,
                },
                description="Retraits par réponse.",
            ),
        ],
        responses={200: OpenApiResponse(RemovedPageShape, description="Une suite de retraits.")}
        | refusals(400, 404, 406),
    )
    def get(self, request):
        parameters.refuse_unknown(request, {"kind", "page_size", sync.NUMBER, sync.MOMENT})
        size = parameters.page_size(request, highest=sync.HIGHEST_SIZE)
        low = sync.since(request, self.present) if sync.is_asked(request) else 0
        views = _views(request)
        removals = [sync.graves(views), *(gone for view in views.values() for gone in removed.withdrawn(view))]
        found = sync.cut(None, removals, low=low, safe=self.present.safe, size=size)
        address = sync.without_moment(request)
        rows = [one.as_row() for one in found.removed]
        body = sync.answer(found, address, count=len(rows), results=rows)
        del body["removed"]
        return Response(body)


def _views(request) -> dict[str, type]:
    """The viewsets by kind, or the one asked for."""
    views = removed.kinds()
    if "kind" not in request.query_params:
        return views
    kind = parameters.choice(request, "kind", sorted(views), default="")
    return {kind: views[kind]}
