"""The one FilterSet of the poles: page, map, files and API read it."""

from collections.abc import Iterable
from functools import cached_property

from django.core.exceptions import ValidationError
from django.db.models import Case, F, IntegerField, OuterRef, Q, Subquery, Value, When

from actors.models import Theme
from observatory.search.facets import Cube, Facet, FacetSpec, Tally
from observatory.search.filters import (
    CommaSeparatedField,
    FacetedFilterSet,
    FacetFilter,
    PortalFilterSet,
    TypedCodeField,
    WordsFilter,
)
from observatory.territories.enums import Level

from .enums import STAGES_IN_ORDER, Dynamic, FigureKey, Impulsion, Perimeter, RecognitionKind, Stage
from .models import Figure, Filiere, Pole, Recognition

#: value of a facet for poles whose sources are silent
UNKNOWN = "unknown"
#: sort → figure of the pole that it reads
FIGURE_SORTS = {
    "budget": FigureKey.CELL_BUDGET,
    "posts": FigureKey.POSTS,
    "members": FigureKey.MEMBER_STRUCTURES,
    "employees": FigureKey.EMPLOYEES,
}
_FIGURE_WORDS = {
    "budget": "Budget de la cellule",
    "posts": "Postes de la cellule",
    "members": "Structures membres",
    "employees": "Salariés des membres",
}


def _both_ways(key: str, column: str, ascending: str, descending: str) -> dict:
    """Two orders of a column; poles of which it is unknown come last in both."""
    return {
        f"-{key}": (descending, (F(column).desc(nulls_last=True), "sort_key", "pk")),
        key: (ascending, (F(column).asc(nulls_last=True), "sort_key", "pk")),
    }


SORTS = {
    "name": ("Nom", ("sort_key", "pk")),
    "-name": ("Nom, de Z à A", ("-sort_key", "-pk")),
    **_both_ways("region", "region__sort_key", "Région", "Région, de Z à A"),
    **_both_ways("stage", "stage_rank", "Étape, de la première", "Étape, de la dernière"),
    **_both_ways("created", "created", "Les plus anciens", "Les plus récents"),
    **{
        sort: order
        for key, words in _FIGURE_WORDS.items()
        for sort, order in _both_ways(key, f"by_{key}", f"{words}, croissant", f"{words}, décroissant").items()
    },
    "-change": ("Modifiés récemment", ("-change", "pk")),
}


def _choices(enum):
    choices = [(value, value, label) for value, label in enum.choices]
    return lambda: [*choices, (UNKNOWN, "", "Non précisé")]


def _recognitions():
    return [(value, value, label) for value, label in RecognitionKind.choices]


def _filieres():
    return [(key, key, name[:1].upper() + name[1:]) for key, name in Filiere.objects.values_list("key", "name")]


def _themes():
    return [(key, key, name) for key, name in Theme.objects.values_list("key", "name")]


def _regions():
    """Régions where poles are, or were before 2016, with the codes that addresses carry."""
    poles = Pole.objects.order_by()
    pairs = poles.values_list("region__code", "region__name").union(
        poles.values_list("region_then__code", "region_then__name")
    )
    return [(code, code, name) for code, name in pairs if code]


class RegionField(CommaSeparatedField):
    """Typed codes of régions of today or of before 2016; one that no région bears finds nothing."""

    def valid_value(self, value):
        TypedCodeField().clean(value)
        if not value.startswith((f"{Level.REGION.value}-", f"{Level.FORMER_REGION.value}-")):
            raise ValidationError(
                f"« {value} » n’est pas une région : attendu un code comme region-32 ou former-region-31."
            )
        return True


class RegionFilter(FacetFilter):
    field_class = RegionField


def _listed(choices):
    return lambda: [(value, label) for value, _, label in choices()]


def _enum_filter(label, enum):
    return FacetFilter(label=label, choices=[*enum.choices, (UNKNOWN, "Non précisé")])


def _column(name: str):
    """Poles whose column holds one of the values; ``unknown`` stands for null."""

    def condition(values: list[str]) -> Q:
        known = Q(**{f"{name}__in": [value for value in values if value != UNKNOWN]})
        return known | Q(**{f"{name}__isnull": True}) if UNKNOWN in values else known

    return condition


#: facet → the condition that any of its values holds
CONDITIONS = {
    "region": lambda codes: Q(region__code__in=codes) | Q(region_then__code__in=codes),
    **{name: _column(name) for name in ("stage", "impulsion", "dynamic", "perimeter")},
    "filiere": lambda keys: Q(pk__in=Pole.filieres.through.objects.filter(filiere__key__in=keys).values("pole")),
    "theme": lambda keys: Q(pk__in=Pole.themes.through.objects.filter(theme__key__in=keys).values("pole")),
    "recognition": lambda kinds: Q(pk__in=Recognition.objects.filter(kind__in=kinds).values("pole")),
}


class PoleFilter(FacetedFilterSet):
    """Words, région of today or of then, and what a pole is."""

    sorts = SORTS
    facet_specs = (
        FacetSpec("region", "Région", "g", _regions, shown=6),
        FacetSpec("stage", "Étape", "s", _choices(Stage)),
        FacetSpec("impulsion", "Impulsion", "i", _choices(Impulsion)),
        FacetSpec("dynamic", "Dynamique", "d", _choices(Dynamic)),
        FacetSpec("filiere", "Filière", "f", _filieres, shown=6),
        FacetSpec("theme", "Thématique", "t", _themes, shown=6),
        FacetSpec("recognition", "Reconnaissance", "r", _recognitions),
        FacetSpec("perimeter", "Périmètre", "p", _choices(Perimeter)),
    )

    q = WordsFilter(label="Mots", help_text="Nom, région, filière ou activité.")
    region = RegionFilter(
        label="Région",
        choices=_listed(_regions),
        help_text="Code typé d’une région d’aujourd’hui (region-32) ou d’avant 2016 (former-region-31).",
    )
    stage = _enum_filter("Étape", Stage)
    impulsion = _enum_filter("Impulsion", Impulsion)
    dynamic = _enum_filter("Dynamique", Dynamic)
    filiere = FacetFilter(label="Filière", choices=_listed(_filieres))
    theme = FacetFilter(label="Thématique", choices=_listed(_themes))
    recognition = FacetFilter(label="Reconnaissance", choices=RecognitionKind.choices)
    perimeter = _enum_filter("Périmètre", Perimeter)
    sort = PortalFilterSet.sort_filter(SORTS)

    class Meta:
        model = Pole
        fields = []

    def apply_facets(self, queryset):
        for name, values in self.selected.items():
            queryset = queryset.filter(CONDITIONS[name](values))
        return queryset

    @cached_property
    def total(self) -> int:
        """Counted with the facets where a page shows them, else alone."""
        return self._tally.total if "_tally" in self.__dict__ else self.qs.count()

    @cached_property
    def _tally(self) -> Tally:
        """Exact counts, from the poles themselves: they are few, and hold no column of facets."""
        return Cube((words, 1) for words in _facet_words(self.unfaceted)).tally(self._words)

    @cached_property
    def facets(self) -> list[Facet]:
        """The facets that hold something; régions of before 2016 stand after those of today, what is unknown last."""
        found = [facet for facet in super().facets if any(v.value != UNKNOWN for v in facet.values)]
        for facet in found:
            facet.values.sort(key=lambda value: value.value == UNKNOWN or _is_former(value.value))
            if facet.name == "region":
                facet.shown = sum(not _is_former(value.value) for value in facet.values)
        return found

    def sorted(self, queryset):
        asked = (self.form.cleaned_data.get("sort") or "").lstrip("-") if self.form.is_valid() else ""
        if key := FIGURE_SORTS.get(asked):
            queryset = queryset.annotate(**{f"by_{asked}": latest_figure(key)})
        elif asked == "stage":
            ranks = [When(stage=stage, then=Value(rank)) for rank, stage in enumerate(STAGES_IN_ORDER)]
            queryset = queryset.annotate(stage_rank=Case(*ranks, output_field=IntegerField()))
        return super().sorted(queryset)


def _is_former(code: str) -> bool:
    return code.startswith(Level.FORMER_REGION.value)


def latest_figure(key: str) -> Subquery:
    """The latest value of a figure of a pole: what ``Figure``'s own order puts first."""
    figures = Figure.objects.filter(pole=OuterRef("pk"), key=key)
    return Subquery(figures.order_by(F("year").desc(nulls_last=True), "pk").values("value")[:1])


def _facet_words(poles) -> Iterable[str]:
    """The facet words of each pole, as ``observatory.search.facets`` counts them."""
    columns = ("region__code", "region_then__code", "stage", "impulsion", "dynamic", "perimeter")
    words = {
        pk: {*(f"g:{code}" for code in (now, then) if code), f"s:{stage or ''}", f"i:{impulsion or ''}",
             f"d:{dynamic or ''}", f"p:{perimeter or ''}"}
        for pk, now, then, stage, impulsion, dynamic, perimeter in poles.order_by().values_list("pk", *columns)
    }  # fmt: skip
    links = {
        "f": Pole.filieres.through.objects.values_list("pole_id", "filiere__key"),
        "t": Pole.themes.through.objects.values_list("pole_id", "theme__key"),
        "r": Recognition.objects.order_by().values_list("pole_id", "kind"),
    }
    for letter, rows in links.items():
        for pk, value in rows:
            if pk in words:
                words[pk].add(f"{letter}:{value}")
    return [" ".join(one) for one in words.values()]
