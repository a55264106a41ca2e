"""Fields that hold a list of rows: instalments, documents, laureates, those who offer a scheme."""

import re

from django import forms
from django.core.exceptions import ValidationError

from observatory.editing.fields import PickField, refuse_longer, refuse_tags
from observatory.territories.models import Collectivity

from .fields import ActBodyField, ActorField, amount_of, shown_amount

_BLANKS = re.compile(r"\s+")
#: what follows the name of a part that holds the words of a record to choose
TEXT = "_text"
_PICKS = {"actor": ActorField, "collectivity": ActBodyField}


class Rows(list):
    """Rows as they are typed, and as the template draws them."""

    def __init__(self, field: "RowsField", rows):
        super().__init__(rows)
        self.field = field

    @property
    def shown(self) -> list[list[dict]]:
        """Each row as its cells, with blank rows to fill."""
        blanks = [dict.fromkeys(self.field.names(), "") for _ in range(self.field.BLANK)]
        return [[self._cell(row, *part) for part in self.field.PARTS] for row in [*self, *blanks]]

    def _cell(self, row: dict, part: str, label: str, more: dict) -> dict:
        text = row.get(f"{part}{TEXT}", "")
        if text is None:
            field = _PICKS[more["pick"]](required=False)
            record = field.known(row[part])
            text = field.label_of(record) if record else ""
        plain = {"pick": "", "mode": "text", "hidden": False}
        return {**plain, **more, "part": part, "label": label, "value": row[part], "text": text}


class RowsWidget(forms.Widget):
    """``name-0-part``, ``name-1-part``, and so on: rows that hold something, as dicts of texts."""

    #: rows beyond which nothing is read
    MOST = 300

    def __init__(self, parts: tuple[str, ...]):
        super().__init__()
        self.parts = parts

    def value_from_datadict(self, data, files, name):
        rows = []
        for n in range(self.MOST):
            row = {part: (data.get(f"{name}-{n}-{part}") or "").replace("\x00", "").strip() for part in self.parts}
            for words in (part for part in self.parts if part.endswith(TEXT)):
                if f"{name}-{n}-{words}" not in data:
                    # A suggestion was picked: the browser sends its code alone.
                    row[words] = None
                elif not row[words]:
                    row[words.removesuffix(TEXT)] = ""
            if any(row.values()):
                rows.append(row)
        return rows

    def value_omitted_from_data(self, data, files, name):
        return False


class RowsField(forms.Field):
    """A list of rows; a subclass names its parts and says what a row means."""

    template = "policies/fields/rows.html"
    #: (part, label, attributes) of a row; the attribute ``pick`` names the kind of record to choose
    PARTS: tuple[tuple[str, str, dict], ...] = ()
    BLANK = 2

    def __init__(self, **kwargs):
        super().__init__(required=False, widget=RowsWidget(self.names()), **kwargs)

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return tuple(
            name for part, _, more in cls.PARTS for name in ((part, f"{part}{TEXT}") if "pick" in more else (part,))
        )

    @property
    def picks(self) -> bool:
        return any("pick" in more for _, _, more in self.PARTS)

    def prepare_value(self, value):
        return Rows(self, (row if isinstance(row, dict) else self.typed(row) for row in value or []))

    def clean(self, value):
        return [self.row(row) for row in value or [] if any(row.values())]

    def typed(self, row: list) -> dict[str, str]:
        """A plain row as it is typed."""
        raise NotImplementedError

    def row(self, typed: dict[str, str]) -> list:
        """A typed row as a plain one; raises ValidationError."""
        raise NotImplementedError

    def pick(self, field: PickField, row: dict, part: str) -> str | None:
        """The code of the record picked, or meant by the words, in one part of a row; raises ValidationError."""
        text = row[f"{part}{TEXT}"]
        try:
            return field.clean({"code": row[part], "text": text, "near": None})
        except ValidationError:
            near = ", ".join(label for _, label in field.near[:4])
            raise ValidationError(
                f"« {text[:80]} » n’est pas connu ici"
                + (f" ; noms proches : {near}." if near else " : écrivez-le plutôt dans la case « Nom ».")
            ) from None


class InstalmentsField(RowsField):
    """``[[year, "amount"], …]`` in the order of years."""

    PARTS = (("year", "Année", {"mode": "numeric"}), ("amount", "Montant (€)", {"mode": "decimal"}))

    def typed(self, row):
        return {"year": str(row[0]), "amount": shown_amount(row[1])}

    def row(self, typed):
        if not re.fullmatch(r"(19|20)\d\d", typed["year"]):
            raise ValidationError(f"« {typed['year'][:20]} » n’est pas une année à quatre chiffres.")
        amount = amount_of(typed["amount"])
        if amount is None:
            raise ValidationError(
                f"Le versement de {typed['year']} n’a pas de montant : écrivez-le, ou videz la ligne."
            )
        return [int(typed["year"]), str(amount)]

    def clean(self, value):
        return sorted(super().clean(value))


class LinksField(RowsField):
    """``[[label, url], …]``."""

    PARTS = (("label", "Titre", {}), ("url", "Adresse", {"mode": "url"}))

    def typed(self, row):
        return {"label": row[0], "url": row[1]}

    def row(self, typed):
        refuse_longer(typed["label"], 200)
        refuse_tags(typed["label"])
        try:
            url = forms.URLField(assume_scheme="https", max_length=500).clean(typed["url"])
        except ValidationError:
            raise ValidationError("Un document a une adresse qui commence par https://.") from None
        return [_BLANKS.sub(" ", typed["label"]) or "Document", url]


class LaureatesField(RowsField):
    """``[[name, public id of an actor or None, "amount" or None], …]``; an organisation outside the directory is a name."""

    PARTS = (
        ("actor", "Dans l’annuaire", {"pick": "actor"}),
        ("name", "Nom", {}),
        ("amount", "Montant (€)", {"mode": "decimal"}),
    )

    def typed(self, row):
        actor = row[1] and ActorField().known(row[1])
        return {
            "actor": row[1] or "",
            "actor_text": actor.name if actor else "",
            "name": row[0],
            "amount": shown_amount(row[2]),
        }

    def row(self, typed):
        field = ActorField()
        code = self.pick(field, typed, "actor")
        name = _BLANKS.sub(" ", typed["name"]) or (field.record.name if field.record else "")
        if not name:
            raise ValidationError("Chaque ligne de lauréat porte un nom : écrivez-le, ou videz la ligne.")
        refuse_longer(name, 300)
        refuse_tags(name)
        amount = amount_of(typed["amount"])
        return [name, code, None if amount is None else str(amount)]

    def clean(self, value):
        rows = sorted(super().clean(value), key=str)
        names = [name for name, *_ in rows]
        if double := next((name for name in names if names.count(name) > 1), None):
            raise ValidationError(f"« {double} » figure deux fois parmi les lauréats.")
        return rows


class OffersField(RowsField):
    """``[[typed code or None, name then, public id of an organisation or None], …]``: who offers a scheme."""

    PARTS = (
        ("code", "Collectivité", {"pick": "collectivity"}),
        ("then", "Nom d’alors, s’il différait", {}),
        ("actor", "", {"hidden": True}),
    )
    BLANK = 1

    def typed(self, row):
        body = row[0] and Collectivity.objects.filter(code=row[0]).first()
        return {"code": row[0] or "", "code_text": body.name if body else "", "then": row[1], "actor": row[2] or ""}

    def row(self, typed):
        field = ActBodyField(required=False)
        code = self.pick(field, typed, "code")
        then = _BLANKS.sub(" ", typed["then"]) or (field.record.name if field.record else "")
        if not then:
            raise ValidationError("Quelle collectivité ? Choisissez-la, ou écrivez le nom qu’elle portait.")
        refuse_longer(then, 200)
        refuse_tags(then)
        return [code, then, typed["actor"] if typed["actor"].isalnum() else None]

    def clean(self, value):
        rows = super().clean(value)
        if len({(code, then) for code, then, _ in rows}) < len(rows):
            raise ValidationError("La même collectivité figure deux fois.")
        return rows
