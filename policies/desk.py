"""What the desk shows of the third floor: its rooms, what ends soon, the limits of an act that is being typed."""

from datetime import timedelta

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from observatory.accounts import perms
from observatory.accounts.perms import Action
from observatory.editing import pages
from observatory.editing.desk_registry import Panel, Room, register_panel, register_room
from observatory.pages.dates import day

from .editing import AGREEMENTS, KINDS, STAKES
from .models import Agreement, Call

#: days before its end from which an agreement is recalled, and before its closing a call
ENDING, CLOSING = timedelta(days=90), timedelta(days=14)
#: lines of a reminder
SHOWN = 8
LIMITED = {kind.slug: kind for kind in (AGREEMENTS, STAKES)}


@pages.while_typing
def limits(request, slug: str):
    """What the law says of an agreement or a stake as it is typed; writes nothing."""
    kind = LIMITED.get(slug)
    if kind is None:
        raise Http404("Aucun plafond ne porte sur ces fiches.")
    public_id = request.POST.get("fiche", "")
    record = pages.find(kind, public_id) if public_id.isalnum() else None
    pages.allow(perms.may_edit(request.user, record) if record else perms.may_add(request.user, kind.model))
    form = kind.form(request.POST, initial=kind.read(record) if record else {}, record=record, user=request.user)
    context = {"limits": form.limits, "is_passed": form.is_passed, "without_reason": form.without_reason}
    return render(request, "policies/_limits.html", context)


# Reminders ------------------------------------------------------------------------------------------------------


def ending(user) -> Panel | None:
    """The agreements of my territory, or of my body, that end within ninety days."""
    if not perms.may_add(user, Agreement):
        return None
    today = timezone.localdate()
    rows = perms.reachable(user, Action.EDIT, Agreement.objects.published())
    rows = rows.filter(end__range=(today, today + ENDING)).select_related("body").order_by("end", "pk")
    return Panel(
        title="Conventions qui se terminent bientôt",
        rows=[
            (
                row.name,
                reverse("editing:edit", args=[AGREEMENTS.slug, row.public_id]),
                f"le {day(row.end)} · {row.body_name}, {row.beneficiary}",
            )
            for row in rows[:SHOWN]
        ],
        more_label="Toutes les conventions de mon territoire",
        more_url=reverse("editing:records", args=[AGREEMENTS.slug]),
        empty="Aucune convention ne se termine dans les trois mois.",
    )


def closing(user) -> Panel | None:
    """The calls of my territory, or of my body, that close within fourteen days."""
    if not perms.may_add(user, Call):
        return None
    today = timezone.localdate()
    rows = perms.reachable(user, Action.EDIT, Call.objects.published()).filter(closes__range=(today, today + CLOSING))
    rows = rows.select_related("scheme").prefetch_related("scheme__offers__body").order_by("closes", "pk")
    return Panel(
        title="Appels qui se closent bientôt",
        rows=[(row.name, row.get_absolute_url(), f"le {day(row.closes)} · {row.place}") for row in rows[:SHOWN]],
        more_label="Tous les appels de mon territoire",
        more_url=reverse("editing:records", args=["appels"]),
        empty="Aucun appel ne se clôt dans les quatorze jours.",
    )


def register() -> None:
    for kind in KINDS:
        register_room(
            Room(kind.title, "editing:records", lambda user, model=kind.model: perms.may_add(user, model), (kind.slug,))
        )
    register_room(Room("Export des subventions", "policies:scdl-desk", lambda user: perms.may_add(user, Agreement)))
    register_panel(ending)
    register_panel(closing)
