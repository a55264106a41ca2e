"""Adding and editing a record: drafts, inline checks, two people on one record, double sending."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.generic import View

from observatory.accounts import audit, perms
from observatory.accounts.enums import Event
from observatory.accounts.guards import DeskMixin, pending
from observatory.accounts.perms import Action
from observatory.records.enums import State

from . import conflicts, drafts, pages, services
from .models import Revision
from .origins import origins
from .services import AlreadyDone, Author, Conflict

NOWHERE = "Vos droits ne permettent pas d’ajouter une fiche."
PROPOSE = "Vous pouvez proposer une correction depuis la page publique de la fiche ; la CRESS l’enregistre."
MERGED = "Cette fiche a été fusionnée dans une autre : c’est l’autre qui se modifie."


class RecordFormView(DeskMixin, View):
    """One form for a record to add or to edit; ``record`` is None for the former."""

    def setup(self, request, *args, kind, public_id="", **kwargs):
        super().setup(request, *args, **kwargs)
        self.kind, self.public_id, self.record = kind, public_id, None

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated and self.public_id:
            self.record = pages.find(self.kind, self.public_id)
        return super().dispatch(request, *args, **kwargs)

    def refuse(self):
        """Ask whether the person may, and lead elsewhere what cannot be edited."""
        if self.record is None:
            pages.allow(perms.may_add(self.request.user, self.kind.model), NOWHERE)
            return None
        pages.allow(perms.may_edit(self.request.user, self.record), self.why_not())
        if self.record.state == State.MERGED:
            messages.warning(self.request, MERGED)
            return redirect("editing:history", self.kind.slug, self.public_id)
        return None

    def why_not(self):
        speaks = perms.may_propose(self.request.user, self.record)
        return PROPOSE if speaks else pages.ELSEWHERE

    def get(self, request, **kwargs):
        if elsewhere := self.refuse():
            return elsewhere
        typed = pending(request)
        draft = drafts.find(request.user, self.kind, self.public_id)
        if typed is None and draft and "brouillon" in request.GET:
            typed, draft = drafts.typed(draft), None
        form = self.form(typed)
        if typed is not None:
            form.quiet()
        self.note_reading(form)
        return self.page(form, draft=draft, typed=typed)

    def post(self, request, **kwargs):
        if elsewhere := self.refuse():
            return elsewhere
        token = conflicts.token(request.POST.get("token"))
        if done := Revision.objects.filter(token=token).first():
            return self.done(done)
        form = self.form(request.POST)
        if "reprendre" in request.POST:
            form.quiet()
            return self.page(form, typed=request.POST)
        base = self.signed("start")
        if form.is_valid() and base is None and self.record is not None:
            form.add_error(None, conflicts.STALE)
        if not form.is_valid():
            return self.page(form, typed=request.POST, status=422)
        untouched = form.normal(base or {})
        mine = {
            name: (base or {}).get(name) if self.record and typed == untouched[name] else typed
            for name, typed in form.plain().items()
        }
        author = Author(request.user, token=token, comment=" ".join(request.POST.get("motif", "").split())[:300])
        try:
            return self.change(form, base, mine, author) if self.record else self.create(form, mine, author)
        except AlreadyDone as again:
            return self.done(again.revision)
        except ValidationError as refused:
            for name, sentences in _by_field(refused).items():
                form.add_error(name if name in form.fields else None, sentences)
            return self.page(form, typed=request.POST, status=422)

    # Writing --------------------------------------------------------------------------------------------------

    def create(self, form, mine, author):
        pages.keep_in_reach(self.request.user, self.kind, mine)
        record = services.create(self.kind, mine, author, beside=form.beside)
        return self.done(Revision.objects.of(record).first(), form.warnings)

    def change(self, form, base, mine, author):
        seen = self.signed("seen") or base
        theirs = self.kind.read(self.record)
        expected = {name: seen.get(name) for name in mine}
        choices = {name: self.request.POST.get(f"choix-{name}", "") for name in mine}
        resolution = conflicts.resolve(self.kind, base=base, mine=mine, theirs=theirs, choices=choices)
        if not resolution.settled or any(theirs.get(name) != value for name, value in expected.items()):
            return self.conflict(resolution, theirs)
        if self.kind.place_field in resolution.values:
            pages.keep_in_reach(self.request.user, self.kind, {**theirs, **resolution.values})
        try:
            with pages.within_reach(self.request.user, self.kind, self.public_id):
                revision = services.change(
                    self.record, resolution.values, author, expected=expected, beside=form.beside
                )
        except Conflict as conflict:
            theirs = dict(conflict.current)
            resolution = conflicts.resolve(self.kind, base=base, mine=mine, theirs=theirs, choices=choices)
            return self.conflict(resolution, theirs)
        return self.done(revision, form.warnings)

    def done(self, revision, warnings=()):
        """The page of the record, the same whether the form came once or twice."""
        record = self.kind.get(revision.public_id) if revision else self.record
        pages.tell_saved(self.request, self.kind, revision)
        for sentence in warnings:
            messages.warning(self.request, sentence)
        return HttpResponseRedirect(pages.page_of(self.kind, record))

    # Showing --------------------------------------------------------------------------------------------------

    def form(self, typed):
        initial = self.kind.read(self.record) if self.record else {}
        form = self.kind.form(typed, initial=initial, record=self.record, user=self.request.user)
        form.open_beside()
        return form

    def signed(self, name):
        return conflicts.read(self.request.POST.get(name), self.kind, self.public_id)

    def page(self, form, *, draft=None, typed=None, status=200):
        """The form; what it started from stays what it was when the form comes back with what was typed."""
        values = self.kind.read(self.record) if self.record else {}
        start = typed.get("start", "") if typed is not None else ""
        kept = conflicts.read(start, self.kind, self.public_id) is not None
        seen = typed.get("seen", "") if kept else ""
        commune = getattr(self.record, "commune", None)
        title = f"Modifier {self.record.name}" if self.record else f"Ajouter {self.kind.a_noun}"
        context = {
            "kind": self.kind,
            "record": self.record,
            "form": form,
            "sections": self.sections(form),
            "title": title,
            "start": start if kept else conflicts.sign(self.kind, self.public_id, values),
            "seen": seen if seen and conflicts.read(seen, self.kind, self.public_id) is not None else "",
            "token": conflicts.token(typed.get("token") if typed is not None else ""),
            "draft": draft,
            "draft_is_older": draft is not None and drafts.is_older(draft, self.record),
            "action": self.address(),
            "bbox": commune.bbox if commune else None,
            "here": reverse("maps:contour", args=[commune.code]) if commune and commune.bbox else "",
            "has_map": "point" in form.fields,
            "may_merge": self.record is not None and perms.may(self.request.user, Action.MERGE, self.record),
            "may_archive": self.record is not None and perms.may_archive(self.request.user, self.record),
            "breadcrumbs": pages.desk_crumbs(self.kind, (self.record.name if self.record else "Ajouter", None)),
        }
        return render(self.request, "editing/form.html", context, status=status)

    def sections(self, form):
        known = origins(self.record, form.fields, form.initial)
        # Each row of a list says where it comes from; of the list itself, only whether it is protected.
        known = {name: origin for name, origin in known.items() if name not in self.kind.rows or origin.locked}
        return [
            {**section, "rows": [{"field": field, "origin": known.get(field.name)} for field in section["fields"]]}
            for section in form.sections
        ]

    def address(self):
        if self.record is None:
            return reverse("editing:add", args=[self.kind.slug])
        return reverse("editing:edit", args=[self.kind.slug, self.public_id])

    def conflict(self, resolution, theirs):
        conflicts.tell_who(resolution.differences, self.record)
        unsent = {"csrfmiddlewaretoken", "seen", "reprendre"}
        typed = [(name, value) for name, values in self.request.POST.lists() for value in values]
        context = {
            "kind": self.kind,
            "record": self.record,
            "differences": resolution.differences,
            "opened": [difference for difference in resolution.differences if difference.open],
            "mine_alone": [
                self.kind.labels.get(name, name)
                for name in resolution.values
                if name not in {difference.field for difference in resolution.differences}
            ],
            "typed": [(n, v) for n, v in typed if n not in unsent and not n.startswith("choix-")],
            "seen": conflicts.sign(self.kind, self.public_id, theirs),
            "action": self.address(),
            "breadcrumbs": pages.record_crumbs(self.kind, self.record, "Deux modifications"),
        }
        return render(self.request, "editing/conflict.html", context, status=409)

    def note_reading(self, form):
        """Reading contacts that are not public leaves a trace."""
        if self.record is not None and getattr(form, "contacts", None) and any(f.initial for f in form.contacts):
            audit.note(self.request, Event.READING, self.record, "contacts")


def _by_field(error: ValidationError) -> dict[str | None, list[str]]:
    return error.message_dict if hasattr(error, "error_dict") else {None: error.messages}


@pages.while_typing
def verify(request, kind):
    """What can be said of one field while one types: errors, what was understood, records that look alike."""
    pages.allow(perms.may_add(request.user, kind.model), NOWHERE)
    public_id, name = request.POST.get("fiche", ""), request.POST.get("champ", "")
    record = pages.find(kind, public_id) if public_id.isalnum() else None
    if record is not None:
        pages.allow(perms.may_edit(request.user, record))
    form = kind.form(request.POST, initial=kind.read(record) if record else {}, record=record, user=request.user)
    if name not in form.CHECKED:
        raise Http404("Ce champ ne se vérifie pas pendant la saisie.")
    form.is_valid()
    values = {**dict.fromkeys(form.CHECKED), **form.cleaned_data}
    asked = {"name": values["name"], "territory": values.get("territory")} if name in ("name", "territory") else {}
    asked = asked or {name: values[name]}
    alike = (
        kind.lookalikes(asked, public_id) if any(asked.get(key) for key in form.CHECKED if key != "territory") else []
    )
    apart = services.told_apart(record) if record else set()
    context = {
        "kind": kind,
        "record": record,
        "name": name,
        "errors": form.errors.get(name, []) if form.was_typed(name) else [],
        "understood": form.understood(name),
        "place": values.get("territory") if name == "territory" else None,
        "alike": [
            {"record": other, "editable": perms.may_edit(request.user, other)}
            for other in alike
            if other.public_id not in apart
        ],
    }
    return render(request, "editing/_verify.html", context)


@pages.post_only
def unlock(request, kind, public_id):
    """Let loads write a field again; the rest of the form, when there is one, stays as it was typed."""
    record = pages.find(kind, public_id)
    pages.allow(perms.may_edit(request.user, record))
    field = request.POST.get("lever", "")
    if field not in kind.labels:
        raise Http404("Ce champ n’existe pas.")
    services.unlock(record, field)
    if request.htmx:
        context = {"origin": origins(record, [field]).get(field), "lifted": True}
        return render(request, "editing/_origin.html", context)
    messages.success(request, f"« {kind.labels[field]} » n’est plus protégé des chargements.")
    if "start" not in request.POST:
        return redirect("editing:edit", kind.slug, public_id)
    view = RecordFormView()
    view.setup(request, kind=kind, public_id=public_id)
    view.record = record
    form = view.form(request.POST)
    form.quiet()
    return view.page(form, typed=request.POST)
