"""The one FilterSet of the directory: page, map, API and exports read it."""

from functools import cached_property

import django_filters
from django.db.models import Count

from observatory.records.kept import kept
from observatory.search.facets import MANY, Facet, FacetSpec, FacetValue
from observatory.search.filters import (
    BoundsFilter,
    FacetedFilterSet,
    FacetFilter,
    PortalFilterSet,
    TypedCodeFilter,
    WordsFilter,
)
from observatory.territories.enums import Level
from observatory.territories.models import Territory

from .enums import Family, Label, LegalForm
from .models import Actor, Theme

ONLY_ESS, EVERYTHING, NOT_ESS = "yes", "all", "no"
#: value of a facet for records whose source is silent
UNKNOWN = "unknown"
SORTS = {
    "name": ("Nom", ("sort_key", "pk")),
    "-name": ("Nom, de Z à A", ("-sort_key", "-pk")),
    "-change": ("Modifiés récemment", ("-change", "pk")),
}


def _theme_choices():
    return [(theme.key, str(theme.pk), theme.name) for theme in Theme.objects.all()]


def _network_choices():
    networks = Actor.objects.published().filter(is_network=True).order_by("sort_key")
    return [
        (public_id, str(pk), acronym or name)
        for public_id, pk, acronym, name in networks.values_list("public_id", "pk", "acronym", "name")
    ]


def _enum_choices(enum, *, unknown: bool = False):
    choices = [(value, value, label) for value, label in enum.choices]
    return lambda: [*choices, (UNKNOWN, "", "Non précisé")] if unknown else choices


class _LazyChoices:
    """The choices of a facet as (value, label), read from the database when a form needs them."""

    def __init__(self, choices):
        self.choices = choices

    def __call__(self):
        return [(value, label) for value, _, label in self.choices()]


class ActorFilter(FacetedFilterSet):
    """Words, family, legal form, theme, label, network, territory, extent; the ESS only unless asked otherwise."""

    sorts = SORTS
    facet_specs = (
        FacetSpec("family", "Famille", "f", _enum_choices(Family, unknown=True)),
        FacetSpec("legal_form", "Forme juridique", "l", _enum_choices(LegalForm, unknown=True), shown=6),
        FacetSpec("theme", "Thématique", "t", _theme_choices, shown=11),
        FacetSpec("label", "Label", "b", _enum_choices(Label)),
        FacetSpec("network", "Réseau", "n", _network_choices, shown=6),
    )

    q = WordsFilter(label="Mots", help_text="Nom, sigle, activité, commune ou code postal.")
    family = FacetFilter(label="Famille", choices=[*Family.choices, (UNKNOWN, "Non précisé")])
    legal_form = FacetFilter(label="Forme juridique", choices=[*LegalForm.choices, (UNKNOWN, "Non précisé")])
    theme = FacetFilter(label="Thématique", choices=_LazyChoices(_theme_choices))
    label = FacetFilter(label="Label", choices=Label.choices)
    network = FacetFilter(label="Réseau", choices=_LazyChoices(_network_choices))
    territory = TypedCodeFilter(
        label="Territoire", method="in_territory", help_text="Code typé : commune-59350, epci-200093201…"
    )
    ess = django_filters.ChoiceFilter(
        label="Périmètre",
        method="in_ess",
        choices=[
            (ONLY_ESS, "ESS seulement"),
            (EVERYTHING, "Tous les acteurs"),
            (NOT_ESS, "Hors ESS ou non précisé"),
        ],
        error_messages={"invalid_choice": "« %(value)s » n’est pas un périmètre : yes, all ou no."},
    )
    bbox = BoundsFilter(label="Emprise", help_text="ouest,sud,est,nord en degrés")
    sort = PortalFilterSet.sort_filter(SORTS)

    class Meta:
        model = Actor
        fields = []

    def filter_queryset(self, queryset):
        return super().filter_queryset(self._in_scope(queryset))

    @cached_property
    def unfaceted(self):
        return self._in_scope(super().unfaceted)

    def _in_scope(self, queryset):
        """The ESS unless ``ess`` says otherwise: what a directory of the ESS is asked for."""
        return queryset.ess() if not self.form.cleaned_data.get("ess") else queryset

    def in_ess(self, queryset, name, value):
        if value == EVERYTHING:
            return queryset
        return queryset.ess() if value == ONLY_ESS else queryset.exclude(is_ess=True)

    @cached_property
    def place(self) -> Territory | None:
        """The territory asked for; None when none is, or when no territory has this code."""
        code = self.form.cleaned_data.get("territory") if self.form.is_valid() else None
        return Territory.objects.only(*Territory.readable()).filter(code=code).first() if code else None

    def in_territory(self, queryset, name, value):
        return queryset.within(self.place) if self.place else queryset.none()

    @cached_property
    def territory_facet(self) -> Facet:
        """Counts one level below the territory chosen: régions, then départements, EPCI, communes."""
        column, label = _BELOW.get(self.place.level if self.place else None, (None, ""))
        facet = Facet("territory", label or "Territoire", shown=8)
        if column is None:
            return facet
        groups = self.qs.order_by().exclude(**{column: None}).values_list(column).annotate(n=Count("*"))
        counts = dict(kept(groups, self.change, worth=lambda answer: sum(n for _, n in answer) > MANY))
        places = Territory.objects.filter(pk__in=counts).order_by("sort_key").values_list("pk", "code", "name")
        facet.values = [FacetValue(code, name, counts[pk], False) for pk, code, name in places]
        facet.values.sort(key=lambda value: (-value.count, value.label))
        return facet


#: level chosen → the column counted below it
_BELOW = {
    None: ("region", "Région"),
    Level.REGION: ("departement", "Département"),
    Level.FORMER_REGION: ("departement", "Département"),
    Level.DEPARTEMENT: ("epci", "Intercommunalité"),
    Level.EPCI: ("commune", "Commune"),
    Level.EPT: ("commune", "Commune"),
    Level.PNR: ("commune", "Commune"),
    Level.PAYS: ("commune", "Commune"),
}
