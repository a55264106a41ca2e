"""Pages with an exact total; deep ones cost no more than the first (``observatory.search.pagination``)."""

from dataclasses import dataclass

from django.core.paginator import EmptyPage
from rest_framework.pagination import BasePagination
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from observatory.search.pagination import CountedPaginator

from . import fields, parameters, sync
from .errors import Unknown


@dataclass(frozen=True)
class Row:
    """A record ready to send, under the key that the paginator orders by."""

    pk: int
    data: dict


class Pages(BasePagination):
    """``page`` and ``page_size``; the view gives the rows of a page by their keys (``represent``)."""

    #: the parameters that it reads, and those of the lists in sync
    names = frozenset({"page", "page_size"})
    sync_names = frozenset({sync.NUMBER, sync.MOMENT})

    def paginate_queryset(self, queryset, request, view=None):
        size = parameters.page_size(request)
        number = parameters.whole_number(request, "page", default=1)
        paginator = CountedPaginator(
            queryset,
            size,
            count=view.count(queryset),
            change=lambda: view.filterset.change,
            rows=lambda pks: [Row(pk, data) for pk, data in view.rows(pks).items()],
        )
        try:
            self.page = paginator.page(number)
        except EmptyPage:
            raise Unknown(
                f"La page {str(number)[:60]} n’existe pas : la dernière est la page {paginator.num_pages}.",
                field="page",
                code="page_past_the_end",
            ) from None
        self.address = request.build_absolute_uri()
        return [row.data for row in self.page]

    def get_paginated_response(self, data) -> Response:
        page = self.page
        return Response(
            {
                "count": page.paginator.count,
                "next": self._address(page.number + 1) if page.has_next() else None,
                "previous": self._address(page.number - 1) if page.has_previous() else None,
                "results": data,
            }
        )

    def _address(self, number: int) -> str:
        if number == 1:
            return remove_query_param(self.address, "page")
        return replace_query_param(self.address, "page", number)

    def get_paginated_response_schema(self, schema: dict) -> dict:
        def link(description):
            return {"type": ["string", "null"], "format": "uri", "description": description}

        return {
            "type": "object",
            "required": ["count", "next", "previous", "results"],
            "properties": {
                "count": {
                    "type": "integer",
                    "description": "Nombre exact de fiches de la liste, toutes pages comprises.",
                },
                "next": link("Adresse de la page suivante ; null à la dernière."),
                "previous": link("Adresse de la page précédente ; null à la première."),
                "results": schema,
                **sync.SCHEMA,
            },
        }

    def get_schema_operation_parameters(self, view) -> list[dict]:
        def number(name, description, **extra):
            return {
                "name": name,
                "in": "query",
                "required": False,
                "description": description,
                "schema": {"type": "integer", "minimum": 1, **extra},
            }

        return [
            number("page", "Numéro de la page, à partir de 1.", default=1),
            number(
                "page_size",
                f"Fiches par page, {parameters.HIGHEST_SIZE} au plus"
                + (f" ; {sync.HIGHEST_SIZE} avec `{sync.NUMBER}`." if view.kind else "."),
                default=parameters.DEFAULT_SIZE,
                maximum=sync.HIGHEST_SIZE if view.kind else parameters.HIGHEST_SIZE,
            ),
            fields.parameter(view.serializer_class),
            *(sync.PARAMETERS if view.kind else ()),
        ]
