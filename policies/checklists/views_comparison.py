"""What comparable collectivités do, as counts. GET only."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from observatory.accounts.guards import desk_required

from . import access, comparison, selectors
from .selectors import Reader


@desk_required
@require_safe
def compare(request, code, kit):
    """By lever: how many work on it, who published, and where we stand."""
    desk = access.enter(request, code, kit)
    everywhere = request.GET.get("ou") == "partout"
    group = comparison.around(desk.body, same_region=not everywhere)
    found = comparison.compare(desk.checklist.kit, group, but=desk.body)
    fiche = selectors.fiche(desk.checklist, Reader.INSIDE, beside=False)
    blocks = [(block, [(row, found.level(row.lever.pk)) for row in block.rows]) for block in fiche.blocks]
    context = {
        "desk": desk,
        "checklist": desk.checklist,
        "group": group,
        "everywhere": everywhere,
        "found": found,
        "fewest": comparison.FEWEST,
        "blocks": blocks,
        "breadcrumbs": desk.crumbs(("Comparer", None)),
    }
    return render(request, "checklists/comparison.html", context)
