"""List and detail of a kind of record, and what is not there."""

import re
from dataclasses import dataclass
from typing import ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from rest_framework import viewsets
from rest_framework.response import Response
from rest_framework.views import APIView

from observatory.records.identity import ALPHABET, LENGTH

from . import fields, files, parameters, removed, sync
from .conditional import Conditional
from .errors import InvalidParameter, Unknown
from .reading import Joined
from .shapes import base_address


@dataclass(frozen=True)
class Key:
    """A way to name one record in an address."""

    pattern: str
    column: str
    #: how it is called in a sentence
    label: str


PUBLIC_ID = Key(f"[{ALPHABET}]{{{LENGTH}}}", "public_id", "un identifiant de dix caractères")


class RecordViewSet(Conditional, viewsets.GenericViewSet):
    """List and detail, read-only, of the published records of ``queryset``.

    A subclass gives ``queryset``, ``filterset_class``, ``serializer_class`` (the shape), ``keys`` and ``represent``.
    """

    http_method_names: ClassVar = ["get", "head", "options"]
    parser_classes: ClassVar = []
    lookup_url_kwarg = "key"
    lookup_value_regex = "[^/]+"
    keys: tuple[Key, ...] = (PUBLIC_ID,)
    #: the word that names the kind in the change feed; None for what draws no number
    kind: str | None = None
    #: the fields asked for, None for all
    fields: list[str] | None = None
    #: parameters that make the list whole, for a mirror
    whole: ClassVar[dict[str, str]] = {}
    #: how ``represent`` reads what stands behind foreign keys; a whole list sets another reader
    reader = Joined()

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.kind = getattr(cls.queryset.model, "change_kind", None)
        cls.renderer_classes = files.renderers(cls.serializer_class)

    @classmethod
    def withdrawn(cls) -> QuerySet | None:
        """Records that left the list without a tombstone: their own state did not change."""
        return None

    def dated(self) -> list[QuerySet]:
        return removed.moments(type(self)) if self.kind else []

    def is_numbered(self) -> bool:
        return self.kind is not None and self.action in ("list", "retrieve")

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if self.action in ("list", "retrieve"):
            self.fields = fields.asked(request, self.serializer_class)

    @property
    def paginator(self):
        """Pages, or the order of the changes when it is asked for."""
        if not hasattr(self, "_paginator"):
            in_sync = self.kind and sync.is_asked(self.request)
            self._paginator = sync.Changes() if in_sync else self.pagination_class and self.pagination_class()
        return self._paginator

    def removals(self) -> list[QuerySet]:
        """What tells of the records that left the list, as ``sync.Removed`` reads it."""
        return removed.of(type(self))

    def rows(self, pks: list[int]) -> dict[int, dict]:
        """The records with the fields asked for: what every format writes."""
        found = self.represent(pks)
        if self.fields is None:
            return found
        return {pk: {name: row[name] for name in self.fields} for pk, row in found.items()}

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
        if files.is_asked(request):
            files.refuse_pages(self)
            return files.whole(self, self.filter_queryset(self.get_queryset()))
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(page)

    def retrieve(self, request, key):
        parameters.refuse_unknown(request, {fields.NAME})
        pk = self.find(key)
        return files.one(self, pk, key) if files.is_asked(request) else Response(self.rows([pk])[pk])

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
        told = removed.fate(self.kind, key) or self.hint(key)
        raise Unknown(f"Aucune fiche publiée ne porte « {key[:60]} ».{told}", field="key")

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
