"""The pages' own FilterSets, applied and documented."""

import django_filters
from django import forms
from django.core.validators import RegexValidator
from rest_framework.filters import BaseFilterBackend

from observatory.search import analysis
from observatory.search.filters import (
    TYPED_CODE,
    BoundsField,
    CommaSeparatedField,
    PortalFilterSet,
    TypedCodeField,
)

from . import fields, parameters, sync
from .errors import InvalidParameter

_CODE, _OFFICIAL = f"^{TYPED_CODE.pattern}$", "[0-9A-Za-z]+"
#: no database takes the character zero
_WORDS = "^[^\\x00]+$"
#: keyword of a schema → argument of a field of whole numbers
_BOUNDS = {"minimum": "min_value", "maximum": "max_value"}


class PageFilterBackend(BaseFilterBackend):
    """Filters and orders with the view's ``filterset_class``; what it cannot understand is refused in French."""

    def filter_queryset(self, request, queryset, view):
        filterset_class = view.filterset_class
        names = {*filterset_class.base_filters, *view.pagination_class.names, fields.NAME}
        if view.kind:
            names |= view.pagination_class.sync_names
        parameters.refuse_unknown(request, names, several=_several(filterset_class))
        filterset = filterset_class(request.query_params, queryset, request=request)
        if filterset.errors:
            raise InvalidParameter(" ".join(filterset.errors), field=next(iter(filterset.form.errors)))
        _refuse_no_word(request.query_params.get("q", ""))
        view.filterset = filterset
        filterset.change = view.present.safe
        return filterset.qs if sync.is_asked(request) else filterset.sorted(filterset.qs)

    def get_schema_operation_parameters(self, view) -> list[dict]:
        return [_parameter(name, item) for name, item in view.filterset_class.base_filters.items()]


def _refuse_no_word(text: str) -> None:
    """Refuse words that search for nothing: pages show the whole list then, which a program would take for an answer."""
    if text and not analysis.parse(text):
        raise InvalidParameter(
            f"« {text[:60]} » ne contient aucun mot qui se cherche : ni chiffre, ni lettre hors des mots trop courants.",
            field="q",
            code="no_word",
        )


def _several(filterset_class: type[PortalFilterSet]) -> frozenset[str]:
    """The filters that accept more than one value."""
    return frozenset(
        name
        for name, item in filterset_class.base_filters.items()
        if issubclass(item.field_class, forms.MultipleChoiceField)
    )


def _parameter(name: str, item: django_filters.Filter) -> dict:
    """An OpenAPI parameter: its values when they are fixed, its form when it has one."""
    schema, description = {"type": "string"}, [f"{item.label}."]
    if help_text := item.extra.get("help_text"):
        description.append(help_text if help_text.endswith((".", "…")) else f"{help_text}.")
    choices = item.extra.get("choices")
    if choices and not callable(choices):
        schema["enum"] = [value for value, _ in choices]
        description.append("\n".join(["", "", *(f"* `{value}` : {label}" for value, label in choices)]))
    elif issubclass(item.field_class, TypedCodeField):
        levels = "|".join(item.extra.get("levels", ()))
        schema["pattern"] = f"^(?:{levels})-{_OFFICIAL}$" if levels else _CODE
    elif forms_of := [one for one in item.extra.get("validators", ()) if isinstance(one, RegexValidator)]:
        schema["pattern"] = forms_of[0].regex.pattern.replace(r"\A", "^").replace(r"\Z", "$")
    elif issubclass(item.field_class, BoundsField):
        schema["pattern"] = r"^-?[0-9.]+(,-?[0-9.]+){3}$"
    elif issubclass(item.field_class, forms.IntegerField):
        schema["type"] = "integer"
        schema |= {name: item.extra[given] for name, given in _BOUNDS.items() if given in item.extra}
    elif issubclass(item.field_class, forms.DateField):
        schema["format"] = "date"
    elif issubclass(item.field_class, forms.NullBooleanField):
        schema["type"] = "boolean"
    else:
        schema |= {"minLength": 1, "pattern": _WORDS}
        schema |= {"maxLength": item.extra["max_length"]} if "max_length" in item.extra else {}
    parameter = {"name": name, "in": "query", "required": False, "schema": schema}
    if issubclass(item.field_class, CommaSeparatedField):
        description.insert(1, "Plusieurs valeurs possibles, séparées par des virgules : l’une ou l’autre.")
        parameter |= {"schema": {"type": "array", "items": schema, "minItems": 1}, "explode": False, "style": "form"}
    return parameter | {"description": " ".join(description)}
