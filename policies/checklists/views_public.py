"""The public pages of published checklists. GET only."""

from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from observatory.accounts import perms
from observatory.accounts.guards import desk_required
from observatory.api.shapes import base_address
from observatory.territories.models import Collectivity

from . import access, exports, selectors
from .models import Checklist
from .selectors import Fiche, Reader
from .views_work import print_context

NOT_PUBLISHED = "Cette collectivité n’a pas publié de grille pour ce kit."


@require_safe
def of_body(request, code):
    """The checklists of a collectivité: those that it published and, for those who may, the others."""
    body = Collectivity.objects.select_related(*selectors.WITH_PLACE).filter(code=code).first()
    if body is None:
        raise Http404(selectors.NO_BODY)
    rows = list(Checklist.objects.published().filter(collectivity=body).select_related("kit", "collectivity"))
    may_fill = request.user.is_authenticated and perms.may_fill(request.user, Checklist(collectivity=body))
    inside = may_fill or (request.user.is_authenticated and perms.may_help(request.user, body))
    begun = {row.kit_id for row in rows}
    context = {
        "body": body,
        "rows": [row for row in rows if row.is_published or inside],
        "inside": inside,
        "openings": [k for k in selectors.kits_for(selectors.levels_of(body)) if k.pk not in begun] if may_fill else [],
        "breadcrumbs": [
            ("Collectivités", reverse("collectivities:list")),
            (body.name, body.get_absolute_url()),
            ("Grille de leviers", None),
        ],
    }
    return render(request, "checklists/of_body.html", context)


def published(code: str, kit: str) -> Fiche:
    checklist = selectors.find(code, kit)
    if checklist is None or not checklist.is_published:
        raise Http404(NOT_PUBLISHED)
    return selectors.fiche(checklist, Reader.PUBLIC)


def crumbs(checklist: Checklist, *more: tuple[str, str | None]) -> list[tuple[str, str | None]]:
    body = checklist.collectivity
    return [
        ("Collectivités", reverse("collectivities:list")),
        (body.name, body.get_absolute_url()),
        (f"Grille, {checklist.kit.name}", checklist.get_absolute_url() if more else None),
        *more,
    ]


@require_safe
def public(request, code, kit):
    fiche = published(code, kit)
    user = request.user
    context = {
        "fiche": fiche,
        "checklist": fiche.checklist,
        "tally": fiche.tally,
        "formats": [(form, label) for form, (label, _) in exports.FORMATS.items()],
        "blocks": [block for block in fiche.blocks if block.tally.answered],
        "may_work": user.is_authenticated
        and (perms.may_fill(user, fiche.checklist) or perms.may_help(user, fiche.checklist.collectivity)),
        "breadcrumbs": crumbs(fiche.checklist),
    }
    return render(request, "checklists/public.html", context)


@require_safe
def printed(request, code, kit):
    fiche = published(code, kit)
    return render(request, "checklists/print.html", print_context(fiche, crumbs(fiche.checklist, ("Imprimer", None))))


@require_safe
def export(request, code, kit, form):
    """The published checklist as a file."""
    return _file(request, published(code, kit), form)


@desk_required
@require_safe
def work_export(request, code, kit, form):
    """The whole checklist as a file, for those who may read it."""
    return _file(request, selectors.fiche(access.enter(request, code, kit).checklist, Reader.INSIDE), form)


def _file(request, fiche: Fiche, form: str):
    if form not in exports.FORMATS:
        raise Http404(f"Ce format n’existe pas : {', '.join(exports.FORMATS)}.")
    return exports.FORMATS[form][1](fiche, base_address(request))
