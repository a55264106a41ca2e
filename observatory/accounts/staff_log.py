"""The desk's pages for administrators: the access log and personal data."""

from functools import wraps

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import Http404, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from observatory.pages.listing import page_of

from . import audit, perms, personal, targets
from .enums import Event
from .guards import desk_required, desk_url
from .models import AccessLog

LINES = 50
ADMINISTRATION_ONLY = "Le journal et les données personnelles reviennent à l’administration de la plateforme."


def _administrator(view):
    @wraps(view)
    def guarded(request, *args, **kwargs):
        if not perms.may_administer(request.user):
            raise PermissionDenied(ADMINISTRATION_ONLY)
        return view(request, *args, **kwargs)

    return desk_required(guarded)


class LogForm(forms.Form):
    """What to keep of the log; days are those of the portal's time zone, both included."""

    event = forms.ChoiceField(label="Événement", required=False, choices=[("", "Tous"), *Event.choices])
    q = forms.CharField(
        label="Personne", required=False, max_length=100, help_text="Une partie du nom ou de l’adresse."
    )
    since = forms.DateField(label="Du", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="Au", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def lines(self):
        lines, asked = AccessLog.objects.select_related("user", "about"), self.cleaned_data
        if asked["event"]:
            lines = lines.filter(event=asked["event"])
        if q := asked["q"]:
            lines = lines.filter(
                Q(user__label__icontains=q)
                | Q(user__email__icontains=q)
                | Q(about__label__icontains=q)
                | Q(about__email__icontains=q)
            )
        if asked["since"]:
            lines = lines.filter(at__date__gte=asked["since"])
        if asked["until"]:
            lines = lines.filter(at__date__lte=asked["until"])
        return lines


@_administrator
@require_safe
def log(request):
    form = LogForm(request.GET)
    valid = form.is_valid()
    lines = form.lines() if valid else AccessLog.objects.none()
    page = page_of(Paginator(lines, LINES), request.GET.get("page"))
    targets.attach(list(page))
    context = {"form": form, "page": page, "breadcrumbs": [("Bureau", desk_url()), ("Journal des accès", None)]}
    return render(request, "accounts/log.html", context, status=200 if valid else 400)


# Personal data -------------------------------------------------------------------------------------------------


def _crumbs(*more):
    return [("Bureau", desk_url()), ("Données personnelles", reverse("accounts:personal")), *more]


@_administrator
@require_safe
def personal_data(request):
    """Look for a person across everything that the portal holds; the search is logged, without its words."""
    q = request.GET.get("q", "").strip()[:100]
    items = []
    if len(q) >= 3:
        items = personal.find(q)
        audit.note(request, Event.READING, text="Recherche d’une personne dans les données personnelles")
    context = {"q": q, "items": items, "short": 0 < len(q) < 3, "breadcrumbs": _crumbs()}
    return render(request, "accounts/personal.html", context)


@_administrator
@require_safe
def personal_export(request):
    items = _chosen(request, request.GET)
    audit.note(request, Event.EXPORT, text=f"{len(items)} élément(s)")
    return as_file(items, "donnees-personnelles.json")


@_administrator
@require_http_methods(["GET", "HEAD", "POST"])
def personal_erase(request):
    items = _chosen(request, request.POST if request.method == "POST" else request.GET)
    if request.method != "POST":
        context = {"items": items, "q": request.GET["q"], "breadcrumbs": _crumbs(("Effacer", None))}
        return render(request, "accounts/personal_erase.html", context)
    if f"account:{request.user.pk}" in {item.key for item in items}:
        messages.error(request, "Votre propre compte se ferme depuis « Mon compte ».")
        return redirect("accounts:personal")
    try:
        with transaction.atomic():
            count = personal.erase(item.key for item in items)
            audit.note(request, Event.ERASURE, text=f"{count} élément(s)")
    except personal.CannotEraseError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "Les données choisies sont effacées.")
    return redirect("accounts:personal")


def _chosen(request, asked) -> list[personal.Item]:
    """The items ticked, among those that the words still find."""
    q, ticked = asked.get("q", "").strip()[:100], set(asked.getlist("item"))
    items = [item for item in personal.find(q) if item.key in ticked] if len(q) >= 3 else []
    if not items:
        raise Http404("Aucun élément n’est coché, ou ce qui l’était n’existe plus.")
    return items


def as_file(items: list[personal.Item], name: str) -> JsonResponse:
    """A JSON file to keep; never cached."""
    response = JsonResponse(personal.as_export(items), json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
