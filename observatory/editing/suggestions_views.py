"""The public's forms: report an error, propose a record. Nobody signs in; nothing is published before somebody decides."""

from uuid import uuid4

from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.module_loading import import_string
from django.views.decorators.http import require_http_methods, require_safe

from observatory.accounts.throttle import client_ip
from observatory.records.enums import State

from . import suggestions
from .registry import kind_by_key


@require_http_methods(["GET", "HEAD", "POST"])
def report(request, kind: str, public_id: str):
    """« Signaler une erreur » : what the page says stands in the form; what differs is proposed."""
    kind = kind_by_key(kind)
    record = kind.model._base_manager.filter(public_id=public_id, state=State.PUBLISHED).first()
    if record is None:
        raise Http404("Cette fiche n’existe pas, ou n’est plus publiée.")
    return _suggest(request, kind, record)


@require_http_methods(["GET", "HEAD", "POST"])
def add(request, kind: str):
    """« Ajouter un acteur »."""
    return _suggest(request, kind_by_key(kind), None)


@require_safe
def thanks(request, kind: str, token):
    """The same page whatever became of the form: it says nothing that a machine could learn from."""
    context = {
        "reference": suggestions.reference(token),
        "kind": kind_by_key(kind),
        "breadcrumbs": [("Merci", None)],
    }
    return render(request, "editing/suggest_thanks.html", context)


def _suggest(request, kind, record):
    make = import_string(kind.public_form_path)
    if request.method != "POST":
        return _page(request, kind, record, make(record=record))
    form = make(request.POST, record=record)
    if form.is_trap_sprung:
        return redirect("suggest:thanks", kind=kind.key, token=uuid4())
    origin = suggestions.origin_of(client_ip(request))
    if suggestions.too_many(origin):
        context = {"kind": kind, "typed": form.data.get("message", "")}
        return render(request, "editing/suggest_limit.html", context, status=429)
    if form.is_valid() and (suggestion := _propose(request, kind, record, form, origin)):
        return redirect("suggest:thanks", kind=kind.key, token=suggestion.token)
    return _page(request, kind, record, form)


def _propose(request, kind, record, form, origin):
    data = form.cleaned_data
    try:
        return suggestions.propose(
            kind,
            record,
            form.plain(),
            user=request.user,
            message=form.told(),
            email=data["reply_to"],
            origin=origin,
            token=data["token"],
        )
    except ValidationError as fault:
        lay(form, fault)
        return None


def lay(form, fault: ValidationError) -> None:
    """Put each error beside its field; what no field of the form shows goes to the top."""
    if not hasattr(fault, "error_dict"):
        form.add_error(None, fault)
        return
    for field, errors in fault.error_dict.items():
        name = {"territory": "place"}.get(field, field)
        form.add_error(name if name in form.fields else None, errors)


def _page(request, kind, record, form):
    if record is None:
        title, trail = f"Ajouter {kind.a_noun}", []
    else:
        title, trail = "Signaler une erreur", [(record.name, record.get_absolute_url())]
    context = {
        "form": form,
        "kind": kind,
        "record": record,
        "title": title,
        "breadcrumbs": [*trail, (title, None)],
        "action": request.path,
    }
    return render(request, "editing/suggest.html", context, status=400 if form.is_bound else 200)
