"""The forms on one lever: the answer of the collectivité, the advice of the CRESS.

They are forms of the desk (two people at once, drafts, double sending, session ended), but for what has not been saved
yet: its public id is known from the checklist and the lever, and nothing is made before the first saving.
"""

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from observatory.editing import conflicts, drafts, pages
from observatory.editing import services as doors
from observatory.editing.models import Revision
from observatory.editing.origins import origins
from observatory.editing.services import Author
from observatory.editing.undo import can_undo
from observatory.editing.views_forms import RecordFormView
from observatory.records.enums import State

from . import access, selectors, services
from .editing import ADVICE, ANSWERS
from .models import advice_id, answer_id
from .selectors import Reader

ONLY_CRESS = "Conseiller une collectivité revient à la CRESS de sa région."


class SlotView(RecordFormView):
    """A form on what stands at a lever; ``record`` is None until it is first saved."""

    slot_kind = ANSWERS
    template = "checklists/answer.html"
    #: name of the address
    route = "answer"

    @staticmethod
    def make_id(checklist, lever) -> str:
        return answer_id(checklist, lever)

    def setup(self, request, code, kit, lever):
        super().setup(request, kind=self.slot_kind)
        self.place = (code, kit, lever)

    def dispatch(self, request, *args, **kwargs):
        if request.user.is_authenticated:
            self.desk = access.enter(request, *self.place[:2])
            self.lever = access.lever_of(self.desk.checklist, self.place[2])
            self.public_id = self.make_id(self.desk.checklist, self.lever)
            self.record = self.kind.model._base_manager.filter(public_id=self.public_id).first()
            if self.record:
                self.record.checklist, self.record.lever = self.desk.checklist, self.lever
        # The door of the desk alone: the form in between looks for a record, which may not be made yet.
        return super(RecordFormView, self).dispatch(request)

    @property
    def blank(self):
        """What a form starts from when nobody has saved anything yet."""
        return self.kind.model(checklist=self.desk.checklist, lever=self.lever, name=self.lever.name)

    @property
    def held(self) -> dict:
        return self.kind.read(self.record or self.blank)

    def form(self, typed):
        form = self.kind.form(typed, initial=self.held, record=self.record, user=self.request.user)
        # Two forms may be open on the page of a checklist.
        form.auto_id = f"{self.public_id}_%s"
        return form

    def post(self, request):
        response = super().post(request)
        if request.htmx and response.status_code != 200:
            # What is refused takes the whole page, as it does without JavaScript; htmx swaps no refusal otherwise.
            response.status_code = 200
            response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML show:top"
        return response

    # Writing --------------------------------------------------------------------------------------------------------

    def create(self, form, mine, author):
        try:
            record = doors.create(self.kind, {**services.slot(self.desk.checklist, self.lever), **mine}, author)
        except IntegrityError:  # somebody else saved it first, at the same instant
            self.record = self.kind.get(self.public_id)
            return self.change(form, self.signed("start") or self.kind.read(self.blank), mine, author)
        return self.done(Revision.objects.of(record).first())

    def change(self, form, base, mine, author):
        if self.record.state != State.PUBLISHED:
            doors.restore(self.record, Author(author.user))
            self.record.refresh_from_db()
        return super().change(form, base, mine, author)

    def done(self, revision, warnings=()):
        if self.request.htmx:
            return self.swapped(revision)
        pages.tell_saved(self.request, self.kind, revision)
        return HttpResponseRedirect(self.back)

    def swapped(self, revision) -> HttpResponse:
        """The row of the lever as it now stands, and the count of the whole checklist, for htmx."""
        fiche = selectors.fiche(self.desk.checklist, Reader.INSIDE)
        undoable = revision is not None and can_undo(revision)
        context = {
            "desk": self.desk,
            "fiche": fiche,
            "row": fiche.row(self.lever),
            "tally": fiche.tally,
            "saved": "Enregistré." if revision else "Rien n’avait changé.",
            "undo": undo_address(self.kind, revision) if undoable else "",
        }
        return render(self.request, "checklists/_saved.html", context)

    @property
    def back(self) -> str:
        return f"{self.desk.checklist.work_url}#levier-{self.lever.public_id}"

    def address(self):
        return self.desk.url(self.route, self.lever.public_id)

    # Showing --------------------------------------------------------------------------------------------------------

    def sections(self, form):
        known = origins(self.record, form.fields, form.initial)
        return [
            {**section, "rows": [{"field": field, "origin": known.get(field.name)} for field in section["fields"]]}
            for section in form.sections
        ]

    def page(self, form, *, draft=None, typed=None, status=200):
        """The form, in its page or alone for htmx; what it started from stays what it was when it comes back."""
        sent = {name: typed.get(name, "") if typed is not None else "" for name in ("start", "seen", "token")}
        kept = self._opens(sent["start"])
        alone = bool(self.request.htmx) and self.request.method == "GET" and draft is None
        context = {
            "desk": self.desk,
            "checklist": self.desk.checklist,
            "lever": self.lever,
            "row": self.row(),
            "kind": self.kind,
            "record": self.record,
            "form": form,
            "sections": self.sections(form),
            "start": sent["start"] if kept else conflicts.sign(self.kind, self.public_id, self.held),
            "seen": sent["seen"] if kept and self._opens(sent["seen"]) else "",
            "token": conflicts.token(sent["token"]),
            "draft": draft,
            "draft_is_older": draft is not None and drafts.is_older(draft, self.record),
            "action": self.address(),
            "slot": self.public_id,
            "alone": alone,
            "breadcrumbs": self.desk.crumbs((self.lever.name, None)),
        }
        template = "checklists/_form.html" if alone else self.template
        return render(self.request, template, context, status=status)

    def row(self) -> selectors.Row:
        """The lever as the checklist shows it, with what stands beside the form."""
        fiche = selectors.fiche(self.desk.checklist, Reader.INSIDE)
        return fiche.row(self.lever) or selectors.Row(self.lever, None)

    def _opens(self, text: str) -> bool:
        return bool(text) and conflicts.read(text, self.kind, self.public_id) is not None


def undo_address(kind, revision) -> str:
    """Where the way back from a revision is."""
    return reverse("editing:undo", args=[kind.slug, revision.public_id, revision.pk])


class AnswerView(SlotView):
    """Where the collectivité stands with a lever."""

    def refuse(self):
        if not self.desk.may_fill:
            raise PermissionDenied(access.READ_ONLY)


class AdviceView(SlotView):
    """What the CRESS says to the collectivité about a lever."""

    slot_kind = ADVICE
    template = "checklists/advice.html"
    route = "advice"

    @staticmethod
    def make_id(checklist, lever) -> str:
        return advice_id(checklist, lever)

    def refuse(self):
        if not self.desk.may_help:
            raise PermissionDenied(ONLY_CRESS)


def keep_draft(request, code, kit, lever):
    """Keep what is typed; without a session, say so and leave the form where it is."""
    if request.htmx and not request.user.is_authenticated:
        return HttpResponse(format_html("<p>{}</p>", pages.SESSION_ENDED))
    return _keep_draft(request, code, kit, lever)


@access.button
def _keep_draft(request, code, kit, lever):
    """A lever that nobody has answered gets an empty answer, so that the draft has a record."""
    desk = access.enter(request, code, kit, to_write=True)
    found = access.lever_of(desk.checklist, lever)
    answer = services.begin(desk.checklist, found, Author(request.user))
    try:
        draft = drafts.save(request.user, ANSWERS, answer.public_id, request.POST)
    except drafts.TooLong as refusal:
        return HttpResponse(format_html("<p>{}</p>", refusal), status=200 if request.htmx else 413)
    at = timezone.localtime(draft.saved_at)
    sentence = f"Brouillon enregistré à {at.hour}\u00a0h\u00a0{at.minute:02}."
    if request.htmx:
        return HttpResponse(format_html("<p>{}</p>", sentence))
    return redirect("editing:drafts")
