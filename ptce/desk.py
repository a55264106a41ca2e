"""What the desk's first page says of poles: those to check, and those whose figures are old."""

from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from observatory.accounts import perms
from observatory.accounts.perms import Action
from observatory.editing.desk_registry import Panel, Room, register_panel, register_room
from observatory.pages.dates import day

from .editing import KIND
from .enums import Stage
from .models import Figure, Pole

#: a pole that nobody has checked for so long is to be checked again
STALE = timedelta(days=365)
#: this year and the ones before it in which a pole should have figures
YEARS = 3
#: lines of the reminder
SHOWN = 8


def _recent() -> Exists:
    """Whether a pole has a figure of the last three years."""
    since = timezone.localdate().year - YEARS + 1
    return Exists(Figure.objects.filter(pole=OuterRef("pk"), year__gte=since))


def to_keep_up(user) -> Panel | None:
    """The poles of my territory not checked for a year, or without figures of the last three years."""
    if not perms.may_add(user, Pole):
        return None
    today = timezone.localdate()
    stale = Q(checked_on=None) | Q(checked_on__lt=today - STALE)
    poles = perms.reachable(user, Action.EDIT, Pole.objects.published()).annotate(has_figures=_recent())
    poles = poles.exclude(Q(is_active=False) | Q(stage__in=[Stage.CLOSED, Stage.MERGED]))
    poles = poles.filter(stale | Q(has_figures=False)).only("public_id", "name", "checked_on")
    poles = poles.order_by(F("checked_on").asc(nulls_first=True), "sort_key", "pk")
    return Panel(
        title="Pôles à tenir à jour",
        rows=[
            (pole.name, reverse("editing:edit", args=[KIND.slug, pole.public_id]), _why(pole)) for pole in poles[:SHOWN]
        ],
        more_label="Tous les pôles de mon territoire, à vérifier d’abord",
        more_url=f"{reverse('editing:records', args=[KIND.slug])}?sort=checked",
        empty="Chaque pôle a été vérifié depuis moins d’un an et a des chiffres récents.",
    )


def _why(pole: Pole) -> str:
    said = []
    if pole.checked_on is None:
        said.append("jamais vérifié")
    elif pole.checked_on < timezone.localdate() - STALE:
        said.append(f"vérifié le {day(pole.checked_on)}")
    if not pole.has_figures:
        said.append(f"aucun chiffre depuis {timezone.localdate().year - YEARS + 1}")
    return " · ".join(said)


def register() -> None:
    register_room(Room(KIND.title, "editing:records", lambda user: perms.may_add(user, Pole), (KIND.slug,)))
    register_panel(to_keep_up)
