"""What the views of the desk share: the record asked for, refusals in a sentence, the way on after a write."""

from contextlib import contextmanager
from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme

from observatory.accounts import perms
from observatory.accounts.guards import desk_required
from observatory.accounts.perms import Action
from observatory.records.enums import State
from observatory.territories.models import Territory

from .models import Revision
from .registry import Kind, Values
from .undo import can_undo, may_undo

ELSEWHERE = "Cette fiche n’est pas dans votre territoire : le bureau qui en répond peut la modifier."
OUT_OF_REACH = "Ce lieu est hors de votre territoire : vos droits ne permettent pas d’y placer une fiche."
PRESS_AGAIN = "Rien n’a été fait : pressez de nouveau le bouton."
SESSION_ENDED = (
    "Votre session a pris fin : le brouillon n’est plus gardé. Enregistrez la fiche ; vous vous reconnecterez sans rien "
    "perdre."
)
NO_PLACE = "Indiquez la commune : vos droits portent sur un territoire."


def post_only(view):
    """A desk view without a page of its own: somebody who comes back to it after signing in is led to the record."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if request.method == "POST":
            return view(request, *args, **kwargs)
        kind = kwargs.get("kind")
        messages.warning(request, PRESS_AGAIN)
        if kind is None:
            return redirect("editing:drafts")
        if "public_id" in kwargs:
            return redirect("editing:history", kind.slug, kwargs["public_id"])
        return redirect("editing:records", kind.slug)

    return desk_required(guarded)


def while_typing(view):
    """A view that htmx asks while one types: without a session it says so, and leaves the form where it is."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        if request.htmx and not request.user.is_authenticated:
            return HttpResponse(format_html("<p>{}</p>", SESSION_ENDED))
        return post_only(view)(request, *args, **kwargs)

    return guarded


def find(kind: Kind, public_id: str) -> Model:
    """The record, whatever its state; a 404 that says so."""
    try:
        return kind.get(public_id)
    except kind.model.DoesNotExist:
        raise Http404("Cette fiche n’existe pas.") from None


def allow(allowed: bool, sentence: str = ELSEWHERE) -> None:
    if not allowed:
        raise PermissionDenied(sentence)


def desk_crumbs(kind: Kind, *more: tuple[str, str | None]) -> list[tuple[str, str | None]]:
    """« Bureau », the records of the kind, then ``more``."""
    return [
        ("Bureau", reverse("editing:desk")),
        (kind.title, reverse("editing:records", args=[kind.slug])),
        *more,
    ]


def record_crumbs(kind: Kind, record: Model, last: str) -> list[tuple[str, str | None]]:
    return desk_crumbs(kind, (record.name, reverse("editing:edit", args=[kind.slug, record.public_id])), (last, None))


def page_of(kind: Kind, record: Model) -> str:
    """The public page of a published record, else its history: the only page of one that is not public."""
    if record.state == State.PUBLISHED:
        return record.get_absolute_url()
    return reverse("editing:history", args=[kind.slug, record.public_id])


def next_address(request: HttpRequest) -> str:
    """Where a button asks to come back, when it is a page of this portal; else empty."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else ""


def way_on(request: HttpRequest, kind: Kind, record: Model) -> HttpResponse:
    """Back to the list or page from which a button was pressed, else to the page of the record."""
    return HttpResponseRedirect(next_address(request) or page_of(kind, record))


def tell_saved(request: HttpRequest, kind: Kind, revision: Revision | None, text: str = "Enregistré.") -> None:
    """Say that it is written, with a button that undoes it; ``_messages.html`` draws the button."""
    if revision is None:
        messages.info(request, "Rien n’avait changé : la fiche reste comme elle était.")
        return
    address = reverse("editing:undo", args=[kind.slug, revision.public_id, revision.pk])
    undoable = can_undo(revision) and may_undo(request.user, kind.get(revision.public_id), revision)
    messages.success(request, text, extra_tags=address if undoable else "")


def refuse_place(user, code: str | None) -> str:
    """Why a record may not be placed in a territory, in a sentence; empty when it may."""
    place = Territory.objects.filter(code=code).first() if code else None
    if perms.may_on(user, Action.EDIT, place):
        return ""
    return OUT_OF_REACH if place else NO_PLACE


def keep_in_reach(user, kind: Kind, values: Values) -> None:
    """Refuse plain values that would put a record out of the person's reach; raises ValidationError."""
    if kind.place_field not in values:
        return
    if kind.stand_ins is None:
        sentence = refuse_place(user, values[kind.place_field])
    else:
        reached = any(perms.may_edit(user, record) for record in kind.stand_ins(values))
        sentence = "" if reached else kind.out_of_reach
    if sentence:
        raise ValidationError({kind.place_field: sentence})


@contextmanager
def within_reach(user, kind: Kind, public_id: str):
    """What is written inside is undone when it takes the record out of the person's reach; raises ValidationError."""
    with transaction.atomic():
        yield
        if not perms.may_edit(user, kind.get(public_id)):
            raise ValidationError({kind.place_field: kind.out_of_reach})


def sentences(error: ValidationError) -> list[str]:
    """The sentences of an error, whatever the fields it names."""
    return list(dict.fromkeys(error.messages))
