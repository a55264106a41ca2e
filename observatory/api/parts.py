"""What resources share: links to published records, mentions and sources of fields, exact amounts, days."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, IntegerField, Q, Value
from rest_framework import serializers

from observatory.records.enums import State
from observatory.records.models import Citation, Provenance, Published

from .shapes import SOURCE, Shape, known, through

#: what ``record_ref`` reads through a foreign key
RECORD = ("public_id", "name", "state")
MENTIONS = "Ce que les documents en disent."
FIELD_SOURCES = "Champs dont l’origine est précisée, les déductions surtout."
CHECKED_ON = "Dernière vérification ; null : jamais vérifié."

_SOURCE = through("source", *SOURCE)
_NO_NUMBER = Value(None, output_field=IntegerField())


class KeyRef(Shape):
    key = serializers.CharField(help_text="Clé.")
    name = serializers.CharField(help_text="Nom.")


def euros(help_text: str, *, null: bool = True) -> serializers.DecimalField:
    """An exact amount, written as text: programs that read numbers in binary would round it."""
    note = "En euros, texte à deux décimales (« 12500.50 »)."
    return serializers.DecimalField(
        max_digits=14, decimal_places=2, allow_null=null, help_text=f"{help_text.rstrip('.')}. {note}"
    )


def percent(help_text: str) -> serializers.DecimalField:
    """An exact percentage, written as text."""
    note = "En %, texte à deux décimales (« 57.50 »)."
    return serializers.DecimalField(
        max_digits=5, decimal_places=2, allow_null=True, help_text=f"{help_text.rstrip('.')}. {note}"
    )


def day(help_text: str) -> serializers.DateField:
    return serializers.DateField(allow_null=True, help_text=help_text)


# Parts of rows ------------------------------------------------------------------------------------------


def exact(value: Decimal | None) -> str | None:
    """An amount or a percentage with its two decimals."""
    return None if value is None else f"{value:.2f}"


def iso(value: date | None) -> str | None:
    return value and value.isoformat()


def record_ref(row: dict, column: str, *, of: str = "") -> dict | None:
    """A ``RecordRef`` from ``through(column, *RECORD)``; None when it, or the record ``of`` it, is not published."""
    states = {row[f"{path}__state"] for path in (column, of) if path}
    return {"id": row[f"{column}__public_id"], "name": row[f"{column}__name"]} if states == {State.PUBLISHED} else None


def key_ref(row: dict, column: str) -> dict:
    """A ``KeyRef`` from ``through(column, "key", "name")``."""
    return {"key": row[f"{column}__key"], "name": row[f"{column}__name"]}


def grouped(rows: Iterable[dict], owner: str) -> dict[int, list[dict]]:
    """Rows by the key of the record in their column ``owner``."""
    groups = defaultdict(list)
    for row in rows:
        groups[row[owner]].append(row)
    return groups


def statements(*owners: tuple[type[Published], Iterable[int]]) -> dict[tuple[type[Published], int], dict]:
    """Mentions and sources of fields of records, in one query, the oldest document first; ``owners`` are (model, keys).

    Gives ``{"mentions": …, "field_sources": …}`` under (model, key).
    """
    kinds = {ContentType.objects.get_for_model(model).pk: model for model, _ in owners}
    asked = Q()
    for kind, (_, pks) in zip(kinds, owners, strict=True):
        asked |= Q(content_type=kind, object_id__in=list(pks))
    owner = ("content_type_id", "object_id")
    mentions = Citation.objects.filter(asked).order_by()
    mentions = mentions.values_list(
        *owner, Value("mentions"), "id", Value("", CharField()), "page", "locator", "statement", "basis", *_SOURCE
    )
    fields = Provenance.objects.filter(asked).order_by()
    fields = fields.values_list(
        *owner, Value("field_sources"), "id", "field", _NO_NUMBER, "locator", "note", "basis", *_SOURCE
    )
    found = defaultdict(lambda: {"mentions": [], "field_sources": []})
    rows = mentions.union(fields, all=True)
    for kind, pk, part, _, field, page, locator, words, basis, *source in sorted(rows, key=_oldest_first):
        said = {"source": dict(zip(SOURCE, source, strict=True)), "locator": known(locator), "basis": basis}
        own = (
            {"page": page, "statement": words} if part == "mentions" else {"field": known(field), "note": known(words)}
        )
        found[kinds[kind], pk][part].append(said | own)
    return found


def _oldest_first(row: tuple) -> tuple:
    _, _, _, pk, field, page, *_, year = row
    return year, page or 0, field, pk
