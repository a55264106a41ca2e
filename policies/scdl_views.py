"""The official file of grants, and what keeps a grant from it, for the agents of the body."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from observatory.accounts import perms
from observatory.accounts.guards import desk_required
from observatory.accounts.perms import Action
from observatory.territories.models import Collectivity

from . import scdl
from .models import Agreement

TITLE = "Export des subventions"
#: years of which a file may be asked
YEARS = range(1990, 2101)


def _body(code: str, year: int) -> Collectivity:
    if year not in YEARS:
        raise Http404("Cette année n’est pas de celles que l’observatoire connaît.")
    return get_object_or_404(Collectivity, code=code)


@require_safe
def file(request, code: str, year: int):
    """The grants of a body in a year that follow the schema, as CSV."""
    body = _body(code, year)
    made = scdl.export(body, year)
    if not made.lines:
        raise Http404("Aucune subvention de cette collectivité n’est exportable pour cette année.")
    response = HttpResponse(made.csv(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="subventions-{code}-{year}.csv"'
    return response


@require_safe
@desk_required
def index(request):
    """The bodies and years of my reach, each with its file and how many grants it holds."""
    if not perms.may_add(request.user, Agreement):
        raise PermissionDenied("Cet export est réservé aux agents des collectivités et à la CRESS.")
    reached = perms.reachable(request.user, Action.EDIT, Agreement.objects.published())
    bodies = {body.pk: body for body in Collectivity.objects.filter(pk__in=reached.order_by().values("body"))}
    counts = scdl.years_of(bodies.values())
    rows = [
        {"body": bodies[body], "year": year, "count": count}
        for (body, year), count in sorted(counts.items(), key=lambda row: (bodies[row[0][0]].sort_key, -row[0][1]))
    ]
    context = {"rows": rows, "title": TITLE, "breadcrumbs": [("Bureau", reverse("editing:desk")), (TITLE, None)]}
    return render(request, "policies/scdl_desk.html", context)


@require_safe
@desk_required
def detail(request, code: str, year: int):
    """What may be exported of a body in a year, and what is wanting, act by act and column by column."""
    body = _body(code, year)
    if not perms.may_edit(request.user, Agreement(body=body)):
        raise PermissionDenied("Cette collectivité n’est pas de votre territoire.")
    made = scdl.export(body, year)
    context = {
        "export": made,
        "has_siret": bool(scdl.siret_of(body)),
        "title": f"{body.name}, {year}",
        "breadcrumbs": [
            ("Bureau", reverse("editing:desk")),
            (TITLE, reverse("policies:scdl-desk")),
            (f"{body.name}, {year}", None),
        ],
    }
    return render(request, "policies/scdl_detail.html", context)
