"""Fields that hold a list of rows: instalments, documents, laureates, those who offer a scheme."""

import re

from django import forms
from django.core.exceptions import ValidationError

from actors.fields import ActorField
from observatory.editing.amounts import amount_of, shown_amount
from observatory.editing.fields import refuse_longer, refuse_tags
from observatory.editing.rows import RowsField
from observatory.territories.models import Collectivity

from .fields import ActBodyField

_BLANKS = re.compile(r"\s+")


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
        ("actor", "Dans l’annuaire", {"pick": ActorField}),
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
        ("code", "Collectivité", {"pick": ActBodyField}),
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
