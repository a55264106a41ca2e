"""Evidence of one lever: added by hand, removed; proposals accepted or set aside with one button."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from observatory.accounts.guards import desk_required, pending
from observatory.editing import conflicts, pages
from observatory.editing.services import AlreadyDone, Author

from ..kits.models import hold_links
from . import access, evidence, finders, services
from .editing import ANSWERS
from .enums import EvidenceKind

NOT_AN_ADDRESS = "L’adresse d’une page s’écrit https://www.exemple.fr/."
NO_LABEL = "Nommez cette page en quelques mots : son adresse seule ne dit rien à qui la lit."
TOO_LONG = "Une adresse tient en 400 signes, un intitulé en 300."
CHOOSE = "Choisissez une fiche dans la liste, ou écrivez l’adresse d’une page."
GONE = "Cette proposition n’est plus là : elle a été traitée entre-temps, ou la fiche a changé."
#: natures that may be looked for by name
SEARCHED = [(kind.value, kind.label) for kind in EvidenceKind if kind != EvidenceKind.URL]


@desk_required
@require_http_methods(["GET", "HEAD", "POST"])
def add(request, code, kit, lever):
    """Look for a record by name, or give the address of a page; each result is a button that adds it."""
    desk = access.enter(request, code, kit, to_write=True)
    found = access.lever_of(desk.checklist, lever)
    typed = request.POST if request.method == "POST" else pending(request) or {}
    error = ""
    if request.method == "POST":
        try:
            row = _row(request.POST)
        except ValidationError as refusal:
            error = refusal.messages[0]
        else:
            author = Author(request.user, token=conflicts.token(request.POST.get("token")))
            return _told(
                request, desk, found, _add(desk, found, row, author), "Pièce ajoutée.", "Cette pièce y est déjà."
            )
    kind, words = request.GET.get("nature", EvidenceKind.AGREEMENT), request.GET.get("q", "").replace("\x00", "")
    context = {
        "desk": desk,
        "lever": found,
        "natures": SEARCHED,
        "nature": kind if kind in evidence.NATURES else EvidenceKind.AGREEMENT.value,
        "words": words[:200],
        "results": evidence.search(kind, words),
        "typed": {name: typed.get(name, "") for name in ("url", "label")},
        "error": error,
        "token": conflicts.token(typed.get("token", "")),
        "action": desk.url("evidence", found.public_id),
        "breadcrumbs": desk.crumbs((found.name, desk.url("answer", found.public_id)), ("Ajouter une pièce", None)),
    }
    return render(request, "checklists/evidence.html", context, status=422 if error else 200)


def _add(desk, lever, row, author):
    try:
        return services.add_evidence(desk.checklist, lever, row, author)
    except AlreadyDone as again:
        return again.revision


def _row(typed) -> list[str]:
    """The piece that a form means; raises ValidationError with one sentence."""
    kind, record_id = typed.get("nature", ""), typed.get("fiche", "")
    if record_id:
        record = evidence.find([(kind, record_id)]).get((kind, record_id))
        if record is None:
            raise ValidationError("Cette fiche n’existe pas, ou n’est plus publiée.")
        return [kind, record_id, "", record.name[:300]]
    url, label = typed.get("url", "").strip(), " ".join(typed.get("label", "").split())
    if not url:
        raise ValidationError(CHOOSE)
    if len(url) > 400 or len(label) > 300:
        raise ValidationError(TOO_LONG)
    try:
        URLValidator(schemes=["http", "https"])(url)
    except ValidationError:
        raise ValidationError(NOT_AN_ADDRESS) from None
    if not label:
        raise ValidationError(NO_LABEL)
    return [EvidenceKind.URL.value, "", url, label]


@access.button
def remove(request, code, kit, lever):
    desk = access.enter(request, code, kit, to_write=True)
    found = access.lever_of(desk.checklist, lever)
    key = tuple(request.POST.get(name, "") for name in ("nature", "fiche", "url"))
    revision = services.remove_evidence(desk.checklist, found, key, Author(request.user))
    return _told(request, desk, found, revision, "Pièce retirée.", "Cette pièce n’y était plus.")


@access.button
def decide(request, code, kit, lever):
    """« Oui, nous le faisons » or « Non » to a proposal; both can be undone from the message."""
    desk = access.enter(request, code, kit, to_write=True)
    found = access.lever_of(desk.checklist, lever)
    proposal = _proposal(desk, found, request.POST.get("proposition", ""))
    if proposal is None:
        messages.warning(request, GONE)
    elif request.POST.get("reponse") == "oui":
        revision = services.accept(desk.checklist, proposal, Author(request.user, comment=proposal.rule.reason))
        return _told(request, desk, found, revision, "Pièce ajoutée.", "Cette pièce y est déjà.")
    elif request.POST.get("reponse") == "non":
        dismissal = services.set_aside(desk.checklist, proposal)
        text = f"« {proposal.record.name} » ne sera plus proposé pour ce levier."
        messages.success(request, text, extra_tags=desk.url("proposal-back", dismissal.pk))
    else:
        raise Http404("Répondez oui ou non.")
    return _back(request, desk, found)


@access.button
def take_back(request, code, kit, pk):
    """Propose again what was set aside."""
    desk = access.enter(request, code, kit, to_write=True)
    if services.take_back(desk.checklist, pk):
        messages.success(request, "La proposition est revenue.")
    else:
        messages.warning(request, GONE)
    return redirect(desk.checklist.work_url)


def _proposal(desk, lever, key: str) -> finders.Proposal | None:
    """What the rules still find at a lever under the key that the button sent."""
    hold_links([lever])
    found = finders.proposals(desk.body, [lever]).get(lever.pk, [])
    return next((proposal for proposal in found if proposal.key == key), None)


def _told(request, desk, lever, revision, text: str, nothing: str):
    if revision is None:
        messages.info(request, nothing)
    else:
        pages.tell_saved(request, ANSWERS, revision, text)
    return _back(request, desk, lever)


def _back(request, desk, lever):
    """The page where the button was, else the lever in the checklist."""
    return redirect(
        pages.next_address(request) or f"{reverse('checklists:work', args=desk.args)}#levier-{lever.public_id}"
    )


@desk_required
@require_http_methods(["GET", "HEAD"])
def set_aside(request, code, kit):
    """The proposals that the collectivité set aside, each with the button that takes it back."""
    desk = access.enter(request, code, kit)
    rows = list(desk.checklist.dismissals.select_related("lever"))
    known = evidence.find((row.kind, row.record_id) for row in rows)
    for row in rows:
        row.record, row.said = known.get((row.kind, row.record_id)), finders.RULES.get(row.rule)
    context = {"desk": desk, "rows": rows, "breadcrumbs": desk.crumbs(("Propositions écartées", None))}
    return render(request, "checklists/set_aside.html", context)
