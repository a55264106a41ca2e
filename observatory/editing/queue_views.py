"""The queue of suggestions: ``/bureau/suggestions/``."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from observatory.accounts import perms
from observatory.accounts.guards import desk_required, pending
from observatory.accounts.perms import Action
from observatory.pages.listing import PAGE_SIZE, Chip, Choice, address, page_of
from observatory.records.enums import State
from observatory.territories import selectors
from observatory.territories.models import Territory

from . import queue, suggestions
from .enums import Decision
from .models import Revision, Suggestion
from .registry import kind_by_key

QUEUE = ("Suggestions", "editing:queue")
MOVED = "La fiche a changé pendant que vous lisiez : voici ce qu’elle dit maintenant. Rien n’a été écrit."


class ReplyForm(forms.Form):
    reply = forms.CharField(
        label="Réponse à l’auteur",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class RefusalForm(ReplyForm):
    reason = forms.CharField(
        label="Motif du refus",
        max_length=500,
        help_text="En une phrase. L’auteur le lira, s’il a laissé un courriel ou s’il a un compte.",
        error_messages={"required": "Un refus se motive, en une phrase."},
    )
    field_order = ["reason", "reply"]


# The list -----------------------------------------------------------------------------------------------------


@require_safe
@desk_required
def index(request):
    """The suggestions that I may decide, the oldest first."""
    if not perms.may_somewhere(request.user, Action.DECIDE):
        raise PermissionDenied("La file des suggestions est réservée à la CRESS. Les vôtres figurent sur votre bureau.")
    query, mine = request.GET, queue.to_decide(request.user)
    counts = queue.counts(mine)
    decided = query.get("state") == "decided"
    waiting = Q(decision=Decision.WAITING)
    rows = mine.filter(~waiting if decided else waiting)
    rows = rows.order_by("-decided_at", "-pk") if decided else rows.order_by("created_at", "pk")
    rows, chips = _narrowed(rows, query)
    rows = rows.select_related("territory", "user", "decided_by")
    page = page_of(Paginator(rows, PAGE_SIZE), query.get("page"))
    queue.name_all(page.object_list)
    path = reverse("editing:queue")
    context = {
        "page": page,
        "place": _place(query),
        "active": chips,
        "reset_url": path,
        "tabs": [
            Choice("En attente", address(query, path, state=None), str(counts["waiting"]), not decided),
            Choice("Décidées", address(query, path, state="decided"), str(counts["decided"]), decided),
        ],
        "decided": decided,
        "breadcrumbs": [("Bureau", reverse("editing:desk")), ("Suggestions", None)],
    }
    return render(request, "editing/queue.html", context)


def _narrowed(rows, query):
    chips = []
    if words := query.get("q", "").strip()[:200]:
        rows = rows.filter(queue.holding(words))
        chips.append(Chip(f"« {words} »", address(query, q=None)))
    if (what := query.get("what")) in ("new", "correction"):
        rows = rows.filter(is_new=what == "new")
        chips.append(
            Chip("Fiches à créer" if what == "new" else "Corrections", address(query, what=None)),
        )
    if place := _place(query):
        rows = rows.filter(queue.inside(place))
        chips.append(Chip(place.label, address(query, territory=None, place=None)))
    return rows, chips


def _place(query) -> Territory | None:
    """The territory asked for, by its code or in words."""
    code, typed = query.get("territory", "").replace("\x00", ""), query.get("place", "").strip()[:200]
    found = Territory.objects.filter(code=code).first() if code else None
    return selectors.best_match(typed) if typed and (found is None or found.label != typed) else found


# One suggestion -----------------------------------------------------------------------------------------------


def _get(pk: int):
    """The suggestion, its kind and its record; the record may be gone."""
    related = ("territory__region", "territory__departement", "territory__epci", "user", "decided_by")
    suggestion = get_object_or_404(Suggestion.objects.select_related(*related), pk=pk)
    kind = kind_by_key(suggestion.kind)
    record = suggestions.target(suggestion)
    suggestion.reference = suggestions.reference(suggestion.token)
    return suggestion, kind, record


def _to_decide(request, pk: int):
    suggestion, kind, record = _get(pk)
    queue.check_may_decide(request.user, suggestion, record)
    return suggestion, kind, record


@require_http_methods(["GET", "HEAD", "POST"])
@desk_required
def show(request, pk: int):
    """What is proposed, field by field; the author of a suggestion reads it too."""
    suggestion, kind, record = _get(pk)
    decides = queue.may_decide(request.user, suggestion, record)
    if request.method == "POST":
        queue.check_may_decide(request.user, suggestion, record)
        return _accept(request, suggestion, kind, record)
    if not decides and suggestion.user_id != request.user.pk:
        raise PermissionDenied(queue.NOT_YOURS)
    typed = pending(request) if decides else None
    form = ReplyForm(typed) if typed else ReplyForm()
    return _page(request, suggestion, kind, record, form, ticked=typed.getlist("field") if typed else None)


def _accept(request, suggestion, kind, record):
    form, ticked = ReplyForm(request.POST), request.POST.getlist("field")
    if not form.is_valid():
        return _page(request, suggestion, kind, record, form, ticked=ticked, status=400)
    fields = list(suggestion.values) if request.POST.get("action") == "all" else ticked
    seen = request.POST.get("seen", "")
    try:
        written = suggestions.accept(
            suggestion,
            request.user,
            fields,
            seen=int(seen) if seen.isdecimal() else None,
            reply=form.cleaned_data["reply"],
            root=_root(request),
        )
    except suggestions.Decided as late:
        return _too_late(request, late)
    except suggestions.Moved:
        messages.warning(request, MOVED)
        return _page(request, suggestion, kind, suggestions.target(suggestion), form, ticked=ticked, status=409)
    except ValidationError as fault:
        form.errors_of_fields = _sentences(kind, fault)
        return _page(request, suggestion, kind, record, form, ticked=ticked, status=400)
    done = "est maintenant publiée" if suggestion.is_new else "est à jour"
    messages.success(request, f"Suggestion acceptée : « {written.name} » {done}.")
    return redirect("editing:suggestion", pk=suggestion.pk)


def _sentences(kind, fault: ValidationError) -> list[str]:
    if not hasattr(fault, "error_dict"):
        return fault.messages
    return [f"{kind.labels.get(field, field)} : {error}" for field, errors in fault for error in errors]


def _too_late(request, late: suggestions.Decided):
    """Somebody else was faster: what they decided stands, and the page says so."""
    done = late.suggestion
    who = f" par {done.decided_by}" if done.decided_by else ""
    messages.warning(request, f"Cette suggestion a déjà été traitée{who} : {done.get_decision_display()}.")
    return redirect("editing:suggestion", pk=done.pk)


def _root(request) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def _page(request, suggestion, kind, record, form, *, ticked=None, status=200):
    waiting = suggestion.decision == Decision.WAITING
    decides = queue.may_decide(request.user, suggestion, record)
    gone = record is not None and record.state != State.PUBLISHED and not (suggestion.is_new and waiting)
    rows = queue.differences(suggestion, kind, record, ticked if waiting else suggestion.accepted)
    name = record.name if record is not None else suggestion.values.get("name") or "Sans nom"
    trail = [("Bureau", reverse("editing:desk"))]
    if perms.may_somewhere(request.user, Action.DECIDE):
        trail.append((QUEUE[0], reverse(QUEUE[1])))
    context = {
        "suggestion": suggestion,
        "kind": kind,
        "record": record,
        "name": name,
        "gone": gone,
        "form": form,
        "faults": getattr(form, "errors_of_fields", []),
        "rows": rows,
        "waiting": waiting,
        "decides": decides,
        "answerable": bool(suggestion.author_email or suggestion.user_id),
        "lookalikes": _lookalikes(request.user, suggestion, kind, record) if waiting and decides else [],
        "history": Revision.objects.filter(batch=f"suggestion:{suggestion.pk}").select_related("user"),
        "breadcrumbs": [*trail, (name, None)],
    }
    return render(request, "editing/decide.html", context, status=status)


def _lookalikes(user, suggestion, kind, record):
    """Published records that a new one may be the same as; the record that a merged one has become."""
    if suggestion.is_new:
        near = kind.lookalikes(suggestion.values, suggestion.public_id)
    elif record is not None and record.state == State.MERGED:
        merged = Revision.objects.of(record).filter(deed="merged").first()
        near = [kind.get(merged.other)] if merged else []
    else:
        return []
    full = {row.pk: row for row in kind.model._base_manager.filter(pk__in=[row.pk for row in near])}
    return [row for row in near if perms.may_decide(user, full[row.pk])]


@require_http_methods(["GET", "HEAD", "POST"])
@desk_required
def refuse(request, pk: int):
    """The confirmation of a refusal, with its reason."""
    suggestion, _, record = _to_decide(request, pk)
    if suggestion.decision != Decision.WAITING:
        return _too_late(request, suggestions.Decided(suggestion))
    typed = request.POST if request.method == "POST" else pending(request)
    form = RefusalForm(typed) if typed else RefusalForm()
    if request.method == "POST" and form.is_valid():
        try:
            suggestions.refuse(suggestion, request.user, **form.cleaned_data, root=_root(request))
        except suggestions.Decided as late:
            return _too_late(request, late)
        messages.success(request, "Suggestion refusée ; le motif est gardé.")
        return redirect("editing:queue")
    name = record.name if record is not None else suggestion.values.get("name") or "Sans nom"
    context = {
        "suggestion": suggestion,
        "form": form,
        "name": name,
        "answerable": bool(suggestion.author_email or suggestion.user_id),
        "breadcrumbs": [
            ("Bureau", reverse("editing:desk")),
            (QUEUE[0], reverse(QUEUE[1])),
            (name, reverse("editing:suggestion", args=[pk])),
            ("Refuser", None),
        ],
    }
    return render(request, "editing/queue_refuse.html", context, status=400 if request.method == "POST" else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_required
def identify(request, pk: int):
    """« C’est celle-ci » : a proposed record is in fact one that is already there; read, it leads to the suggestion."""
    suggestion, kind, _ = _to_decide(request, pk)
    if request.method != "POST":
        return redirect("editing:suggestion", pk=pk)
    chosen = kind.model._base_manager.filter(public_id=request.POST.get("record", ""), state=State.PUBLISHED).first()
    if chosen is None:
        raise Http404("Cette fiche n’existe pas, ou n’est plus publiée.")
    if not perms.may_decide(request.user, chosen):
        raise PermissionDenied(queue.NOT_YOURS)
    try:
        suggestions.identify(suggestion, chosen)
    except suggestions.Decided as late:
        return _too_late(request, late)
    messages.success(request, f"La suggestion est devenue une correction de « {chosen.name} ».")
    return redirect("editing:suggestion", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_required
def reopen(request, pk: int):
    """Put a decided suggestion back into the queue, after a confirmation that says what is undone."""
    suggestion, _, record = _to_decide(request, pk)
    created = suggestion.is_new and suggestion.decision in (Decision.ACCEPTED, Decision.PARTLY)
    if created and record is not None and not perms.may_archive(request.user, record):
        raise PermissionDenied("Rouvrir archiverait la fiche créée : c’est à une personne chargée de l’édition.")
    if request.method == "POST":
        suggestions.reopen(suggestion, request.user)
        messages.success(request, "La suggestion est de nouveau en attente.")
        return redirect("editing:suggestion", pk=pk)
    name = record.name if record is not None else suggestion.values.get("name") or "Sans nom"
    context = {
        "suggestion": suggestion,
        "name": name,
        "created": created,
        "breadcrumbs": [
            ("Bureau", reverse("editing:desk")),
            (QUEUE[0], reverse(QUEUE[1])),
            (name, reverse("editing:suggestion", args=[pk])),
            ("Rouvrir", None),
        ],
    }
    return render(request, "editing/queue_reopen.html", context)
