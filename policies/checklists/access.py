"""Who enters the working pages of a checklist: asked once, the same for every view."""

from dataclasses import dataclass
from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import redirect
from django.urls import reverse

from observatory.accounts import perms
from observatory.accounts.guards import desk_required
from observatory.territories.models import Collectivity

from ..kits.models import Kit, Lever
from . import selectors
from .models import Checklist

ELSEWHERE = (
    "Cette grille est celle d’une autre collectivité : elle n’est lisible que par ses agents et la CRESS de sa région."
)
READ_ONLY = "Cette grille est celle de la collectivité : la CRESS la lit et la conseille, ses agents l’écrivent."
NOT_OPEN = "Cette collectivité n’a pas encore de grille pour ce kit."
NO_LEVER = "Ce levier n’existe pas dans ce kit."
PRESS_AGAIN = "Rien n’a été fait : pressez de nouveau le bouton."


@dataclass(frozen=True)
class Desk:
    """A checklist at the desk, and what the person may do there."""

    checklist: Checklist
    may_fill: bool
    may_help: bool

    @property
    def body(self) -> Collectivity:
        return self.checklist.collectivity

    @property
    def args(self) -> list[str]:
        """Those of every address of the checklist."""
        return [self.body.code, self.checklist.kit.key]

    def url(self, name: str, *more) -> str:
        return reverse(f"checklists:{name}", args=[*self.args, *more])

    def crumbs(self, *more: tuple[str, str | None]) -> list[tuple[str, str | None]]:
        here = (self.checklist.name, self.checklist.work_url if more else None)
        return [("Bureau", reverse("editing:desk")), ("Grilles de leviers", reverse("checklists:mine")), here, *more]


def enter(request: HttpRequest, code: str, kit: str, *, to_write: bool = False) -> Desk:
    """The checklist, for somebody who may read it, or write it; raises Http404 or PermissionDenied with the reason."""
    checklist = selectors.find(code, kit)
    if checklist is None:
        body, kit = selectors.body_and_kit(code, kit)
        allow_opening(request.user, body, kit, to_write=to_write)
        raise Http404(NOT_OPEN)
    may_fill = perms.may_fill(request.user, checklist)
    may_help = perms.may_help(request.user, checklist.collectivity)
    if not (may_fill or may_help):
        raise PermissionDenied(ELSEWHERE)
    if to_write and not may_fill:
        raise PermissionDenied(READ_ONLY)
    return Desk(checklist, may_fill, may_help)


def allow_opening(user, body: Collectivity, kit: Kit, *, to_write: bool = True) -> None:
    """Refuse whoever could not fill the checklist of this body, whether it exists or not."""
    may_fill = perms.may_fill(user, Checklist(collectivity=body, kit=kit))
    if not may_fill and (to_write or not perms.may_help(user, body)):
        raise PermissionDenied(ELSEWHERE)


def lever_of(checklist: Checklist, public_id: str) -> Lever:
    """A lever of the kit of the checklist; raises Http404."""
    lever = Lever.objects.select_related("sheet__kit").filter(public_id=public_id, sheet__kit=checklist.kit).first()
    if lever is None:
        raise Http404(NO_LEVER)
    return lever


def button(view):
    """A desk view without a page of its own: whoever comes back to it after signing in is led to the checklist."""

    @wraps(view)
    def guarded(request, code, kit, *args, **kwargs):
        if request.method != "POST":
            messages.warning(request, PRESS_AGAIN)
            if selectors.find(code, kit) is None:
                return redirect("checklists:mine")
            enter(request, code, kit)
            return redirect("checklists:work", code, kit)
        return view(request, code, kit, *args, **kwargs)

    return desk_required(guarded)
