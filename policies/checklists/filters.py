"""The FilterSet of published checklists."""

import django_filters

from observatory.search.filters import TypedCodeFilter

from ..filters import SORTS, KeyFilter, OfTerritory, UnrankedFilterSet, order_filter
from ..kits.models import Kit
from .models import Checklist


def _kits():
    return Kit.objects.order_by("order", "key").values_list("key", "name")


class ChecklistFilter(OfTerritory, UnrankedFilterSet):
    """Words, kit, territory."""

    sorts = SORTS
    bodies_path = "collectivity"

    q = django_filters.CharFilter(
        label="Mots", method="with_words", max_length=200, help_text="Nom de la collectivité."
    )
    kit = KeyFilter(label="Kit", field_name="kit__key", choices=_kits)
    territory = TypedCodeFilter(
        label="Territoire", method="in_territory", help_text="Code typé : commune-59350, region-32…"
    )
    sort = order_filter(SORTS)

    class Meta:
        model = Checklist
        fields = []

    def with_words(self, queryset, name, value):
        return queryset.search(value)
