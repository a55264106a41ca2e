"""Named contacts beside the actor form: held only with a recorded consent, their values kept out of every history."""

import hashlib
import json

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from observatory.editing.fields import LineField

from .fields import TelephoneField
from .models import Actor, Contact

PREFIX = "contacts"
SHOWN = ("name", "role", "telephone", "email")
COLUMNS = (*SHOWN, "consent_on", "consent_how", *(f"show_{part}" for part in SHOWN))
#: contacts that show something
SHOWING = Q(show_name=True) | Q(show_role=True) | Q(show_telephone=True) | Q(show_email=True)
CHANGED_MEANWHILE = (
    "Quelqu’un d’autre a modifié les contacts de cette fiche pendant votre saisie. Comparez avec la page de "
    "l’acteur, puis enregistrez de nouveau pour garder votre version."
)


class ContactForm(forms.Form):
    """One person; a line that is filled needs a name and the consent."""

    template_parts = SHOWN
    use_required_attribute = False

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = LineField(label="Nom", longest=120, name=True, required=False)
    role = LineField(label="Fonction", longest=120, name=True, required=False)
    telephone = TelephoneField(label="Téléphone", longest=40, required=False)
    email = forms.EmailField(
        label="Courriel",
        required=False,
        error_messages={"invalid": "Une adresse de courriel s’écrit nom@domaine.fr."},
    )
    consent_on = forms.DateField(
        label="Accord donné le",
        required=False,
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": "La date s’écrit jour/mois/année, par exemple 03/02/2026."},
    )
    consent_how = LineField(
        label="Comment l’accord a été donné",
        longest=200,
        required=False,
        help_text="Par courriel, au téléphone, sur un bulletin…",
    )
    show_name = forms.BooleanField(label="Montrer le nom", required=False)
    show_role = forms.BooleanField(label="Montrer la fonction", required=False)
    show_telephone = forms.BooleanField(label="Montrer le téléphone", required=False)
    show_email = forms.BooleanField(label="Montrer le courriel", required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{**kwargs, "label_suffix": ""})

    @property
    def shows(self):
        return [self[f"show_{part}"] for part in SHOWN]

    def clean(self):
        data = super().clean()
        if data.get("DELETE") or not any(data.get(column) for column in COLUMNS):
            return data
        if not data.get("name"):
            self.add_error("name", "Indiquez le nom de la personne, ou cochez « Retirer ».")
        if not data.get("consent_on") and "consent_on" not in self.errors:
            self.add_error("consent_on", "Sans accord daté, une personne ne peut être enregistrée : indiquez le jour.")
        elif data.get("consent_on") and data["consent_on"] > timezone.localdate():
            self.add_error("consent_on", "Cette date est à venir.")
        if not data.get("consent_how"):
            self.add_error("consent_how", "Dites comment la personne a donné son accord.")
        return data


class BaseContacts(forms.BaseFormSet):
    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields["DELETE"].label = "Retirer ce contact"


ContactFormSet = forms.formset_factory(
    ContactForm, formset=BaseContacts, extra=1, can_delete=True, max_num=20, absolute_max=40, validate_max=True
)


def open_contacts(data, record: Actor | None):
    """The lines of a record and one more; bound when ``data`` holds lines."""
    lines = [_line(contact) for contact in _contacts(record)]
    if data is not None and f"{PREFIX}-TOTAL_FORMS" in data:
        return ContactFormSet(data, initial=lines, prefix=PREFIX)
    return ContactFormSet(initial=lines, prefix=PREFIX)


def digest(record: Actor | None) -> str:
    """A fingerprint of the contacts that the form was opened on."""
    lines = json.dumps([_line(contact) for contact in _contacts(record)], default=str)
    return hashlib.sha256(lines.encode()).hexdigest()[:20]


def _contacts(record: Actor | None) -> list[Contact]:
    return list(record.contacts.order_by("pk")) if record is not None else []


def _line(contact: Contact) -> dict:
    return {column: getattr(contact, column) for column in ("id", *COLUMNS)}


def with_public_contacts(actors):
    """Mark the actors that show something of a contact, within the same query."""
    return actors.annotate(shows_contacts=Exists(Contact.objects.filter(SHOWING, actor=OuterRef("pk"))))


def public_contacts(actor: Actor) -> list[dict[str, str]]:
    """What the public page shows of each contact: the parts that are shown, empty for the others."""
    shown = [
        {part: getattr(contact, part) if getattr(contact, f"show_{part}") else "" for part in SHOWN}
        for contact in (actor.contacts.all() if actor.shows_contacts else ())
    ]
    return [contact for contact in shown if any(contact.values())]


def write_contacts(record: Actor, formset, seen: str) -> str:
    """Bring the contacts to the lines of a valid formset; says how many were added, changed and removed."""
    if seen and seen != digest(record):
        raise ValidationError({"contacts": CHANGED_MEANWHILE})
    present = {contact.pk: contact for contact in _contacts(record)}
    added = changed = removed = 0
    for form in formset:
        data = form.cleaned_data
        contact = present.get(data.get("id"))
        line = {column: data.get(column) for column in COLUMNS}
        if data.get("DELETE"):
            if contact:
                contact.delete()
                removed += 1
        elif not any(line.values()):
            continue
        elif contact is None:
            record.contacts.create(**line)
            added += 1
        elif any(getattr(contact, column) != value for column, value in line.items()):
            Contact.objects.filter(pk=contact.pk).update(**line)
            changed += 1
    done = {"ajouté": added, "modifié": changed, "retiré": removed}
    said = [f"{n} contacts {word}s" if n > 1 else f"{n} contact {word}" for word, n in done.items() if n]
    return f"{' ; '.join(said).capitalize()}." if said else ""
