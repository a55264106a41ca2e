"""The printed fiche of a support scheme, with its calls and those who obtained them."""

from observatory.pdf import registry

from .filters import SchemeFilter
from .models import SupportScheme


def _fiche(scheme: SupportScheme) -> dict:
    return {"calls": scheme.calls.all()}


def _told(found: SchemeFilter, query) -> list[str]:
    """The choices of the filters, in words; codes as they are typed, but for the territory."""
    told = []
    for name, value in found.form.cleaned_data.items():
        if name == "sort" or value in (None, "", []):
            continue
        field = found.form.fields[name]
        if name == "territory" and found.place:
            value = found.place.label
        told.append(f"{field.label} : {dict(getattr(field, 'choices', ())).get(query.get(name), value)}")
    return told


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
        told=_told,
    )
)
