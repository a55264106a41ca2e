"""By what the desk narrows its list of actors, besides words, state and territory."""

from django.db.models import Q

from observatory.editing.desk_registry import Narrowing, register_narrowing

from .desk import LISTS
from .enums import Family
from .imports.models import ListMembership
from .models import Actor


def _to_settle() -> Q:
    """Left a list at its last edition, and nobody has checked since whether they are still there."""
    gone = ListMembership.objects.to_settle()
    return Q(pk__in=gone.values("actor_id"))


def _in_a_list() -> Q:
    return Q(pk__in=ListMembership.objects.filter(gone_since=None).values("actor_id"))


_ONLY = (
    *((item.slug, item.title, item.condition) for item in LISTS),
    ("absentes", "Disparues de la dernière liste chargée", _to_settle),
    ("en-liste", "Présentes dans une liste chargée", _in_a_list),
    ("sans-numero", "Sans SIRET ni RNA", lambda: Q(siret=None, rna=None)),
    ("sans-contact", "Sans téléphone ni courriel", lambda: Q(telephone="", email="")),
    ("ess-inconnue", "Appartenance à l’ESS à préciser", lambda: Q(is_ess=None)),
    ("hors-ess", "Hors de l’ESS", lambda: Q(is_ess=False)),
)
_FAMILIES = (
    *((str(value), str(label), lambda value=value: Q(family=value)) for value, label in Family.choices),
    ("unknown", "Famille non précisée", lambda: Q(family=None)),
)

register_narrowing(Actor.change_kind, Narrowing("only", "Montrer", _ONLY))
register_narrowing(Actor.change_kind, Narrowing("family", "Famille", _FAMILIES))
