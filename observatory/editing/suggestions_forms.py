"""What every form open to the public has in common: an answer by e-mail, and what keeps machines out without a third party."""

import re
import time
from uuid import uuid4

from django import forms
from django.core import signing

from observatory.records.identity import sort_key
from observatory.territories.enums import Level
from observatory.territories.models import Territory

#: seconds that nobody needs less than to read a form and fill it
QUICKEST = 3
TOO_QUICK = "Le formulaire est parti très vite : relisez-le, puis envoyez-le de nouveau."
_SALT = "observatory.editing.suggestions"
_LABEL = re.compile(r"(?P<name>.*?)\s*(?:\((?P<departement>\d[\dABab]\d?)\))?")


class PublicForm(forms.Form):
    """Forms of a kind add their fields, and say what they propose (``plain``) and tell (``told``).

    A form that proposes a new record opens with its ``intro``.
    """

    intro = ""

    message = forms.CharField(
        label="Votre message",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Ce qui ne tient pas dans les champs, ou comment vous le savez. Pas de nom de personne.",
    )
    reply_to = forms.EmailField(
        label="Votre courriel, si vous voulez une réponse",
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text="Il sert à vous répondre, n’est montré à personne et est effacé six mois après la réponse.",
    )
    #: people do not see it; machines fill it
    surname = forms.CharField(label="Laissez ce champ vide", required=False)
    started = forms.CharField(required=False, widget=forms.HiddenInput)
    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, data=None, *, record=None, initial=None):
        self.record = record
        fresh = {"started": signing.dumps(time.time(), salt=_SALT), "token": uuid4()}
        super().__init__(data, initial={**fresh, **(initial or {})})
        self.fields["surname"].widget.attrs |= {"autocomplete": "off", "tabindex": "-1"}

    @property
    def is_trap_sprung(self) -> bool:
        return bool(self.data.get("surname"))

    def clean_started(self):
        try:
            started = signing.loads(self.cleaned_data["started"], salt=_SALT)
        except signing.BadSignature:
            started = None
        if started is None or time.time() - started < QUICKEST:
            self._start_again(started)
            raise forms.ValidationError(TOO_QUICK)
        return started

    def _start_again(self, started) -> None:
        """A forged beginning is replaced; a true one stands, so that sending again is enough."""
        if started is None:
            self.data = self.data.copy()
            self.data["started"] = signing.dumps(time.time(), salt=_SALT)

    @property
    def shown_fields(self) -> list:
        """The fields that people fill, those that every form shares last."""
        shared = ("message", "reply_to")
        own = [field for field in self.visible_fields() if field.name not in (*shared, "surname")]
        return own + [self[name] for name in shared]

    def plain(self) -> dict:
        raise NotImplementedError

    def told(self) -> str:
        """The message, with what the form asks beside the fields of a record."""
        return self.cleaned_data["message"]


class PlaceField(forms.CharField):
    """A territory, as typed (« Lille (59) », « 59000 ») or as picked in the list; cleans to a Territory or None."""

    default_error_messages = {
        "unknown": "« {typed} » : aucune commune de ce nom. Essayez le nom complet ou le code postal.",
        "several": "« {typed} » : plusieurs lieux portent ce nom. Précisez : {labels}.",
    }

    def clean(self, value):
        typed = super().clean(value)
        if not typed:
            return None
        found = places_named(typed)
        if not found:
            raise forms.ValidationError(self.error_messages["unknown"].format(typed=typed[:80]))
        if len(found) > 1:
            labels = ", ".join(place.label for place in found[:6])
            raise forms.ValidationError(self.error_messages["several"].format(typed=typed[:80], labels=labels))
        return found[0]


def places_named(typed: str) -> list[Territory]:
    """The current territories that some words name exactly, or that a postal code serves; communes before the wider ones."""
    typed = typed.strip()
    if re.fullmatch(r"\d{5}", typed):
        return list(Territory.objects.current().at(Level.COMMUNE).search(typed).order_by("sort_key", "pk")[:7])
    match = _LABEL.fullmatch(typed)
    name, departement = match["name"], (match["departement"] or "").upper()
    rows = list(Territory.objects.current().filter(sort_key=sort_key(name)).order_by("-population", "pk")[:50])
    communes = [row for row in rows if row.level == Level.COMMUNE]
    if departement:
        return [row for row in communes if row.official_code.startswith(departement)]
    return communes or rows
