"""The FilterSets of the third floor: pages, feeds, files and API read them."""

from functools import cached_property

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import F, Q
from django.utils import timezone

from actors.models import Theme
from observatory.records.identity import ALPHABET, LENGTH, fold
from observatory.search import analysis
from observatory.search.filters import PortalFilterSet, TypedCodeFilter, WordsFilter
from observatory.territories.models import Territory

from .enums import Give, InstrumentFamily, Nature, StakeKind, Unit
from .models import Agreement, Call, Instrument, Stake, SupportScheme, Threshold, of_bodies

SORTS = {
    "name": ("Nom", ("sort_key", "pk")),
    "-name": ("Nom, de Z à A", ("-sort_key", "-pk")),
    "-change": ("Modifiés récemment", ("-change", "pk")),
}
BY_YEAR = {
    "-year": ("Les plus récentes", (F("year").desc(nulls_last=True), "sort_key", "pk")),
    "year": ("Les plus anciennes", (F("year").asc(nulls_last=True), "sort_key", "pk")),
    **SORTS,
}
CALL_SORTS = {
    "-year": (
        "Les plus récents",
        (F("year").desc(nulls_last=True), F("closes").desc(nulls_last=True), "sort_key", "pk"),
    ),
    "closes": ("Clôture, de la plus ancienne", (F("closes").asc(nulls_last=True), "sort_key", "pk")),
    **SORTS,
}
THRESHOLD_SORTS = {
    "order": ("Ordre de la page", ("order", "key")),
    "key": ("Clé", ("key",)),
}
OPEN, SOON = "open", "soon"


def says(text: str, query: analysis.Query) -> bool:
    """Whether a text holds every word of a query, as the indexes would find it."""
    tokens = set(analysis.index_tokens(text).split())
    return all(
        tokens & set(term.alternatives) or (term.prefix and any(token.startswith(term.prefix) for token in tokens))
        for term in query.terms
    )


_UNKNOWN_CHOICE = {"invalid_choice": "« %(value)s » n’est pas une valeur de ce filtre."}


class KeyFilter(django_filters.CharFilter):
    """Rows linked to the record of a referential that has this key; an unknown key finds nothing."""

    def __init__(self, *, choices, **kwargs):
        super().__init__(max_length=60, **kwargs)
        #: gives (key, name) of what may be chosen, for the select of the page
        self.choices = choices


class TrueFalseField(forms.NullBooleanField):
    """``true``, ``false`` or nothing; any other word is refused instead of being read as nothing."""

    widget = forms.TextInput

    def to_python(self, value):
        if value in (None, ""):
            return None
        if value not in ("true", "false"):
            raise ValidationError(f"« {value} » n’est ni true ni false.")
        return value == "true"


class TrueFalseFilter(django_filters.BooleanFilter):
    field_class = TrueFalseField


class YearFilter(django_filters.NumberFilter):
    """A whole year."""

    field_class = forms.IntegerField

    def __init__(self, **kwargs):
        messages = {"invalid": "Une année est attendue, comme 2019."}
        super().__init__(error_messages=messages, min_value=1900, max_value=2100, **kwargs)


class DayFilter(django_filters.DateFilter):
    """A day, written as ISO 8601 does: other forms are read differently from one country to the next."""

    def __init__(self, **kwargs):
        messages = {"invalid": "Une date est attendue, comme 2026-03-31."}
        super().__init__(
            input_formats=["%Y-%m-%d"], error_messages=messages, help_text="Ce jour compris, AAAA-MM-JJ.", **kwargs
        )


class PublicIdFilter(django_filters.CharFilter):
    """Rows linked to the record that has this public id; an unknown one finds nothing."""

    def __init__(self, **kwargs):
        form = RegexValidator(
            rf"\A[{ALPHABET}]{{{LENGTH}}}\Z", "« %(value)s » n’est pas un identifiant de dix caractères."
        )
        super().__init__(validators=[form], max_length=60, **kwargs)


def order_filter(sorts):
    """The ``sort`` of rows that are not ranked by relevance."""
    return django_filters.ChoiceFilter(
        label="Tri",
        choices=[(key, label) for key, (label, _) in sorts.items()],
        method="keep",
        error_messages={"invalid_choice": "« %(value)s » n’est pas un tri possible."},
    )


def _instruments():
    return Instrument.objects.order_by("sort_key").values_list("key", "name")


def _themes():
    return Theme.objects.values_list("key", "name")


class OfTerritory:
    """The rows of the bodies that lie in a territory or cover it; ``bodies_path`` leads to the body."""

    bodies_path = "body"

    @cached_property
    def place(self) -> Territory | None:
        code = self.form.cleaned_data.get("territory") if self.form.is_valid() else None
        return Territory.objects.filter(code=code).first() if code else None

    def in_territory(self, queryset, name, value):
        return queryset.filter(of_bodies(self.place, self.bodies_path)).distinct() if self.place else queryset.none()


class UnrankedFilterSet(PortalFilterSet):
    """A FilterSet of rows that words do not rank: the first of its orders holds unless another is asked."""

    is_ranked = False

    def sorted(self, queryset):
        asked = self.form.cleaned_data.get("sort") if self.form.is_valid() else None
        _, order = self.sorts.get(asked) or next(iter(self.sorts.values()))
        return queryset.order_by(*order)


class InstrumentFilter(PortalFilterSet):
    """Words and family of the instruments."""

    sorts = SORTS

    q = WordsFilter(label="Mots", help_text="Nom, sigle ou explication.")
    family = django_filters.ChoiceFilter(
        label="Famille", choices=InstrumentFamily.choices, error_messages=_UNKNOWN_CHOICE
    )
    sort = PortalFilterSet.sort_filter(SORTS)

    class Meta:
        model = Instrument
        fields = []


class ThresholdFilter(UnrankedFilterSet):
    """Words, instrument and unit of the legal limits."""

    sorts = THRESHOLD_SORTS

    q = django_filters.CharFilter(
        label="Mots", method="with_words", max_length=200, help_text="Nom, ce qui est compté ou ce qu’il entraîne."
    )
    instrument = KeyFilter(label="Instrument", field_name="instruments__key", choices=_instruments)
    unit = django_filters.ChoiceFilter(label="Unité", choices=Unit.choices, error_messages=_UNKNOWN_CHOICE)
    sort = order_filter(THRESHOLD_SORTS)

    class Meta:
        model = Threshold
        fields = []

    def with_words(self, queryset, name, value):
        # A dozen rows without search columns: folded here, accents and capitals count the same on both engines.
        rows = Threshold.objects.values_list("pk", "name", "scope", "consequence")
        words = fold(value).split()
        return queryset.filter(
            pk__in=[pk for pk, *texts in rows if all(word in fold(" ".join(texts)) for word in words)]
        )


class SchemeFilter(OfTerritory, PortalFilterSet):
    """Words, instrument, theme, what it brings, territory, open now or closing soon."""

    sorts = SORTS
    bodies_path = "bodies"

    q = WordsFilter(label="Mots", help_text="Nom, collectivité, instrument, public visé.")
    instrument = KeyFilter(label="Instrument", field_name="instrument__key", choices=_instruments)
    theme = KeyFilter(label="Thématique", field_name="themes__key", choices=_themes)
    gives = django_filters.ChoiceFilter(
        label="Ce qu’il apporte", method="that_gives", choices=Give.choices, error_messages=_UNKNOWN_CHOICE
    )
    calls = django_filters.ChoiceFilter(
        label="Appels",
        method="with_calls",
        choices=[(OPEN, "Ouverts aujourd’hui"), (SOON, "Clos dans les trente jours")],
        error_messages=_UNKNOWN_CHOICE,
    )
    audience = django_filters.CharFilter(
        label="Pour qui", method="for_whom", max_length=100, help_text="Mots de ce qui est écrit du public visé."
    )
    active = TrueFalseFilter(label="En cours", field_name="is_active")
    body = TypedCodeFilter(
        label="Collectivité", field_name="bodies__code", help_text="Code typé de celle qui le porte : commune-59350…"
    )
    territory = TypedCodeFilter(
        label="Territoire", method="in_territory", help_text="Code typé : commune-59350, region-32…"
    )
    sort = PortalFilterSet.sort_filter(SORTS)

    class Meta:
        model = SupportScheme
        fields = []

    def that_gives(self, queryset, name, value):
        # The column is a JSON list of words, none of which holds another.
        return queryset.filter(gives__icontains=f'"{value}"') if value else queryset

    def for_whom(self, queryset, name, value):
        # A few hundred schemes at most say it: folded here, accents and plurals count the same on both engines.
        query = analysis.parse(value)
        said = SupportScheme.objects.exclude(audience="").values_list("pk", "audience")
        return queryset.filter(pk__in=[pk for pk, text in said if says(text, query)]) if query else queryset

    def with_calls(self, queryset, name, value):
        today = timezone.localdate()
        if value == SOON:
            return queryset.filter(calls__in=Call.objects.closing_soon(today)).distinct()
        return queryset.with_open_call(today) if value == OPEN else queryset


class CallFilter(OfTerritory, UnrankedFilterSet):
    """Words, scheme and what it is about, year, dates, open today, territory."""

    sorts = CALL_SORTS
    bodies_path = "scheme__bodies"

    q = django_filters.CharFilter(
        label="Mots", method="with_words", max_length=200, help_text="Nom et texte de l’appel, nom de son dispositif."
    )
    scheme = PublicIdFilter(label="Dispositif", field_name="scheme__public_id", help_text="Identifiant public.")
    instrument = KeyFilter(label="Instrument", field_name="scheme__instrument__key", choices=_instruments)
    theme = KeyFilter(label="Thématique", field_name="scheme__themes__key", choices=_themes)
    open = TrueFalseFilter(
        label="Ouvert aujourd’hui",
        method="that_is_open",
        help_text="false : clos, ou pas encore ouvert. Un appel sans date n’est ni l’un ni l’autre.",
    )
    year = YearFilter(label="Année")
    opens_after = DayFilter(label="Ouvre à partir du", field_name="opens", lookup_expr="gte")
    opens_before = DayFilter(label="Ouvre au plus tard le", field_name="opens", lookup_expr="lte")
    closes_after = DayFilter(label="Clôt à partir du", field_name="closes", lookup_expr="gte")
    closes_before = DayFilter(label="Clôt au plus tard le", field_name="closes", lookup_expr="lte")
    territory = TypedCodeFilter(
        label="Territoire", method="in_territory", help_text="Code typé : commune-59350, region-32…"
    )
    sort = order_filter(CALL_SORTS)

    class Meta:
        model = Call
        fields = []

    def with_words(self, queryset, name, value):
        return queryset.search(value)

    def that_is_open(self, queryset, name, value):
        today = timezone.localdate()
        return queryset.open_on(today) if value else queryset.filter(Q(closes__lt=today) | Q(opens__gt=today))


class ActFilter(OfTerritory, UnrankedFilterSet):
    """What agreements and stakes have in common: words of their names, year, territory."""

    sorts = BY_YEAR

    q = django_filters.CharFilter(label="Mots", method="with_words", max_length=200)
    year = YearFilter(label="Année")
    body = TypedCodeFilter(
        label="Collectivité", field_name="body__code", help_text="Code typé de celle qui agit : commune-59350…"
    )
    territory = TypedCodeFilter(label="Territoire", method="in_territory", help_text="Code typé : region-32…")

    def with_words(self, queryset, name, value):
        return queryset.search(value)


class AgreementFilter(ActFilter):
    instrument = KeyFilter(label="Instrument", field_name="instrument__key", choices=_instruments)
    nature = django_filters.ChoiceFilter(label="Nature", choices=Nature.choices, error_messages=_UNKNOWN_CHOICE)
    sort = order_filter(BY_YEAR)

    class Meta:
        model = Agreement
        fields = []


class StakeFilter(ActFilter):
    kind = django_filters.ChoiceFilter(label="Nature", choices=StakeKind.choices, error_messages=_UNKNOWN_CHOICE)
    sort = order_filter(BY_YEAR)

    class Meta:
        model = Stake
        fields = []
