"""The form of who speaks for the ESS in a collectivité."""

import re

from django import forms
from django.core.exceptions import ValidationError

from actors.fields import TelephoneField
from observatory.editing.fields import LineField

from .editing.bodies import LABELS
from .fields import ActBodyField
from .forms import AddressField, PolicyForm

_PERSON = re.compile(r"\b(?:M\.|MM\.|Mr|Mme|Mlle|Monsieur|Madame)(?=\s|$)", re.IGNORECASE)
A_PERSON = "Une fonction ou un service, jamais le nom d’une personne."


class RoleField(LineField):
    """A role or a service; what names a person is refused."""

    def clean(self, value):
        value = super().clean(value)
        if value and _PERSON.search(value):
            raise ValidationError(A_PERSON)
        return value


class ReferentForm(PolicyForm):
    LABELS = LABELS
    SECTIONS = (
        ("qui", "Qui", ("body", "name", "service")),
        ("joindre", "Joindre le service", ("email", "telephone", "website")),
    )

    body = ActBodyField(required=True)
    name = RoleField(
        longest=150,
        name=True,
        error_messages={"required": "La fonction est nécessaire."},
        help_text="Chargée de mission ESS, vice-présidence à l’économie… " + A_PERSON,
    )
    service = RoleField(longest=200, required=False, help_text="La direction ou le service qui s’en occupe.")
    email = forms.EmailField(
        required=False,
        help_text="Celui du service : ess@…, economie@…",
        error_messages={"invalid": "Une adresse de courriel s’écrit nom@domaine.fr."},
    )
    telephone = TelephoneField(longest=40, required=False, help_text="Celui du service, jamais celui d’une personne.")
    website = AddressField()

    def start(self, user):
        if body := self.own_body(user):
            self.initial["body"] = body.code

    def clean(self):
        data = super().clean()
        if not self.errors and not any(data.get(name) for name in ("service", "email", "telephone", "website")):
            self.add_error("service", "Dites au moins le service, ou comment le joindre.")
        return data
