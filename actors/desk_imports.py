"""The lists that came in, on the desk's first page."""

from django.db.models import Q
from django.urls import reverse

from observatory.accounts import perms
from observatory.accounts.perms import Action
from observatory.editing import queue
from observatory.editing.desk_registry import Panel, Room, register_panel, register_room
from observatory.pages.dates import day

from .imports.models import Import, ListMembership

FEW = 3


def _panel(user) -> Panel | None:
    """The last loads on the territories of a person who may load."""
    if not perms.may_somewhere(user, Action.IMPORT):
        return None
    places = perms.territories(user, Action.IMPORT)
    mine = Q() if places is None else Q(pk__in=[])
    for place in places or []:
        mine |= queue.inside(place, "actor_list__")
    loads = list(Import.objects.filter(mine).select_related("actor_list").order_by("-pk")[:FEW])
    gone = ListMembership.objects.to_settle().filter(mine).count() if loads else 0
    absent = [("Absents des dernières listes", reverse("imports:gone"), f"{gone} à vérifier")] if gone else []
    return Panel(
        title="Derniers chargements",
        rows=absent
        + [
            (
                load.actor_list.title,
                reverse("imports:detail", args=[load.pk]),
                f"{load.get_stage_display()} · {_day(load)}",
            )
            for load in loads
        ],
        more_label="Charger une liste",
        more_url=reverse("imports:list"),
        empty="Aucune liste n’a encore été chargée.",
    )


def _day(load: Import) -> str:
    return f"déposé le {day(load.created_at)}"


register_panel(_panel)
register_room(Room("Listes", "imports:list", lambda user: perms.may_somewhere(user, Action.IMPORT)))
