"""The number of the hour: ``updated_since`` in the API turns a date into the number that was safe then."""

from django.utils import timezone

from .changes import safe_number
from .models import ChangeMark


def mark() -> str:
    """Note the present number if it moved; a number that stepped back waits until it is past the last one noted."""
    number = safe_number()
    last = ChangeMark.objects.order_by("-number").values_list("number", flat=True).first()
    if last is not None and number <= last:
        return ""
    # Read before the clock: what is safe now was safe at that moment or became so before it.
    ChangeMark.objects.create(at=timezone.now(), number=number)
    return f"numéro de changement relevé : {number}"
