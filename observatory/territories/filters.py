"""The FilterSets of territories (API) and of collectivités (pages and API)."""

import django_filters
from django.core.exceptions import ValidationError
from django.db.models import F

from observatory.search.filters import CommaSeparatedField, PortalFilterSet, TypedCodeField, WordsFilter

from .enums import BodyKind, Level
from .models import Collectivity, Territory

TERRITORY_SORTS = {
    "name": ("Nom", ("sort_key", "pk")),
    "-name": ("Nom, de Z à A", ("-sort_key", "-pk")),
    "-population": (
        "Population, de la plus grande",
        (F("population").desc(nulls_last=True), "sort_key", "pk"),
    ),
    "-change": ("Modifiés récemment", ("-change", "pk")),
}
COLLECTIVITY_SORTS = TERRITORY_SORTS | {
    "-population": (
        "Population, de la plus grande",
        (F("territory__population").desc(nulls_last=True), "sort_key", "pk"),
    ),
}


class SeveralFilter(django_filters.MultipleChoiceFilter):
    """Any of several values of one column, repeated or separated by commas."""

    field_class = CommaSeparatedField

    def __init__(self, **kwargs):
        super().__init__(distinct=False, **kwargs)


class WiderField(TypedCodeField):
    """The typed code of a territory of given levels, such as ``region-32``."""

    def __init__(self, *args, levels: tuple[Level, ...], **kwargs):
        self.levels = levels
        super().__init__(*args, **kwargs)

    def clean(self, value):
        value = super().clean(value)
        if value and not value.startswith(tuple(f"{level.value}-" for level in self.levels)):
            expected = " ou ".join(f"{level.value}-…" for level in self.levels)
            raise ValidationError(f"« {value} » n’est pas du bon niveau : un code {expected} est attendu.")
        return value


class WiderFilter(django_filters.CharFilter):
    """Records inside one official territory; ``field_name`` is the column that points to it."""

    field_class = WiderField

    def __init__(self, *, field_name: str, levels: tuple[Level, ...], **kwargs):
        super().__init__(field_name=field_name, levels=levels, **kwargs)

    def filter(self, qs, value):
        if not value:
            return qs
        # The key is read first: the engines then use the index of the column, which a join on the code defeats.
        wider = Territory.objects.filter(code=value).values_list("pk", flat=True).first()
        return qs.filter(**{self.field_name: wider}) if wider else qs.none()


def _region(field_name: str) -> WiderFilter:
    help_text = "Code typé d’une région, par exemple region-32."
    return WiderFilter(label="Région", field_name=field_name, levels=(Level.REGION,), help_text=help_text)


def _departement(field_name: str) -> WiderFilter:
    help_text = "Code typé d’un département, par exemple departement-59."
    return WiderFilter(label="Département", field_name=field_name, levels=(Level.DEPARTEMENT,), help_text=help_text)


class TerritoryFilter(PortalFilterSet):
    """Words, level and the wider territories: what the API says of the geography."""

    sorts = TERRITORY_SORTS

    q = WordsFilter(label="Mots", help_text="Nom, code postal ou code officiel.")
    level = SeveralFilter(label="Niveau", choices=Level.choices)
    region = _region("region")
    departement = _departement("departement")
    epci = WiderFilter(
        label="Intercommunalité",
        field_name="epci",
        levels=(Level.EPCI,),
        help_text="Code typé d’une intercommunalité, par exemple epci-200093201.",
    )
    is_current = django_filters.TypedChoiceFilter(
        label="Dans l’édition chargée",
        choices=[
            ("true", "Territoires d’aujourd’hui"),
            ("false", "Communes fusionnées et anciennes régions"),
        ],
        coerce=lambda value: value == "true",
        error_messages={"invalid_choice": "« %(value)s » n’est ni true ni false."},
    )
    sort = PortalFilterSet.sort_filter(TERRITORY_SORTS)

    class Meta:
        model = Territory
        fields = []


class CollectivityFilter(PortalFilterSet):
    """Words, kind, level and place of the public bodies; the page and the API ask the same."""

    sorts = COLLECTIVITY_SORTS

    q = WordsFilter(label="Mots", help_text="Nom, commune ou code postal.")
    level = SeveralFilter(
        label="Niveau du territoire",
        field_name="territory__level",
        choices=[choice for choice in Level.choices if choice[0] != Level.FORMER_REGION],
    )
    kind = SeveralFilter(label="Nature", choices=BodyKind.choices)
    departement = _departement("territory__departement")
    region = _region("territory__region")
    sort = PortalFilterSet.sort_filter(COLLECTIVITY_SORTS)

    class Meta:
        model = Collectivity
        fields = []
