"""Fields of the forms of the third floor: records by name, and the parts of a total."""

from decimal import Decimal

from django.core.exceptions import ValidationError

from actors.fields import ActorField
from observatory.editing.amounts import AmountField, CountField, DayField, ShareField, amount_of, shown_amount
from observatory.editing.fields import BodyField, PickField

from .models import SupportScheme

__all__ = [
    "ActBodyField",
    "ActorField",
    "AmountField",
    "CountField",
    "DayField",
    "PartField",
    "SchemeField",
    "ShareField",
    "amount_of",
    "shown_amount",
]


class PartField(ShareField):
    """A percentage of at least 1, as the official schema asks: below, no part is written."""

    def clean(self, value):
        share = super().clean(value)
        if share is not None and Decimal(share) < 1:
            raise ValidationError("Une part est d’au moins 1 % ; videz la case si ce bénéficiaire reçoit tout.")
        return share


class SchemeField(PickField):
    """A scheme as its public id."""

    kind, column = "scheme", "public_id"
    not_known = "« {} » n’est pas un dispositif connu ici : ajoutez-le d’abord."
    not_clear = "« {} » ne désigne pas un seul dispositif : choisissez ci-dessous."

    def records(self):
        return SupportScheme.objects.published()

    def known(self, code):
        return SupportScheme.objects.filter(public_id=code.strip()).first() if code and code.strip().isalnum() else None


class ActBodyField(BodyField):
    """The body whose act it is, as its typed code."""

    not_known = "« {} » n’est pas une collectivité connue ici. Essayez son nom officiel."
    not_clear = "« {} » ne désigne pas une seule collectivité : choisissez ci-dessous."
