"""The FilterSets of the kits: pages and API read them."""

from functools import cached_property

import django_filters
from django.db.models import F, Q
from django.db.models.query import QuerySet

from actors.models import Theme
from observatory.search import analysis
from observatory.search.filters import PortalFilterSet, TypedCodeFilter, WordsFilter
from observatory.search.ranking import with_relevance
from observatory.territories.models import Collectivity, Territory

from ..filters import KeyFilter, PublicIdFilter, UnrankedFilterSet, YearFilter, order_filter
from ..models import Instrument
from .enums import LeverLevel, SheetKind
from .models import Experience, Finding, Kit, Lever, Passage, Sheet

_UNKNOWN_CHOICE = {"invalid_choice": "« %(value)s » n’est pas une valeur de ce filtre."}
_BY_NAME = {
    "name": ("Titre", ("sort_key", "pk")),
    "-name": ("Titre, de Z à A", ("-sort_key", "-pk")),
    "-change": ("Modifiés récemment", ("-change", "pk")),
}
KIT_SORTS = {"order": ("Ordre des kits", ("order", "key")), **_BY_NAME}
SHEET_SORTS = {"order": ("Ordre du kit", ("kit__order", "order", "pk")), **_BY_NAME}
LEVER_SORTS = {"order": ("Ordre du kit", ("sheet__kit__order", "sheet__order", "order", "pk")), **_BY_NAME}
EXPERIENCE_SORTS = {
    "order": ("Ordre du kit", ("sheet__kit__order", "sheet__order", "pk")),
    "-year": ("Les plus récents", (F("year").desc(nulls_last=True), "sort_key", "pk")),
    **_BY_NAME,
}
FINDING_SORTS = {"order": ("Ordre de la liste", ("order", "pk"))}


def _kits():
    return Kit.objects.values_list("key", "name")


def _themes():
    return Theme.objects.values_list("key", "name")


def _instruments():
    return Instrument.objects.order_by("sort_key").values_list("key", "name")


def of_level(level: str, path: str = "levels") -> Q:
    """The condition that a lever is of a level: the column is a JSON list of words, none of which holds another."""
    return Q(**{f"{path}__icontains": f'"{level}"'})


class KitFilterSet(PortalFilterSet):
    """What every list of the kits shares: by relevance with words, else in the order of the kits."""

    def sorted(self, queryset):
        asked = self.form.cleaned_data.get("sort") if self.form.is_valid() else None
        query = analysis.parse(self.form.cleaned_data.get("q") or "") if self.form.is_valid() else None
        if query and asked in (None, "", "relevance"):
            return with_relevance(queryset, query).order_by("relevance", *self.sorts["order"][1])
        return queryset.order_by(*(self.sorts.get(asked) or self.sorts["order"])[1])


class KitListFilter(UnrankedFilterSet):
    """The kits that have levers for a level."""

    sorts = KIT_SORTS

    level = django_filters.ChoiceFilter(
        label="Niveau", method="of_level", choices=LeverLevel.choices, error_messages=_UNKNOWN_CHOICE
    )
    sort = order_filter(KIT_SORTS)

    class Meta:
        model = Kit
        fields = []

    def of_level(self, queryset, name, value):
        return queryset.filter(of_level(value)) if value else queryset


class SheetFilter(KitFilterSet):
    """Words, kit, kind, theme of the fiches, and the level that one of their levers is for."""

    sorts = SHEET_SORTS

    q = WordsFilter(label="Mots", help_text="Titre, résumé, faits, titres des leviers et des ressources.")
    kit = KeyFilter(label="Kit", field_name="kit__key", choices=_kits)
    kind = django_filters.ChoiceFilter(label="Nature", choices=SheetKind.choices, error_messages=_UNKNOWN_CHOICE)
    theme = KeyFilter(label="Thématique", field_name="themes__key", choices=_themes)
    level = django_filters.ChoiceFilter(
        label="Utilisable par", method="of_level", choices=LeverLevel.choices, error_messages=_UNKNOWN_CHOICE
    )
    sort = PortalFilterSet.sort_filter(SHEET_SORTS)

    class Meta:
        model = Sheet
        fields = []

    def of_level(self, queryset, name, value):
        return queryset.filter(pk__in=Lever.objects.filter(of_level(value)).values("sheet")) if value else queryset

    @cached_property
    def passages(self) -> QuerySet[Passage]:
        """Where the words stand inside the fiches that the other filters keep, best first; nothing without a word."""
        if not self.form.is_valid() or not (query := analysis.parse(self.form.cleaned_data["q"])):
            return Passage.objects.none()
        kept = {name: value for name, value in self.data.items() if name != "q"}
        sheets = SheetFilter(kept, Sheet.objects.all()).qs
        found = Passage.objects.filter(sheet__in=sheets.order_by().values("pk"), search_text__matches=query)
        if level := self.form.cleaned_data.get("level"):
            found = found.filter(Q(lever=None) | of_level(level, "lever__levels"))
        return with_relevance(found, query).order_by("relevance", "order")


class LeverFilter(KitFilterSet):
    """Words, kit, fiche, theme, instrument and level of the levers."""

    sorts = LEVER_SORTS

    q = WordsFilter(label="Mots", help_text="Titre, explication, instruments, acteurs cités.")
    kit = KeyFilter(label="Kit", field_name="sheet__kit__key", choices=_kits)
    sheet = PublicIdFilter(label="Fiche", field_name="sheet__public_id", help_text="Identifiant public.")
    theme = KeyFilter(label="Thématique", field_name="themes__key", choices=_themes)
    instrument = KeyFilter(label="Instrument", field_name="instruments__key", choices=_instruments)
    level = django_filters.ChoiceFilter(
        label="Utilisable par", method="of_level", choices=LeverLevel.choices, error_messages=_UNKNOWN_CHOICE
    )
    sort = PortalFilterSet.sort_filter(LEVER_SORTS)

    class Meta:
        model = Lever
        fields = []

    def of_level(self, queryset, name, value):
        return queryset.filter(of_level(value)) if value else queryset


class ExperienceFilter(KitFilterSet):
    """Words, kit, fiche, lever, theme, year, who and where of the local examples."""

    sorts = EXPERIENCE_SORTS

    q = WordsFilter(label="Mots", help_text="Titre, récit, collectivités, acteurs et lieux nommés.")
    kit = KeyFilter(label="Kit", field_name="sheet__kit__key", choices=_kits)
    sheet = PublicIdFilter(label="Fiche", field_name="sheet__public_id", help_text="Identifiant public.")
    lever = PublicIdFilter(label="Levier", field_name="lever__public_id", help_text="Identifiant public.")
    theme = KeyFilter(label="Thématique", field_name="themes__key", choices=_themes)
    year = YearFilter(label="Année")
    body = TypedCodeFilter(
        label="Collectivité", method="of_body", help_text="Code typé de celle que l’exemple nomme : commune-59350…"
    )
    actor = PublicIdFilter(label="Acteur", method="of_actor", help_text="Identifiant public.")
    territory = TypedCodeFilter(
        label="Territoire", method="in_territory", help_text="Code typé : là où l’exemple se passe, region-32…"
    )
    sort = PortalFilterSet.sort_filter(EXPERIENCE_SORTS)

    class Meta:
        model = Experience
        fields = []

    # An example may name a body or an organisation twice: asked for through its keys, it is found once.

    def of_body(self, queryset, name, value):
        return queryset.filter(pk__in=Experience.objects.filter(bodies__body__code=value).values("pk"))

    def of_actor(self, queryset, name, value):
        return queryset.filter(pk__in=Experience.objects.filter(actors__actor__public_id=value).values("pk"))

    @cached_property
    def place(self) -> Territory | None:
        code = self.form.cleaned_data.get("territory") if self.form.is_valid() else None
        return Territory.objects.filter(code=code).first() if code else None

    def in_territory(self, queryset, name, value):
        return queryset.filter(pk__in=inside(self.place).values("pk")) if self.place else queryset.none()


def inside(territory: Territory) -> QuerySet[Experience]:
    """The examples whose bodies or places lie in a territory."""
    bodies = Collectivity.objects.filter(Collectivity.lying_in(territory)).values("pk")
    column = {"region": "region", "departement": "departement", "epci": "epci"}.get(territory.level)
    places = Q(territories=territory) | (Q(**{f"territories__{column}": territory}) if column else Q())
    return Experience.objects.filter(Q(bodies__body__in=bodies) | places)


def _sections() -> list[tuple[str, str]]:
    rows = Finding.objects.order_by("order").values_list("section", flat=True)
    return [(name, name) for name in dict.fromkeys(rows)]


class FindingFilter(KitFilterSet):
    """Words, theme and section of the list "Déniché pour vous"."""

    sorts = FINDING_SORTS

    q = WordsFilter(label="Mots", help_text="Titre, collectivités, rubrique.")
    theme = KeyFilter(label="Thématique", field_name="themes__key", choices=_themes)
    section = django_filters.ChoiceFilter(label="Rubrique", choices=_sections, error_messages=_UNKNOWN_CHOICE)

    class Meta:
        model = Finding
        fields = []
