"""Filling a checklist without an account: opened by a button, found again by a private link, taken over by an account."""

from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods, require_safe

from observatory.accounts import perms
from observatory.accounts.guards import desk_required
from observatory.editing.services import Author
from observatory.territories.models import Collectivity

from ..kits.enums import LeverLevel
from . import guests, selectors, services
from .enums import Status
from .models import Checklist, GuestChecklist
from .selectors import Reader
from .start import TEN
from .views_work import print_context

GONE = "Ce lien n’ouvre aucune grille : il est incomplet, ou la grille n’a pas servi depuis dix-huit mois."
ANOTHER_BODY = "Cette grille est celle d’une autre collectivité que la vôtre."
NO_BODY = "Reprendre une grille revient à un agent de la collectivité : votre compte ne parle pour aucune."


def private(view):
    """A page behind a private link: kept by no cache, found by no robot, told to no other site."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        patch_cache_control(response, private=True, no_store=True)
        response["X-Robots-Tag"] = "noindex, nofollow"
        response["Referrer-Policy"] = "same-origin"
        return response

    return guarded


def guest_of(token: str) -> GuestChecklist:
    """The checklist behind a private link; raises Http404."""
    rows = GuestChecklist.objects.select_related("kit", "edition", "collectivity__territory")
    guest = rows.filter(token=GuestChecklist.hash_of(token)).first()
    if guest is None:
        raise Http404(GONE)
    return guest


def _limited(request, typed: str = ""):
    return render(
        request, "checklists/limit.html", {"typed": typed, "breadcrumbs": [("Trop d’envois", None)]}, status=429
    )


@private
@require_http_methods(["GET", "HEAD", "POST"])
def new(request):
    """Open one for a body or a level; the ten first levers are marked as to be studied."""
    if request.method != "POST":
        return redirect("checklists:start")
    if guests.too_many(request, "open", guests.OPENED):
        return _limited(request)
    body = Collectivity.objects.filter(code=request.POST.get("body", "")).first()
    level = request.POST.get("level", "")
    levels = selectors.levels_of(body) if body else {level} & set(LeverLevel.values)
    kit = next((kit for kit in selectors.kits_for(levels) if kit.key == request.POST.get("kit", "")), None)
    if kit is None:
        raise Http404(selectors.NO_KIT)
    guest = GuestChecklist(kit=kit, edition=kit.in_force, collectivity=body)
    guest.level = level if level in levels else next(word for word in LeverLevel.values if word in levels)
    known = {row.lever.public_id for block in selectors.empty_blocks(guest.edition, levels) for row in block.rows}
    wanted = [lever for lever in request.POST.getlist("lever")[:TEN] if lever in known]
    guest.answers = {lever: {"status": Status.TO_STUDY.value, "note": ""} for lever in wanted}
    token = guest.draw_token()
    guest.save()
    return redirect("checklists:guest", token)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def fill(request, token):
    """One form a fiche; what cannot be written comes back as it was typed."""
    guest, saving = guest_of(token), guests.Saving()
    if request.method == "POST":
        if guests.too_many(request, "save", guests.SAVED):
            return _limited(request, " ".join(v for k, v in request.POST.items() if k.startswith("note-")))
        typed = _typed(request.POST)
        saving = guests.save(guest, typed, guests.read(guest, request.POST.get("start", "")))
        if not saving.errors:
            messages.success(request, "Enregistré." if saving.count else "Rien n’avait changé.")
            return redirect(f"{request.path}#fiche-{request.POST.get('fiche', '')[:60]}")
        guest.refresh_from_db(fields=["answers"])
    fiche = guests.fiche_of(guest)
    parts = []
    for block in fiche.blocks:
        ids = [row.lever.public_id for row in block.rows]
        rows = [
            (row, saving.typed.get(row.lever.public_id, _held(row)), saving.errors.get(row.lever.public_id, ""))
            for row in block.rows
        ]
        start = guests.sign(guest, {lever: guest.answers.get(lever, guests.BLANK) for lever in ids})
        parts.append((block, rows, start, any(error for *_, error in rows)))
    context = _context(guest, token) | {
        "fiche": fiche,
        "tally": fiche.tally,
        "parts": parts,
        "errors": len(saving.errors),
        "states": Status.choices,
        "link": f"{request.scheme}://{request.get_host()}{request.path}",
    }
    return render(request, "checklists/guest.html", context, status=422 if saving.errors else 200)


def _typed(data) -> dict[str, dict[str, str]]:
    """What a form says of each lever that it names."""
    levers = [name.removeprefix("status-") for name in data if name.startswith("status-")]
    return {
        lever: {
            "status": data.get(f"status-{lever}", ""),
            "note": data.get(f"note-{lever}", "").replace("\r\n", "\n").replace("\x00", "").strip(),
        }
        for lever in levers[:200]
        if lever.isalnum() and len(lever) == 10
    }


def _held(row) -> dict[str, str]:
    return {"status": row.status, "note": row.note}


def title_of(guest: GuestChecklist) -> str:
    """For whom it is: a body, or only a level."""
    return guest.collectivity.name if guest.collectivity else guest.get_level_display()


def _context(guest: GuestChecklist, token: str) -> dict:
    return {
        "guest": guest,
        "token": token,
        "title": title_of(guest),
        "breadcrumbs": [("Grille de leviers", reverse("checklists:start")), ("Sans compte", None)],
    }


@private
@require_safe
def printed(request, token):
    guest = guest_of(token)
    context = _context(guest, token)
    return render(
        request, "checklists/print.html", print_context(guests.fiche_of(guest), context["breadcrumbs"]) | context
    )


@private
@desk_required
@require_http_methods(["GET", "HEAD", "POST"])
def take_over(request, token):
    """Bring it into the checklist of one's body: what only the guest answered is ticked, what both did is chosen."""
    guest = guest_of(token)
    body, _ = selectors.body_and_kit(_own_body(request.user, guest).code, guest.kit.key)
    checklist = selectors.find(body.code, guest.kit.key)
    if request.method == "POST":
        checklist = checklist or services.open_checklist(body, guest.kit, Author(request.user))
        fiche = selectors.fiche(selectors.find(body.code, guest.kit.key), Reader.INSIDE)
        wanted = set(request.POST.getlist("prendre"))
        levers = {
            met.row.lever.public_id: met.row.lever
            for met in guests.meetings(guest, fiche)
            if met.row.lever.public_id in wanted
        }
        count = guests.take_over(guest, checklist, levers, Author(request.user, comment=guests.TAKEN))
        messages.success(request, f"Réponses reprises : {count}. L’historique de chacune dit d’où elle vient.")
        return redirect("checklists:work", body.code, guest.kit.key)
    if checklist:
        fiche = selectors.fiche(checklist, Reader.INSIDE)
    else:
        fresh = Checklist(collectivity=body, kit=guest.kit, edition=guest.kit.editions.get(is_current=True))
        fiche = selectors.Fiche(
            fresh, Reader.INSIDE, selectors.empty_blocks(fresh.edition, selectors.levels_of(body)), []
        )
    context = _context(guest, token) | {"body": body, "meetings": guests.meetings(guest, fiche)}
    return render(request, "checklists/take_over.html", context)


def _own_body(user, guest: GuestChecklist) -> Collectivity:
    """The body whose checklist the person may fill; raises PermissionDenied."""
    rows = Collectivity.objects.select_related(*selectors.WITH_PLACE)
    if guest.collectivity_id:
        body = rows.get(pk=guest.collectivity_id)
    else:
        mine = perms.spoken_for(user, Collectivity.change_kind)
        body = rows.filter(public_id__in=mine).order_by("sort_key").first()
        if body is None:
            raise PermissionDenied(NO_BODY)
    if not perms.may_fill(user, Checklist(collectivity=body, kit=guest.kit)):
        raise PermissionDenied(ANOTHER_BODY)
    return body
