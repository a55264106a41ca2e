from django import forms
from django.conf import settings
from django.utils import timezone

from actors.enums import Family, LegalForm
from actors.importers import columns
from observatory.accounts import perms
from observatory.accounts.perms import Action
from observatory.territories.enums import Level
from observatory.territories.models import Territory

from .enums import WhenEmpty


def territories_of(user):
    """The territories for which somebody may load a list."""
    mine = perms.territories(user, Action.IMPORT)
    if mine is None:
        return Territory.objects.current().at(Level.REGION).order_by("sort_key")
    return Territory.objects.filter(pk__in=[territory.pk for territory in mine]).order_by("sort_key")


class UploadForm(forms.Form):
    """A file, which list it is an edition of, and for which territory."""

    file = forms.FileField(
        label="Fichier",
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"class": "input", "accept": ".csv,.txt,.tsv,.xlsx"}),
        error_messages={"required": "Choisissez le fichier de la liste."},
    )
    title = forms.CharField(
        label="Titre de la liste",
        max_length=150,
        help_text="Le même titre à chaque édition : c’est ainsi que le portail voit ce qui a quitté la liste.",
        widget=forms.TextInput(attrs={"class": "input", "list": "listes", "autocomplete": "off"}),
    )
    territory = forms.ModelChoiceField(
        label="Territoire",
        queryset=Territory.objects.none(),
        empty_label=None,
        to_field_name="code",
        help_text="Rien n’est écrit hors de ce territoire.",
        widget=forms.Select(attrs={"class": "input"}),
        error_messages={"invalid_choice": "Vos droits ne permettent pas de charger une liste pour ce territoire."},
    )
    edition = forms.DateField(
        label="Date de la liste",
        widget=forms.DateInput(attrs={"class": "input", "type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["territory"].queryset = territories_of(user)
        self.fields["edition"].initial = timezone.localdate

    def clean_file(self):
        file = self.cleaned_data["file"]
        most = settings.IMPORT_MAX_BYTES
        if file.size > most:
            raise forms.ValidationError(
                f"Le fichier dépasse {most // 1024 // 1024} Mo : partagez la liste en plusieurs."
            )
        return file


class ColumnsForm(forms.Form):
    """What each column holds, and what holds for the whole list."""

    def __init__(self, *args, headers: list[str], suggested: dict[int, str] | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [("", "ne pas lire"), *((field.key, field.label) for field in columns.FIELDS)]
        self.count = len(headers)
        for index, header in enumerate(headers):
            self.fields[f"column_{index}"] = forms.ChoiceField(
                label=header,
                choices=choices,
                required=False,
                initial=(suggested or {}).get(index, ""),
                widget=forms.Select(attrs={"class": "input"}),
            )
        for name, label, kind in (("family", "Famille", Family), ("legal_form", "Forme juridique", LegalForm)):
            self.fields[f"all_{name}"] = forms.ChoiceField(
                label=f"{label} de toute la liste",
                choices=[("", "comme le dit chaque ligne"), *kind.choices],
                required=False,
                widget=forms.Select(attrs={"class": "input"}),
            )
        self.fields["when_empty"] = forms.ChoiceField(
            label="Ce que la liste laisse vide", choices=WhenEmpty.choices, initial="keep", widget=forms.RadioSelect
        )

    @property
    def column_fields(self):
        return [self[f"column_{index}"] for index in range(self.count)]

    @property
    def other_fields(self):
        return [self["all_family"], self["all_legal_form"], self["when_empty"]]

    @property
    def mapping(self) -> dict[int, str]:
        data = self.cleaned_data if self.is_bound else {name: self.get_initial_for_field(f, name) for name, f in self.fields.items()}  # fmt: skip
        return {index: field for index in range(self.count) if (field := data.get(f"column_{index}"))}

    @property
    def constants(self) -> dict[str, str]:
        data = self.cleaned_data if self.is_bound else {}
        return {name: data[f"all_{name}"] for name in ("family", "legal_form") if data.get(f"all_{name}")}

    @property
    def when_empty(self) -> str:
        return self.cleaned_data["when_empty"] if self.is_bound else WhenEmpty.KEEP

    def clean(self):
        if not self.errors:
            for sentence in columns.problems(self.mapping, self.constants):
                self.add_error(None, sentence)
        return self.cleaned_data
