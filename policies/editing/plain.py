"""Plain values of the third floor: amounts as decimal strings, days as AAAA-MM-JJ, records by their code."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from actors.models import Actor, Theme
from observatory.pages.dates import day
from observatory.pages.templatetags.observatory import counted, euros, percent
from observatory.records.models import Citation
from observatory.territories.models import Collectivity

from ..models import Call, Instrument, SupportScheme

OUT_OF_REACH = "Vos droits portent sur une autre collectivité ou un autre territoire : ils ne permettent pas d’écrire pour celle-ci."
CENT = Decimal("0.01")
#: field → where its record is found, and by which column; archived records stay linked to what names them
LINKED = {
    "body": (Collectivity, "code"),
    "organisation": (Actor, "public_id"),
    "actor": (Actor, "public_id"),
    "instrument": (Instrument, "key"),
    "scheme": (SupportScheme, "public_id"),
    "call": (Call, "public_id"),
}


def read(record: models.Model, columns: Iterable[str], links: Iterable[str]) -> dict[str, Any]:
    """Plain values of columns, and codes of the records that links name."""
    values = {column: _plain(getattr(record, column)) for column in columns}
    for link in links:
        other = getattr(record, link)
        values[link] = other and getattr(other, LINKED[link][1])
    return values


def _plain(value):
    if isinstance(value, Decimal):
        return str(value.quantize(CENT))
    return value.isoformat() if isinstance(value, date) else value


def fill(record: models.Model, values: Mapping[str, Any], columns: Iterable[str], links: Iterable[str]) -> None:
    """Set columns and links from plain values, without saving; raises ValidationError by field."""
    errors = {}
    for column in columns:
        if column in values:
            try:
                setattr(record, column, _stored(record, column, values[column]))
            except (ValidationError, ArithmeticError):
                errors[column] = "Cette valeur n’est pas comprise."
    for link in links:
        if link in values:
            model, column = LINKED[link]
            code = values[link]
            other = model._base_manager.filter(**{column: code}).first() if code else None
            if code and other is None:
                errors[link] = f"Inconnu ici : {code}."
            elif other is None and not record._meta.get_field(link).null:
                errors[link] = "Ce champ est nécessaire."
            else:
                setattr(record, link, other)
    if errors:
        raise ValidationError(errors)


def _stored(record, column: str, value):
    field = record._meta.get_field(column)
    if value is None and not field.null:
        return field.get_default()
    if value in ("", None):
        return None if field.null else value
    return field.to_python(value)


def save(record: models.Model) -> None:
    record.full_clean(exclude=["public_id", "slug", "sort_key"])
    record.save()


def amount_or_none(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


# Showing --------------------------------------------------------------------------------------------------------


class Show:
    """``show(field, plain value)`` in French; told which fields are amounts, shares, days and words of a list."""

    def __init__(self, *, amounts=(), shares=(), days=(), choices=None, rows=None):
        self.amounts, self.shares, self.days = frozenset(amounts), frozenset(shares), frozenset(days)
        self.choices, self.rows = choices or {}, rows or {}

    def __call__(self, field: str, value) -> str:
        if value in (None, "", []):
            return ""
        if isinstance(value, bool):
            return "oui" if value else "non"
        if field in self.amounts:
            return euros(Decimal(value))
        if field in self.shares:
            return percent(Decimal(value))
        if field in self.days:
            return day(date.fromisoformat(value))
        if field in self.rows:
            return " ; ".join(self.rows[field](*row) for row in value)
        if field in self.choices:
            labels = dict(self.choices[field].choices)
            return ", ".join(str(labels.get(word, word)) for word in (value if isinstance(value, list) else [value]))
        if field in LINKED:
            model, column = LINKED[field]
            found = model._base_manager.filter(**{column: value}).first()
            return found.name if found else str(value)
        if field == "themes":
            return ", ".join(Theme.objects.filter(key__in=value).values_list("name", flat=True))
        return str(value)


def show_link(label: str, url: str) -> str:
    return f"{label} ({url})"


def show_instalment(year: int, amount: str) -> str:
    return f"{year} : {euros(Decimal(amount))}"


def show_laureate(name: str, actor: str | None, amount: str | None) -> str:
    return f"{name}, {euros(Decimal(amount))}" if amount else name


def show_offer(code: str | None, then: str, actor: str | None) -> str:
    body = code and Collectivity.objects.filter(code=code).first()
    return f"{body.name} (alors {then})" if body and body.name != then else then


# Merging --------------------------------------------------------------------------------------------------------


class Links:
    """What follows a record into the one that it is merged with: rows that name it, and what documents say of it."""

    def __init__(self, **named: tuple[str, str]):
        #: related manager → (column of its rows, French noun "appel,appels")
        self.named = named

    def move(self, loser, survivor) -> dict:
        moved = {}
        for related, (column, _) in self.named.items():
            rows = getattr(loser, related)
            moved[related] = list(rows.values_list("pk", flat=True))
            rows.model._base_manager.filter(pk__in=moved[related]).update(**{column: survivor})
        moved["citations"] = list(loser.citations.values_list("pk", flat=True))
        Citation.objects.filter(pk__in=moved["citations"]).update(object_id=survivor.pk)
        return moved

    def back(self, loser, survivor, moved: dict) -> None:
        for related, (column, _) in self.named.items():
            rows = getattr(survivor, related)
            rows.model._base_manager.filter(pk__in=moved.get(related, []), **{column: survivor}).update(
                **{column: loser}
            )
        survivor.citations.filter(pk__in=moved.get("citations", [])).update(object_id=loser.pk)

    def count(self, record) -> list[str]:
        said = {noun: getattr(record, related).count() for related, (_, noun) in self.named.items()}
        said["mention,mentions"] = record.citations.count()
        return [counted(n, noun) for noun, n in said.items() if n]
