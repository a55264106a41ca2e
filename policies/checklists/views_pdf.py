"""Checklists as PDF: the public one, that of those who work on it, one without an account. GET only."""

from django.http import Http404
from django.views.decorators.http import require_safe

from observatory.accounts.guards import desk_required
from observatory.api.shapes import base_address
from observatory.pdf.views import response

from . import access, fiches, guests, selectors
from .selectors import Reader
from .views_guest import guest_of, private, title_of
from .views_public import published

NO_PART = "Ce document n’existe pas : la grille entière (grille.pdf) ou son résumé en une page (resume.pdf)."


def _known(part: str) -> None:
    if part not in fiches.PARTS:
        raise Http404(NO_PART)


@require_safe
def public(request, code, kit, part):
    """The published checklist, without what its collectivité keeps to itself."""
    _known(part)
    return response(request, fiches.public(published(code, kit), part, base_address(request)))


@desk_required
@require_safe
def work(request, code, kit, part):
    """The whole checklist, for those who may read it."""
    _known(part)
    desk = access.enter(request, code, kit)
    fiche = selectors.fiche(desk.checklist, Reader.INSIDE, beside=False)
    return response(request, fiches.inside(fiche, part, base_address(request)))


@private
@require_safe
def guest(request, token, part):
    """The checklist behind a private link."""
    _known(part)
    found = guest_of(token)
    return response(request, fiches.guest(guests.fiche_of(found), part, base_address(request), title_of(found)))
