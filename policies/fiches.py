"""The printed fiche of a support scheme, with its calls and those who obtained them."""

from django.http import QueryDict
from django_filters import FilterSet

from observatory.pdf import registry

from .filters import KeyFilter, SchemeFilter
from .models import SupportScheme


def _fiche(scheme: SupportScheme) -> dict:
    return {"calls": scheme.calls.all()}


def told(found: FilterSet, query: QueryDict) -> list[str]:
    """The choices of the filters, in words."""
    words = []
    for name, value in found.form.cleaned_data.items():
        if name == "sort" or value in (None, "", []):
            continue
        field, chosen = found.form.fields[name], found.filters[name]
        if name == "territory" and found.place:
            value = found.place.label
        choices = chosen.choices() if isinstance(chosen, KeyFilter) else getattr(field, "choices", ())
        words.append(f"{field.label}\N{NO-BREAK SPACE}: {dict(choices).get(query.get(name), value)}")
    return words


registry.register(
    registry.Fiche(
        kind="dispositif",
        title="fiche de dispositif",
        template="pdf/scheme.html",
        find=lambda key: SupportScheme.objects.for_page().filter(public_id=key).first(),
        context=_fiche,
    )
)
registry.register_batchable(
    registry.Batchable(
        key="dispositifs",
        title="Dispositifs",
        fiche="dispositif",
        list_name="policies:schemes",
        found=lambda query: SchemeFilter(query, SupportScheme.objects.published()),
        told=told,
    )
)
