"""The form of an actor at the desk and for suggestions; plain values in and out (see ``actors.editing``)."""

from django import forms
from django.core.exceptions import ValidationError

from observatory.accounts import perms
from observatory.editing.fields import (
    BodyField,
    LineField,
    LinesField,
    ManyField,
    NumberField,
    OneField,
    PlaceField,
    PointField,
    TextField,
)
from observatory.editing.forms import DeskForm

from .contacts import PREFIX, digest, open_contacts, write_contacts
from .editing import LABELS
from .enums import EssReason, Family, LegalForm
from .fields import LabelsField, NetworksField, TelephoneField, YearField
from .models import Actor, Theme, validate_rna, validate_siren, validate_siret

#: degrees by which a point may stand outside the extent of its commune
MARGIN = 0.02


class ActorForm(DeskForm):
    """Every field that the desk edits; each is optional but the name, since a source may be silent."""

    SECTIONS = (
        ("identite", "Identité", ("name", "acronym", "other_names", "siret", "siren", "rna", "collectivity")),
        ("nature", "Nature", ("is_ess", "ess_reason", "family", "legal_form", "labels", "is_network", "networks")),
        (
            "activite",
            "Activité",
            ("themes", "activities", "description", "workforce", "workforce_unit", "workforce_year"),
        ),
        ("lieu", "Lieu", ("territory", "address", "point")),
        ("joindre", "Joindre", ("telephone", "email", "website")),
        ("vie", "Vie de l’organisation", ("founded", "closed")),
    )
    CHECKED = ("name", "siret", "rna", "territory")
    beside_part = ("contacts", "Personnes à contacter")
    #: named contacts, once ``open_beside`` was called
    contacts = None

    name = LineField(longest=300, name=True, error_messages={"required": "Le nom est nécessaire."})
    acronym = LineField(longest=40, name=True, required=False)
    other_names = LinesField(
        name=True, required=False, help_text="Un nom par ligne : ancien nom, nom d’usage, enseigne."
    )
    siret = NumberField(
        validator=validate_siret, required=False, help_text="Quatorze chiffres ; les espaces sont acceptés."
    )
    siren = NumberField(
        validator=validate_siren, required=False, help_text="Laissez vide si le SIRET est rempli : il s’en déduit."
    )
    rna = NumberField(
        validator=validate_rna, required=False, help_text="W suivi de neuf caractères, pour une association."
    )
    collectivity = BodyField(
        required=False, help_text="Si l’organisation est elle-même une collectivité de l’annuaire."
    )
    is_ess = forms.NullBooleanField(required=False)
    ess_reason = OneField(choices=EssReason.choices, required=False)
    family = OneField(choices=Family.choices, required=False)
    legal_form = OneField(choices=LegalForm.choices, required=False)
    labels = LabelsField(required=False, help_text="Une ligne par label ; les années peuvent rester vides.")
    is_network = forms.BooleanField(required=False)
    networks = NetworksField(
        required=False, help_text="Tapez le début d’un nom ; séparez plusieurs réseaux par un point-virgule."
    )
    themes = ManyField(required=False)
    activities = LinesField(required=False, help_text="Une activité par ligne, en quelques mots.")
    description = TextField(
        longest=4000,
        rows=8,
        counted=True,
        required=False,
        help_text="Ce que fait l’organisation, pour qui et où. 4 000 signes au plus.",
    )
    workforce = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=2_000_000,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "data-short": ""}),
        error_messages={"invalid": "L’effectif s’écrit en chiffres."},
    )
    workforce_unit = LineField(longest=60, required=False, help_text="Salariés, équivalents temps plein, bénévoles…")
    workforce_year = YearField()
    territory = PlaceField(
        required=False, help_text="Nom de la commune ou code postal ; à défaut, le plus petit territoire connu."
    )
    address = TextField(longest=250, rows=2, required=False, help_text="Numéro et voie, puis code postal et commune.")
    point = PointField(
        required=False, help_text="Seulement si l’adresse exacte est connue ; sinon le point se place à la mairie."
    )
    telephone = TelephoneField(
        longest=40, required=False, help_text="Celui de l’organisation, jamais celui d’une personne."
    )
    email = forms.EmailField(
        required=False,
        help_text="Celui de l’organisation : contact@…, accueil@…",
        error_messages={"invalid": "Une adresse de courriel s’écrit nom@domaine.fr."},
    )
    website = forms.URLField(
        required=False,
        assume_scheme="https",
        widget=forms.TextInput({"inputmode": "url", "autocomplete": "off"}),
        error_messages={"invalid": "L’adresse d’un site s’écrit https://www.exemple.fr/."},
    )
    founded = YearField()
    closed = YearField(help_text="Laissez vide tant que l’activité continue.")

    def __init__(self, data=None, **kwargs):
        super().__init__(data, **kwargs)
        for name, field in self.fields.items():
            field.label = LABELS[name]
        self.fields["themes"].choices = list(Theme.objects.values_list("key", "name"))
        self.fields["description"].help_text = self.fields["description"].help_text.replace("4 000", "4\u202f000")

    def clean(self):
        data = super().clean()
        self._agree_on_numbers(data)
        self._place_the_point(data)
        if data.get("founded") and data.get("closed") and data["closed"] < data["founded"]:
            self.add_error("closed", f"La fin ({data['closed']}) précède la création ({data['founded']}).")
        return data

    def clean_siret(self):
        """No two records share a SIRET, archived ones included."""
        siret = self.cleaned_data["siret"]
        others = Actor._base_manager.exclude(pk=self.record.pk if self.record else None).filter(siret=siret)
        if siret and (other := others.first()):
            state = "" if other.state == "published" else f" ({other.get_state_display()})"
            raise ValidationError(f"Ce SIRET est déjà celui de «\u00a0{other.name}\u00a0»{state}.")
        return siret

    def _agree_on_numbers(self, data: dict) -> None:
        """The SIREN is the beginning of the SIRET: given by it, or in contradiction with it."""
        siret, siren = data.get("siret"), data.get("siren")
        if not siret or siret[:9] == siren or "siren" not in self.fields or "siren" in self.errors:
            return
        if siren and siren != self.initial.get("siren"):
            self.add_error("siren", f"Ce SIREN n’est pas le début du SIRET, {siret[:9]}.")
        else:
            data["siren"] = siret[:9]

    def _place_the_point(self, data: dict) -> None:
        """A point lies in its commune, or near: a mistake in a number sends it far away."""
        place, point = getattr(self.fields.get("territory"), "record", None), data.get("point")
        if not point or place is None or place.bbox is None:
            return
        (longitude, latitude), (west, south, east, north) = point, place.bbox
        inside = west - MARGIN <= longitude <= east + MARGIN and south - MARGIN <= latitude <= north + MARGIN
        if not inside:
            self.add_error(
                "point",
                f"Ce point n’est pas à {place.label} : corrigez la latitude et la longitude, ou videz-les pour le placer à la mairie.",
            )

    def understood(self, name):
        value, place = self.cleaned_data.get(name), getattr(self.fields.get("territory"), "record", None)
        if name == "siret" and value:
            return f"SIRET bien formé ; SIREN {value[:9]}."
        if name == "rna" and value:
            return "Numéro RNA bien formé."
        if name == "territory" and value and place is not None:
            codes = ", ".join(place.postal_codes[:4])
            wider = place.departement.name if place.departement else place.get_level_display()
            return f"{place.label}, {wider}{f' ; code postal {codes}' if codes else ''}."
        return ""

    # Contacts -------------------------------------------------------------------------------------------------

    def open_beside(self) -> None:
        """Show the named contacts to those who may read them; suggestions never carry any."""
        if self.record is None or perms.may_see_contacts(self.user, self.record):
            self.contacts = open_contacts(self.data if self.is_bound else None, self.record)
            self.contacts_digest = digest(self.record)
            self.beside_template = "actors/_contacts_form.html"

    def is_valid(self):
        return super().is_valid() and (self.contacts is None or not self.contacts.is_bound or self.contacts.is_valid())

    @property
    def problems(self):
        found = super().problems
        for form in self.contacts if self.contacts is not None and self.contacts.is_bound else ():
            found += [
                {"anchor": form[name].auto_id, "label": f"Contact : {form[name].label}", "error": error}
                for name, errors in form.errors.items()
                if name in form.fields
                for error in errors
            ]
        return found

    def beside(self, record):
        if self.contacts is None or not self.contacts.is_bound:
            return ""
        return write_contacts(record, self.contacts, self.data.get(f"{PREFIX}-digest", ""))
