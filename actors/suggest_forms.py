"""What the public may say of an actor: a correction of what its page shows, or an actor that is missing."""

from django import forms

from observatory.editing.suggestions_forms import PlaceField, PublicForm
from observatory.territories.models import Territory

from .editing import read
from .enums import BY_STATUTE, EssReason, Family
from .models import Actor, validate_siret

NO_PERSON = "De l’organisation, pas d’une personne."


class LinesField(forms.CharField):
    """One value per line."""

    def __init__(self, **kwargs):
        super().__init__(widget=forms.Textarea(attrs={"rows": 3}), **kwargs)

    def clean(self, value):
        lines = [" ".join(line.split()) for line in super().clean(value).splitlines()]
        return list(dict.fromkeys(filter(None, lines)))


class ActorFields(PublicForm):
    """The common fields; the place is picked in the list (``territory``) or typed (``place``)."""

    name = forms.CharField(label="Nom", max_length=300)
    territory = forms.CharField(required=False, max_length=32, widget=forms.HiddenInput)
    place = PlaceField(
        label="Commune",
        required=False,
        max_length=200,
        help_text="Le nom de la commune, avec son département au besoin, ou un code postal.",
    )
    address = forms.CharField(label="Adresse", max_length=250, required=False)
    telephone = forms.CharField(label="Téléphone", max_length=40, required=False, help_text=NO_PERSON)
    email = forms.EmailField(label="Courriel de l’organisation", required=False, help_text=NO_PERSON)
    website = forms.URLField(label="Site", max_length=300, required=False, assume_scheme="https")
    description = forms.CharField(
        label="Description",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Ce que fait l’organisation, en quelques phrases. 4 000 signes au plus.",
    )
    activities = LinesField(label="Activités", max_length=2000, required=False, help_text="Une par ligne.")

    def __init__(self, data=None, *, record=None, initial=None):
        super().__init__(data, record=record, initial=initial)
        self.held_place = record.territory if record else None
        # A place that was picked and not typed over is not looked for by its name.
        if self.is_bound and (picked := self._picked()) and self.data.get("place", "") in ("", picked.label):
            self.data = self.data.copy()
            self.data["place"] = ""
            self.picked = picked
        else:
            self.picked = None

    def _picked(self) -> Territory | None:
        code = self.data.get("territory", "").replace("\x00", "")[:32]
        return Territory.objects.filter(code=code).first() if code else None

    @property
    def place_in_use(self) -> Territory | None:
        """The territory that the field of the place shows."""
        return self.picked if self.is_bound else self.held_place

    @property
    def place_typed(self) -> str:
        return self.place_in_use.label if self.place_in_use else self.data.get("place", "")

    def clean_description(self):
        return self.cleaned_data["description"].replace("\r\n", "\n")

    def plain(self) -> dict:
        data = self.cleaned_data
        place = self.picked or data.get("place")
        plain = {
            name: data[name]
            for name in ("name", "address", "telephone", "email", "website", "description", "activities")
        }
        return plain | {"territory": place.code if place else None}


class ReportForm(ActorFields):
    """A correction: what the page shows today stands in the fields."""

    active = forms.ChoiceField(
        label="Cette organisation est-elle toujours en activité ?",
        choices=[("", "Je ne sais pas"), ("yes", "Oui"), ("no", "Non")],
        required=False,
        widget=forms.RadioSelect,
    )
    closed = forms.IntegerField(
        label="Année de fin, si vous la connaissez", min_value=1900, max_value=2100, required=False
    )

    def __init__(self, data=None, *, record):
        held = read(record)
        initial = {name: held[name] for name in ("name", "address", "telephone", "email", "website", "description")}
        initial |= {"activities": "\n".join(held["activities"]), "closed": held["closed"]}
        initial["active"] = "no" if held["closed"] else ""
        super().__init__(data, record=record, initial=initial)

    def plain(self) -> dict:
        data = self.cleaned_data
        closed = None if data["active"] == "yes" else data["closed"] or self.record.closed
        return super().plain() | {"closed": closed}

    def told(self) -> str:
        gone = self.cleaned_data["active"] == "no" and not self.plain()["closed"]
        return "\n\n".join(filter(None, [gone and "N’est plus en activité, année inconnue.", super().told()]))


class ProposeForm(ActorFields):
    """An actor that is missing, and why it belongs here."""

    intro = "Décrivez l’organisation qui manque. Le nom et la commune suffisent pour commencer."

    siret = forms.CharField(label="SIRET, si vous le connaissez", max_length=20, required=False)
    family = forms.ChoiceField(
        label="Quel est son statut ?", choices=[("", "Je ne sais pas"), *Family.choices], required=False
    )
    why = forms.CharField(
        label="Pourquoi fait-elle partie de l’économie sociale et solidaire ?",
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Son statut, un agrément, ce que disent ses textes.",
    )
    source = forms.CharField(
        label="Où peut-on le vérifier ?",
        max_length=300,
        required=False,
        help_text="Une adresse de page, un document, une publication officielle.",
    )
    #: what comes first; the others follow
    field_order = ["name", "territory", "place", "activities", "description", "family", "why", "source", "siret"]

    def __init__(self, data=None, *, record=None):
        super().__init__(data)
        self.fields["place"].required = not self.picked

    def clean_siret(self):
        siret = "".join(self.cleaned_data["siret"].split())
        if siret:
            validate_siret(siret)
            if known := Actor.objects.published().filter(siret=siret).first():
                raise forms.ValidationError(f"Ce SIRET est déjà dans l’annuaire : {known.name}.")
        return siret or None

    def plain(self) -> dict:
        data = self.cleaned_data
        plain = super().plain() | {"siret": data["siret"], "family": data["family"] or None}
        if data["family"]:
            by_statute = data["family"] in BY_STATUTE
            plain |= {"is_ess": True, "ess_reason": EssReason.STATUTE.value if by_statute else None}
        return plain

    def told(self) -> str:
        data = self.cleaned_data
        asked = [("Pourquoi l’ESS", data["why"]), ("Source", data["source"]), ("", data["message"])]
        return "\n\n".join(f"{title} : {text}" if title else text for title, text in asked if text)


def public_form(data=None, *, record=None) -> ActorFields:
    """The form of a correction of ``record``, or of an actor to add."""
    return ReportForm(data, record=record) if record else ProposeForm(data)
