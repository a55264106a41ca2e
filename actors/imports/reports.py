"""What the pages of an import show."""

from dataclasses import dataclass

from actors.editing import KIND
from actors.importers.lines import Line
from observatory.editing.differences import Shower

from .enums import Fate, Stage
from .models import Import, ListMembership

#: tabs that are no fate: name → filter of the lines
FILTERS = {
    "kept": {"keeps__gt": 0},
    "remarks": {"notes__gt": 0, "fate__in": [Fate.NEW, Fate.CHANGED, Fate.UNCHANGED]},
}


@dataclass(frozen=True)
class Tab:
    """A sort of lines, with how many there are."""

    value: str
    label: str
    count: int


def tabs(load: Import) -> list[Tab]:
    """The sorts of lines that the import has, in the order in which one reads them."""
    counts = load.counts
    found = [Tab(str(fate), fate.label, counts.get(fate, 0)) for fate in Fate]
    found.insert(3, Tab("gone", "absentes", counts.get("gone", 0)))
    found.append(Tab("kept", "avec une valeur saisie à la main, gardée", counts.get("kept", 0)))
    found.append(Tab("remarks", "avec une remarque", counts.get("remarks", 0)))
    return [tab for tab in found if tab.count]


def gone(load: Import):
    """The actors that the former edition named and that this one lacks."""
    members = ListMembership.objects.filter(actor_list=load.actor_list).select_related("actor").order_by("pk")
    if load.stage in (Stage.APPLIED, Stage.UNDOING, Stage.UNDONE):
        return members.filter(gone_in=load)
    named = load.lines.filter(actor_id__isnull=False).values("actor_id")
    several = [pk for links in load.lines.filter(fate=Fate.AMBIGUOUS).values_list("links", flat=True) for pk in links["several"]]  # fmt: skip
    return members.filter(gone_since=None).exclude(actor__in=named).exclude(actor__in=several)


def preview(lines: list[Line]) -> list[dict]:
    """Lines as they would be read: label and value of each field, problems beside."""
    shower = Shower(KIND)
    return [
        {
            "number": line.number,
            "values": [(shower.labels.get(f, f), shower.show(f, value)) for f, value in line.values.items() if value],
            "problems": line.problems,
            "refused": bool(line.refusal),
        }
        for line in lines
    ]
