"""What every FilterSet of the portal shares: words, facets, territory, extent, order, and errors in French."""

import re
from functools import cached_property

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from observatory.maps.quadkeys import ranges
from observatory.records import changes

from . import analysis, facets
from .ranking import with_relevance

#: level, hyphen, code without hyphen: ``former-region-31`` too
TYPED_CODE = re.compile(r"[a-z]+(?:-[a-z]+)?-[0-9A-Za-z]+")


class CommaSeparatedField(forms.MultipleChoiceField):
    """Several values, given once each (``theme=a&theme=b``) or separated by commas (``theme=a,b``)."""

    widget = forms.CheckboxSelectMultiple
    default_error_messages = {"invalid_choice": "« %(value)s » n’est pas une valeur de ce filtre."}

    def to_python(self, value):
        return [part for item in value or [] for part in str(item).split(",") if part]


class FacetFilter(django_filters.MultipleChoiceFilter):
    """A facet: any of its chosen values. ``FacetedFilterSet.facet_specs`` says where its choices come from."""

    field_class = CommaSeparatedField

    def filter(self, qs, value):
        return qs  # applied by FacetedFilterSet, which needs to count without it


class BoundsField(forms.CharField):
    """West, south, east, north in degrees, separated by commas."""

    def clean(self, value):
        value = super().clean(value)
        if not value:
            return None
        try:
            west, south, east, north = (float(part) for part in value.split(","))
        except ValueError:
            raise ValidationError(
                "L’emprise s’écrit ouest,sud,est,nord en degrés, par exemple 2.9,50.5,3.2,50.8."
            ) from None
        if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
            raise ValidationError("L’emprise n’est pas possible : ouest avant est, sud avant nord, en degrés.")
        return west, south, east, north


class BoundsFilter(django_filters.CharFilter):
    """Records whose point lies in an extent."""

    field_class = BoundsField

    def filter(self, qs, value):
        if not value:
            return qs
        west, south, east, north = value
        near = Q()
        for low, high in ranges(value):
            near |= Q(quadkey__range=(low, high))
        return qs.filter(near, longitude__range=(west, east), latitude__range=(south, north))


class TypedCodeField(forms.CharField):
    """The typed code of a territory: ``commune-59350``; whether it exists is the filter's question."""

    def clean(self, value):
        value = super().clean(value)
        if value and not TYPED_CODE.fullmatch(value):
            raise ValidationError(
                f"« {value} » n’est pas un code de territoire : attendu un niveau puis un code, comme commune-59350 ou region-32."
            )
        return value


class TypedCodeFilter(django_filters.CharFilter):
    field_class = TypedCodeField


class WordsFilter(django_filters.CharFilter):
    """Every word, in any order and form; the last one may be unfinished."""

    def __init__(self, **kwargs):
        super().__init__(max_length=200, **kwargs)

    def filter(self, qs, value):
        query = analysis.parse(value or "")
        return qs.filter(search_text__matches=query) if query else qs


class PortalFilterSet(django_filters.FilterSet):
    """A FilterSet with one order parameter and a stable default order."""

    #: value of ``sort`` → (label, order)
    sorts: dict[str, tuple[str, tuple[str, ...]]] = {}
    #: whether rows found by words have an order of relevance
    is_ranked = True

    def sorted(self, queryset):
        """The rows in the order asked for; with words and no order, by relevance."""
        asked = self.form.cleaned_data.get("sort") if self.form.is_valid() else None
        query = analysis.parse(self.form.cleaned_data.get("q") or "") if self.form.is_valid() else None
        if query and (not asked or asked == "relevance"):
            return with_relevance(queryset, query).order_by("relevance", "sort_key", "pk")
        return queryset.order_by(*self.sorts.get(asked, self.sorts["name"])[1])

    @classmethod
    def sort_filter(cls, sorts):
        return django_filters.ChoiceFilter(
            label="Tri",
            choices=[("relevance", "Pertinence"), *((key, label) for key, (label, _) in sorts.items())],
            method="keep",
            error_messages={"invalid_choice": "« %(value)s » n’est pas un tri possible."},
        )

    def keep(self, queryset, name, value):
        return queryset

    @cached_property
    def change(self) -> int:
        """The change number under which this page's answers are kept."""
        return changes.safe_number()

    @cached_property
    def errors(self) -> list[str]:
        """One French sentence per value that cannot be understood."""
        if self.form.is_valid():
            return []
        return [
            f"{self.filters[name].label or name} : {error}"
            for name, messages in self.form.errors.items()
            for error in messages
        ]


class FacetedFilterSet(PortalFilterSet):
    """A FilterSet some of whose filters are facets of the model's ``facets`` column."""

    facet_specs: tuple[facets.FacetSpec, ...] = ()

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._choices = {}
        for spec in self.facet_specs:
            # A plain function: forms copy their fields deeply, and must not copy this filter set with them.
            self.filters[spec.name].extra["choices"] = lambda spec=spec: [
                (v, text) for v, _, text in self.choices(spec)
            ]

    def choices(self, spec: facets.FacetSpec) -> list[tuple[str, str, str]]:
        """(value of the parameter, value in the column, label) of a facet, read once for the form and the counts."""
        if spec.name not in self._choices:
            self._choices[spec.name] = list(spec.choices())
        return self._choices[spec.name]

    def filter_queryset(self, queryset):
        """Rows under every condition, facets included."""
        return self.apply_facets(super().filter_queryset(queryset))

    @cached_property
    def unfaceted(self):
        """Rows under every condition that is not a facet."""
        return super().filter_queryset(self.queryset.all()) if self.form.is_valid() else self.queryset.none()

    @cached_property
    def selected(self) -> dict[str, list[str]]:
        """Values chosen, by facet."""
        data = self.form.cleaned_data if self.form.is_valid() else {}
        return {spec.name: data[spec.name] for spec in self.facet_specs if data.get(spec.name)}

    @cached_property
    def _words(self) -> dict[str, set[str]]:
        chosen = {}
        for spec in self.facet_specs:
            if values := self.selected.get(spec.name):
                known = self.choices(spec)
                chosen[spec.name] = {f"{spec.letter}:{word}" for value, word, _ in known if value in values}
        return chosen

    def apply_facets(self, queryset):
        for words in self._words.values():
            queryset = queryset.filter(facets.condition(words))
        return queryset

    @cached_property
    def total(self) -> int:
        """How many rows the page holds in all, from the same groups as the facets."""
        return self._tally.total

    @cached_property
    def _tally(self) -> facets.Tally:
        return facets.tally(self.unfaceted, self.change, self._words)

    @cached_property
    def facets(self) -> list[facets.Facet]:
        return facets.build(
            self.facet_specs, {s.name: self.choices(s) for s in self.facet_specs}, self._tally, self.selected
        )
