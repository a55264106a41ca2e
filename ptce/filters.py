"""The one FilterSet of the poles: page and API read it."""

from django.core.exceptions import ValidationError
from django.db.models import Q
from django_filters import CharFilter

from observatory.search.filters import PortalFilterSet, TypedCodeField, WordsFilter
from observatory.territories.enums import Level

from .models import Pole

SORTS = {
    "name": ("Nom", ("sort_key", "pk")),
    "-name": ("Nom, de Z à A", ("-sort_key", "-pk")),
    "-change": ("Modifiés récemment", ("-change", "pk")),
}


class RegionField(TypedCodeField):
    """The typed code of a région of today or of before 2016."""

    def clean(self, value):
        value = super().clean(value)
        if value and not value.startswith((f"{Level.REGION.value}-", f"{Level.FORMER_REGION.value}-")):
            raise ValidationError(
                f"« {value} » n’est pas une région : attendu un code comme region-32 ou former-region-31."
            )
        return value


class RegionFilter(CharFilter):
    field_class = RegionField

    def filter(self, qs, value):
        return qs.filter(Q(region__code=value) | Q(region_then__code=value)) if value else qs


class PoleFilter(PortalFilterSet):
    """Words and région, of today or of the study's year."""

    sorts = SORTS

    q = WordsFilter(label="Mots", help_text="Nom, région ou activité.")
    region = RegionFilter(
        label="Région",
        help_text="Code typé d’une région d’aujourd’hui (region-32) ou d’avant 2016 (former-region-31).",
    )
    sort = PortalFilterSet.sort_filter(SORTS)

    class Meta:
        model = Pole
        fields = []
