"""Fields of the actor form: years, telephone, labels with their dates, networks by name; an actor by name, for forms above."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator

from observatory.editing.fields import LineField, PickField
from observatory.records.identity import fold

from .enums import Label
from .models import Actor

#: rows without a label that the form offers
BLANK_ROWS = 2
MOST_ROWS = 40


class YearField(forms.IntegerField):
    def __init__(self, **kwargs):
        years = [
            MinValueValidator(1200, "L’année s’écrit en quatre chiffres."),
            MaxValueValidator(2100, "L’année s’écrit en quatre chiffres."),
        ]
        attributes = {"inputmode": "numeric", "autocomplete": "off", "data-short": ""}
        super().__init__(
            required=False,
            validators=years,
            widget=forms.TextInput(attributes),
            error_messages={"invalid": "L’année s’écrit en quatre chiffres."},
            **kwargs,
        )


class TelephoneField(LineField):
    def clean(self, value):
        value = super().clean(value)
        if value and (len(re.findall(r"\d", value)) < 2 or not re.fullmatch(r"[\d\s+().,/\-]+", value)):
            raise ValidationError("Un numéro de téléphone s’écrit avec des chiffres, par exemple 03 20 00 00 00.")
        return value


class RowsWidget(forms.Widget):
    """``name-0-label``, ``name-0-since``, ``name-0-until``, and so on."""

    def value_from_datadict(self, data, files, name):
        rows = []
        for n in range(MOST_ROWS):
            row = {part: (data.get(f"{name}-{n}-{part}") or "").strip() for part in ("label", "since", "until")}
            if any(row.values()):
                rows.append(row)
        return rows

    def value_omitted_from_data(self, data, files, name):
        return False


class LabelsField(forms.Field):
    """Labels as ``[label, since, until]``, years or None, sorted as ``editing.read`` sorts them."""

    template = "actors/fields/labels.html"
    widget = RowsWidget
    choices = Label.choices

    def prepare_value(self, value):
        rows = [_row(row) for row in value or []]
        return [*rows, *({"label": "", "since": "", "until": ""} for _ in range(BLANK_ROWS))]

    def clean(self, value):
        rows = [(row["label"], _year(row["since"]), _year(row["until"])) for row in value or [] if any(row.values())]
        for label, since, until in rows:
            if label not in Label.values:
                raise ValidationError("Chaque ligne de label porte un nom de label : choisissez-le, ou videz la ligne.")
            if since and until and until < since:
                raise ValidationError(f"« {Label(label).label} » : la fin ({until}) précède le début ({since}).")
        if len({(label, since) for label, since, _ in rows}) < len(rows):
            raise ValidationError("Le même label figure deux fois avec la même année de début.")
        return sorted(([*row] for row in rows), key=str)


def _row(row) -> dict[str, str]:
    if isinstance(row, dict):
        return row
    return dict(zip(("label", "since", "until"), ["" if part is None else str(part) for part in row], strict=True))


def _year(text: str) -> int | None:
    if not text:
        return None
    if not (text.isdecimal() and 1800 <= int(text) <= 2100):
        raise ValidationError(f"« {text[:20]} » n’est pas une année à quatre chiffres.")
    return int(text)


class NetworksWidget(forms.Widget):
    """Boxes of the networks kept, and names to add."""

    def value_from_datadict(self, data, files, name):
        kept = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
        return {"kept": kept, "add": data.get(f"{name}_add") or ""}

    def value_omitted_from_data(self, data, files, name):
        return False


class NetworksField(forms.Field):
    """Networks as sorted public ids; those to add are typed by name, several separated by semicolons."""

    template = "actors/fields/networks.html"
    widget = NetworksWidget

    def networks(self):
        """Every published network: what the browser proposes while one types."""
        return (
            Actor.objects.published().filter(is_network=True).order_by("sort_key").only("public_id", "name", "acronym")
        )

    def boxes(self, value) -> list[Actor]:
        return list(
            Actor.objects.filter(public_id__in=[key for key in value["kept"] if key.isalnum()]).order_by("sort_key")
        )

    def prepare_value(self, value):
        value = value if isinstance(value, dict) else {"kept": value or [], "add": ""}
        return {**value, "boxes": self.boxes(value), "networks": self.networks()}

    def clean(self, value):
        kept = {actor.public_id for actor in self.boxes(value) if actor.state == "published"}
        wanted = [name.strip() for name in value["add"].split(";") if name.strip()]
        if wanted:
            by_name = {}
            for network in self.networks():
                for name in (network.name, network.acronym):
                    by_name.setdefault(fold(name), network.public_id)
            if unknown := [name for name in wanted if fold(name) not in by_name]:
                raise ValidationError(
                    f"« {unknown[0][:80]} » n’est pas un réseau de l’annuaire : choisissez un nom de la liste proposée."
                )
            kept |= {by_name[fold(name)] for name in wanted}
        return sorted(kept)


class ActorField(PickField):
    """An actor as its public id.

    With ``free``, a name that the directory does not know is no error: ``outside`` holds it.
    """

    kind, column = "actor", "public_id"
    not_known = "« {} » n’est pas dans l’annuaire : vérifiez l’orthographe, ou écrivez le nom seul plus bas."
    not_clear = "« {} » ne désigne pas une seule fiche de l’annuaire : choisissez ci-dessous."
    #: what is proposed beside the near records, and its value
    NEITHER = ("aucune", "Aucune de ces fiches : garder le nom écrit")

    def __init__(self, *, free=False, required=False, **kwargs):
        super().__init__(required=required, **kwargs)
        self.free, self.outside = free, ""

    def records(self):
        return Actor.objects.published()

    def named(self):
        # A record that was archived since stays linked to what names it.
        return Actor.objects.all()

    def clean(self, value):
        self.outside, text = "", (value or {}).get("text") or ""
        if self.free and (value or {}).get("near") == self.NEITHER[0]:
            self.outside = text.strip()
            return None
        return super().clean(value)

    def meant(self, text):
        try:
            return super().meant(text)
        except ValidationError:
            if not self.free:
                raise
            if self.near:
                self.near.append(self.NEITHER)
                raise
            self.outside = text
            return None
