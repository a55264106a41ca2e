"""The answers of one collectivité for demonstration: those of the account « Agent d’une collectivité ».

They are invented, flagged, shown as a demonstration wherever they show, left out of every comparison, and removed with the
accounts.
"""

from django.db import transaction

from observatory.accounts import demonstration
from observatory.accounts.enums import Role
from observatory.accounts.models import Grant
from observatory.editing.services import Author
from observatory.territories.models import Collectivity

from . import selectors, services
from .enums import Status
from .models import Checklist

NOTE = "Démonstration : note inventée."
#: states given in turn to the levers of the kit; empty leaves one without answer
TURNS = (Status.DONE, Status.ONGOING, "", Status.PLANNED, Status.TO_STUDY, "", Status.DISMISSED, "", "")


@transaction.atomic
def load() -> None:
    """Answer for the body of the demonstration agent, unless it has a checklist already."""
    grant = Grant.objects.filter(user__is_demonstration=True, role=Role.COLLECTIVITY_AGENT).first()
    body = grant and Collectivity.objects.filter(public_id=grant.record_id).first()
    kit = next(iter(selectors.kits_for(selectors.levels_of(body))), None) if body else None
    if kit is None or Checklist.objects.filter(collectivity=body, kit=kit).exists():
        return
    author = Author(comment="Jeu de démonstration.")
    checklist = services.open_checklist(body, kit, author)
    Checklist.objects.filter(pk=checklist.pk).update(is_demonstration=True)
    asked = selectors.versions(checklist.edition, selectors.levels_of(body))
    for n, version in enumerate(asked):
        if status := TURNS[n % len(TURNS)]:
            values = {"status": status.value, "note": NOTE}
            if status == Status.DISMISSED:
                values["reason"] = "Démonstration : motif inventé."
            services.answer(checklist, version.lever, values, author)


def remove() -> None:
    Checklist.objects.filter(is_demonstration=True).delete()


def register() -> None:
    demonstration.register(load, remove)
