"""What the desk shows of the checklists: their room, what is due soon, what was found since."""

from datetime import timedelta

from django.utils import timezone
from django.utils.formats import date_format

from observatory.accounts import perms
from observatory.accounts.perms import Action
from observatory.editing.desk_registry import Panel, Room, register_panel, register_room
from observatory.pages.templatetags.observatory import counted
from observatory.territories.models import Collectivity

from . import selectors
from .enums import Status
from .models import Answer, Checklist

#: days before its due day from which an answer is recalled; late ones are recalled until they are settled
DUE = timedelta(days=30)
SHOWN = 8
SETTLED = (Status.DONE, Status.DISMISSED)


def may_enter(user) -> bool:
    """Agents, who fill one, and the CRESS, which reads and advises."""
    return perms.may_add(user, Checklist, Action.FILL) or perms.may_somewhere(user, Action.HELP)


def due(user) -> Panel | None:
    """The answers of my collectivité that are due within thirty days, or late."""
    mine = perms.spoken_for(user, Collectivity.change_kind)
    if not mine:
        return None
    rows = Answer.objects.published().filter(
        checklist__collectivity__public_id__in=mine,
        checklist__state="published",
        due__lte=timezone.localdate() + DUE,
    )
    rows = rows.exclude(status__in=SETTLED).select_related("checklist__collectivity", "checklist__kit", "lever")
    return Panel(
        title="Leviers : prochaines échéances",
        rows=[
            (row.name, row.get_absolute_url(), f"le {date_format(row.due, 'j F Y')} · {row.service or 'sans service'}")
            for row in rows.order_by("due", "pk")[:SHOWN]
        ],
        empty="Aucun levier n’est dû dans les trente jours.",
    )


def found(user) -> Panel | None:
    """How many pieces wait for an answer in the checklists of my collectivité."""
    mine = perms.spoken_for(user, Collectivity.change_kind)
    if not mine:
        return None
    held = Checklist.objects.published().filter(collectivity__public_id__in=mine)
    held = held.select_related("kit", "edition", *(f"collectivity__{path}" for path in selectors.WITH_PLACE))
    rows = []
    for checklist in held.order_by("sort_key")[:3]:
        proposals = selectors.fiche(checklist, selectors.Reader.INSIDE).proposals
        if proposals:
            said = counted(len(proposals), "pièce trouvée,pièces trouvées")
            rows.append((checklist.name, f"{checklist.work_url}#trouve", f"{said} : à accepter ou à écarter"))
    return Panel(
        title="Vous le faites peut-être déjà",
        rows=rows,
        empty="Aucune pièce trouvée n’attend de réponse.",
    )


def register() -> None:
    register_room(Room("Grilles de leviers", "checklists:mine", may_enter))
    register_panel(due)
    register_panel(found)
