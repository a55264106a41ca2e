"""The printed fiche of a support scheme, with its calls and those who obtained them."""

from observatory.pdf import registry

from .models import SupportScheme


def _fiche(scheme: SupportScheme) -> dict:
    return {"calls": scheme.calls.all()}


registry.register(
    registry.Fiche(
        kind="dispositif",
        title="fiche de dispositif",
        template="pdf/scheme.html",
        find=lambda key: SupportScheme.objects.for_page().filter(public_id=key).first(),
        context=_fiche,
    )
)
