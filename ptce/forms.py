"""The form of a pole at the desk and for proposals; plain values in and out (see ``ptce.editing``)."""

from django import forms

from actors.enums import LegalForm
from actors.fields import ActorField, YearField
from actors.models import Theme
from observatory.editing import conflicts
from observatory.editing.amounts import CountField
from observatory.editing.fields import LineField, LinesField, ManyField, OneField, TextField
from observatory.editing.forms import DeskForm
from observatory.territories.enums import Level
from observatory.territories.models import Territory

from .editing import KIND, LABELS
from .editing.faults import oddities
from .editing.parts import PARTS
from .enums import Dynamic, Impulsion, Objective, Perimeter
from .fields import (
    FilieresField,
    MembersField,
    MilestonesField,
    MoneyField,
    RecognitionsField,
    RolesField,
    TerritoriesField,
)
from .figures_field import FiguresField
from .models import Filiere

#: filières named under their field, of those that poles work on already
SHOWN = 20


class PoleForm(DeskForm):
    """Every field that people write; each is optional but the name, since a source may be silent."""

    SECTIONS = (
        ("identite", "Le pôle", ("name", "other_names", "description", "actor", "website", "is_active")),
        ("porteur", "Qui le porte", ("carrier", "carrier_actor", "legal_form", "created")),
        ("chiffres", "Les chiffres", ("figures",)),
        ("membres", "Les membres", ("members",)),
        ("portrait", "Ce qui l’anime", ("impulsion", "dynamic", "filieres", "themes", "objectives")),
        ("territoire", "Où il agit", ("departement", "region", "perimeter", "project_territories")),
        ("lieu", "Le lieu", ("place_name", "place_address", "place_area", "place_opened", "place_shares")),
        ("vie", "Sa vie", ("milestones", "recognitions")),
        ("argent", "L’argent et les collectivités", ("money", "roles")),
    )
    CHECKED = ("name", "actor")

    name = LineField(longest=200, name=True, error_messages={"required": "Le nom est nécessaire."})
    other_names = LinesField(
        name=True, required=False, help_text="Un nom par ligne : sigle, ancien nom, autre écriture."
    )
    description = TextField(
        longest=4000,
        rows=6,
        counted=True,
        required=False,
        help_text="Ce qu’est le pôle et ce qu’il fait, en quelques phrases sobres. 4\u202f000 signes au plus.",
    )
    actor = ActorField(
        help_text="L’organisation propre du pôle, si elle est dans l’annuaire. Tapez le début de son nom."
    )
    website = forms.URLField(
        required=False,
        max_length=300,
        assume_scheme="https",
        widget=forms.TextInput({"inputmode": "url", "autocomplete": "off"}),
        error_messages={"invalid": "L’adresse d’un site s’écrit https://www.exemple.fr/."},
    )
    is_active = forms.NullBooleanField(required=False, help_text="« Inconnu » si personne ne l’a vérifié.")
    carrier = LineField(
        longest=200, name=True, required=False, help_text="La structure qui porte juridiquement le pôle."
    )
    carrier_actor = ActorField(help_text="Si elle est dans l’annuaire.")
    legal_form = OneField(choices=LegalForm.choices, required=False, help_text="Celle de la structure porteuse.")
    created = YearField(help_text="L’année où le pôle a commencé, quelle que soit la date de ses statuts.")
    figures = FiguresField(
        help_text="Ne remplissez que ce qui est connu. Écrivez « environ » devant un chiffre approché."
    )
    members = MembersField(
        help_text="Une ligne par membre. Choisissez sa fiche ou sa collectivité ; à défaut son nom suffit. Pas de nom de personne."
    )
    impulsion = OneField(choices=Impulsion.choices, required=False, help_text="Qui a donné le premier élan.")
    dynamic = OneField(choices=Dynamic.choices, required=False, help_text="Ce qui tient les membres ensemble.")
    filieres = FilieresField(required=False)
    themes = ManyField(required=False)
    objectives = ManyField(choices=Objective.choices, required=False)
    departement = OneField(choices=[], required=False, help_text="Celui où le pôle a son siège ou son lieu.")
    region = OneField(
        choices=[], required=False, help_text="Laissez vide si le département est choisi : elle s’en déduit."
    )
    perimeter = OneField(choices=Perimeter.choices, required=False)
    project_territories = TerritoriesField(
        help_text="Les territoires du projet, de tout niveau : communes, intercommunalités, pays, parcs…"
    )
    place_name = LineField(longest=200, required=False, help_text="Le lieu que les membres partagent, s’il y en a un.")
    place_address = LineField(longest=250, required=False)
    place_area = CountField(help_text="En mètres carrés.")
    place_opened = YearField()
    place_shares = LinesField(required=False, help_text="Une ligne par chose : salles de réunion, accueil, matériel…")
    milestones = MilestonesField(
        help_text="L’étape où le pôle en est s’en déduit. Une ligne sans étape raconte un autre moment."
    )
    recognitions = RecognitionsField(help_text="Panel d’une étude, appel national ou régional.")
    money = MoneyField(
        help_text="Ce que le pôle a reçu, ou ce qui lui a été promis. Sans montant connu, laissez la case vide."
    )
    roles = RolesField(
        help_text="Ce qu’une collectivité a fait pour le pôle, sous l’un des trois rôles de l’étude de 2014."
    )

    def __init__(self, data=None, **kwargs):
        super().__init__(data, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS[name]
        self.fields["themes"].choices = list(Theme.objects.values_list("key", "name"))
        self._offer_places()
        names = list(Filiere.objects.filter(poles__isnull=False).distinct().values_list("name", flat=True)[:SHOWN])
        already = f" Déjà employées : {', '.join(names)}." if names else ""
        self.fields["filieres"].help_text = f"Une par ligne, en un mot ou deux.{already}"
        self._know_the_rows()

    def _offer_places(self) -> None:
        places = Territory.objects.current().filter(level__in=[Level.REGION, Level.DEPARTEMENT]).order_by("sort_key")
        found = list(places.values_list("level", "code", "name"))
        for name, level in (("departement", Level.DEPARTEMENT), ("region", Level.REGION)):
            choices = [(code, place) for of, code, place in found if of == level]
            self.fields[name].choices = [("", "non précisé"), *choices]

    def _know_the_rows(self) -> None:
        """A row that is as the record holds it, or as the form began, keeps what documents say of it."""
        sent = self.data.get("start") if self.is_bound and self.record else None
        start = conflicts.read(sent, KIND, self.record.public_id) if sent else None
        for name in PARTS.keys() & self.fields.keys():
            begun, held = (start or {}).get(name) or [], self.initial.get(name) or []
            self.fields[name].known = [*begun, *(row for row in held if row not in begun)]

    def clean(self):
        data = super().clean()
        # The région of the record gives way to that of another département.
        moved = data.get("departement") and data["departement"] != self.initial.get("departement")
        if moved and data.get("region") and data["region"] == self.initial.get("region"):
            data["region"] = Territory.objects.get(code=data["departement"]).region.code
        return data

    @property
    def warnings(self):
        typed = self.cleaned_data.get("milestones")
        return [] if typed is None or typed == self.initial.get("milestones") else oddities({"milestones": typed})

    def understood(self, name):
        field = self.fields[name]
        if name == "actor" and self.cleaned_data.get(name):
            return f"Dans l’annuaire : {field.record.name}."
        return ""
