"""The forms of the checklists; plain values in and out (see ``editing``)."""

from datetime import date

from django import forms
from django.utils import timezone

from observatory.editing.fields import LineField, TextField
from observatory.editing.forms import DeskForm

from ..fields import DayField
from .editing import ADVICE_LABELS, ANSWER_LABELS, CHECKLIST_LABELS
from .enums import Priority, Status
from .models.checklists import NEEDS_REASON

PAST = "Cette date est passée : donnez celle à laquelle ce sera fait, ou laissez vide."
A_SERVICE = "Un service ou une fonction, jamais le nom d’une personne."


class PriorityField(forms.TypedChoiceField):
    def __init__(self):
        super().__init__(
            choices=[("", "sans priorité"), *Priority.choices], coerce=int, empty_value=None, required=False
        )


class LabelledForm(DeskForm):
    """A form whose labels are those of its kind."""

    LABELS: dict[str, str] = {}

    def __init__(self, data=None, **kwargs):
        super().__init__(data, **kwargs)
        for name, field in self.fields.items():
            field.label = self.LABELS[name]


class AnswerForm(LabelledForm):
    LABELS = ANSWER_LABELS
    SECTIONS = (
        ("reponse", "Où en êtes-vous ?", ("status", "reason", "note", "is_note_public")),
        ("suite", "La suite", ("service", "due", "priority")),
    )

    status = forms.ChoiceField(
        choices=[*Status.choices, ("", "pas encore de réponse")], required=False, widget=forms.RadioSelect
    )
    reason = LineField(longest=500, required=False, help_text="À remplir si le levier est écarté.")
    note = TextField(
        longest=4000, rows=4, counted=True, required=False, help_text="Ce qui est fait, avec qui, ce qui reste à faire."
    )
    is_note_public = forms.BooleanField(required=False)
    service = LineField(longest=200, required=False, help_text=A_SERVICE)
    due = DayField(help_text="Vous la retrouverez sur votre bureau trente jours avant.")
    priority = PriorityField()

    def _anchor(self, name):
        return f"{self[name].auto_id}_0" if name == "status" else super()._anchor(name)

    def clean_due(self):
        """A day that is past is refused when it is newly written; one that was there before stays."""
        due = self.cleaned_data["due"]
        if due and due != self.initial.get("due") and date.fromisoformat(due) < timezone.localdate():
            raise forms.ValidationError(PAST)
        return due

    def clean(self):
        data = super().clean()
        if data.get("status") == Status.DISMISSED and "reason" not in self.errors and not data.get("reason"):
            self.add_error("reason", NEEDS_REASON)
        return data


class AdviceForm(LabelledForm):
    LABELS = ADVICE_LABELS
    SECTIONS = (("conseil", "Le conseil", ("text",)),)

    text = TextField(
        longest=4000,
        rows=5,
        counted=True,
        error_messages={"required": "Écrivez le conseil."},
        help_text="La collectivité le lit sur sa grille ; il ne paraît nulle part ailleurs.",
    )


class ChecklistForm(LabelledForm):
    LABELS = CHECKLIST_LABELS
    SECTIONS = (("grille", "La grille", ("lead_service",)),)

    lead_service = LineField(longest=200, required=False, help_text=A_SERVICE)
