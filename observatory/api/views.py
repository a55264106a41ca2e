"""List and detail of a kind of record, the guide, and what is not there."""

import re
from dataclasses import dataclass
from typing import ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView
from rest_framework import viewsets
from rest_framework.response import Response
from rest_framework.views import APIView

from observatory.records.identity import ALPHABET, LENGTH

from . import parameters, registry
from .errors import InvalidParameter, Unknown
from .shapes import base_address


@dataclass(frozen=True)
class Key:
    """A way to name one record in an address."""

    pattern: str
    column: str
    #: how it is called in a sentence
    label: str


PUBLIC_ID = Key(f"[{ALPHABET}]{{{LENGTH}}}", "public_id", "un identifiant de dix caractères")


class RecordViewSet(viewsets.GenericViewSet):
    """List and detail, read-only, of the published records of ``queryset``.

    A subclass gives ``queryset``, ``filterset_class``, ``serializer_class`` (the shape), ``keys`` and ``represent``.
    """

    http_method_names: ClassVar = ["get", "head", "options"]
    parser_classes: ClassVar = []
    lookup_url_kwarg = "key"
    lookup_value_regex = "[^/]+"
    keys: tuple[Key, ...] = (PUBLIC_ID,)

    def represent(self, pks: list[int]) -> dict[int, dict]:
        """The records as their shape says, by primary key, in a constant number of queries."""
        raise NotImplementedError

    def count(self, queryset: QuerySet) -> int:
        """How many records the list holds; facets give it for free."""
        total = getattr(self.filterset, "total", None)
        return queryset.order_by().count() if total is None else total

    @property
    def base(self) -> str:
        """What makes an address of the portal absolute."""
        return base_address(self.request)

    def list(self, request):
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(page)

    def retrieve(self, request, key):
        parameters.refuse_unknown(request, set())
        pk = self.find(key)
        return Response(self.represent([pk])[pk])

    def find(self, key: str) -> int:
        """The primary key of the record that ``key`` names: 400 for a key of no known form, 404 when nothing has it."""
        forms = [form for form in self.keys if re.fullmatch(form.pattern, key, re.ASCII)]
        if not forms:
            expected = " ou ".join(form.label for form in self.keys)
            raise InvalidParameter(f"« {key[:60]} » ne convient pas : attendu {expected}.", field="key")
        for form in forms:
            pk = self.get_queryset().filter(**{form.column: key}).values_list("pk", flat=True).first()
            if pk is not None:
                return pk
        raise Unknown(f"Aucune fiche publiée ne porte « {key[:60]} ».{self.hint(key)}", field="key")

    def hint(self, key: str) -> str:
        """What may have been meant by a well-formed key that nothing has: a sentence after a space, or nothing."""
        return ""

    def get_view_name(self) -> str:
        return str(self.queryset.model._meta.verbose_name_plural).capitalize()

    def get_view_description(self, html=False) -> str:
        return f"Lecture seule ; documentation : {reverse('api:docs')}"


class UnknownView(APIView):
    """Every other address under /api/: a problem, whatever the method."""

    schema = None

    def initial(self, request, *args, **kwargs):
        raise Http404


@method_decorator(require_safe, name="dispatch")
class HomeView(TemplateView):
    """The guide: addresses, shape of answers, errors."""

    template_name = "api/home.html"

    def get_context_data(self, **kwargs):
        endpoints = [
            {"url": reverse(f"api:{resource.prefix}-list"), "label": resource.label}
            for resource in registry.resources()
        ]
        return super().get_context_data(
            endpoints=endpoints,
            docs_url=reverse("api:docs"),
            schema_url=reverse("api:schema"),
            breadcrumbs=[("API", None)],
            **kwargs,
        )
