"""What the public may say of a pole: a correction of what its page shows, or a pole that is missing."""

from django import forms

from observatory.editing.suggestions_forms import PublicForm
from observatory.territories.enums import Level
from observatory.territories.models import Territory

from .editing.poles import LABELS, read

#: fields of the common form, in its order
FIELDS = ("name", "departement", "carrier", "description", "website")


class PoleFields(PublicForm):
    """The common fields; members and figures are told in the message."""

    #: the form has no place typed in words
    place_in_use = None

    name = forms.CharField(label=LABELS["name"], max_length=200)
    departement = forms.ChoiceField(label=LABELS["departement"], required=False)
    carrier = forms.CharField(
        label=LABELS["carrier"], max_length=200, required=False, help_text="L’organisation qui porte le pôle."
    )
    description = forms.CharField(
        label=LABELS["description"],
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Ce qu’est le pôle et ce qu’il fait, en quelques phrases.",
    )
    website = forms.URLField(label=LABELS["website"], max_length=300, required=False, assume_scheme="https")

    def __init__(self, data=None, *, record=None, initial=None):
        super().__init__(data, record=record, initial=initial)
        places = Territory.objects.current().filter(level=Level.DEPARTEMENT).order_by("sort_key")
        self.fields["departement"].choices = [("", "Je ne sais pas"), *places.values_list("code", "name")]

    def clean_description(self):
        return self.cleaned_data["description"].replace("\r\n", "\n")

    def plain(self) -> dict:
        values = {name: self.cleaned_data[name] for name in FIELDS}
        return values | {"departement": values["departement"] or None}


class ReportForm(PoleFields):
    """A correction: what the page shows today stands in the fields."""

    active = forms.ChoiceField(
        label="Ce pôle est-il toujours actif ?",
        choices=[("", "Je ne sais pas"), ("yes", "Oui"), ("no", "Non")],
        required=False,
        widget=forms.RadioSelect,
    )

    def __init__(self, data=None, *, record):
        held = read(record)
        active = {True: "yes", False: "no"}.get(held["is_active"], "")
        super().__init__(data, record=record, initial={**{name: held[name] for name in FIELDS}, "active": active})

    def plain(self) -> dict:
        active = {"yes": True, "no": False}.get(self.cleaned_data["active"], self.record.is_active)
        return super().plain() | {"is_active": active}


class ProposeForm(PoleFields):
    """A pole that is missing, and where it can be verified."""

    intro = "Décrivez le pôle qui manque. Son nom suffit pour commencer ; le département aide à le situer."

    source = forms.CharField(
        label="Où peut-on le vérifier ?",
        max_length=300,
        required=False,
        help_text="Une adresse de page, un document, une publication officielle.",
    )

    def __init__(self, data=None, *, record=None):
        super().__init__(data)

    def told(self) -> str:
        data = self.cleaned_data
        source = f"Source : {data['source']}" if data["source"] else ""
        return "\n\n".join(filter(None, [source, data["message"]]))


def public_form(data=None, *, record=None) -> PoleFields:
    """The form of a correction of ``record``, or of a pole to add."""
    return ReportForm(data, record=record) if record else ProposeForm(data)
