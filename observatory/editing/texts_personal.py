"""Where somebody is named in passing: the free texts of records and what their history remembers of them.

A note or a description belongs to its record, so only the words that name the person leave it.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Cast
from django.urls import reverse

from observatory.accounts.personal import Finder, Item, register

from . import services
from .enums import Through
from .models import Revision
from .registry import Kind, kind_by_key, kinds
from .services import Author

REMOVED = "[retiré]"
WHY = "Nom d’une personne retiré, à sa demande."
#: a shorter text is in too many words to name somebody
SHORTEST = 3
MOST = 100
#: shorter columns hold codes and names of organisations
LONG = 200


def find_texts(text: str) -> list[Item]:
    """Records of every kind whose free texts hold ``text``."""
    text = text.strip()
    if len(text) < SHORTEST:
        return []
    return [_of_record(kind, record, text) for kind in kinds() for record in _records(kind, text)]


def erase_texts(ids: list[str]) -> int:
    """Take the words out of the records' texts and out of their history; gives how many records they left."""
    erased = 0
    for kind, public_id, text in map(_read, ids):
        record = kind.model._base_manager.filter(public_id=public_id).first()
        if record is None:
            continue
        with transaction.atomic():
            held = kind.read(record)
            cleaned = {name: without(held[name], text) for name in _texts(kind) if held.get(name)}
            changed = {name: value for name, value in cleaned.items() if value != held[name]}
            services.change(record, changed, Author(through=Through.ADMIN, comment=WHY))
            _clean(Revision.objects.of(record), text)
        erased += bool(changed)
    return erased


def find_history(text: str) -> list[Item]:
    """Records whose history holds ``text``, whether or not they still do."""
    text = text.strip()
    if len(text) < SHORTEST:
        return []
    held = _remembering(Revision.objects.all(), text).order_by("kind", "public_id")
    named = held.values_list("kind", "public_id").distinct()[:MOST]
    return [_of_history(kind_by_key(kind), public_id, text) for kind, public_id in named]


def erase_history(ids: list[str]) -> int:
    """Take the words out of what the history remembers; gives how many revisions held them."""
    erased = 0
    for kind, public_id, text in map(_read, ids):
        erased += _clean(Revision.objects.filter(kind=kind.key, public_id=public_id), text)
    return erased


def _texts(kind: Kind) -> Iterator[str]:
    """The fields of a kind where somebody writes sentences."""
    for field in kind.model._meta.concrete_fields:
        if field.name not in kind.labels or field.choices or field.name == "name":
            continue
        if isinstance(field, models.URLField | models.EmailField):
            continue
        if isinstance(field, models.TextField) or (isinstance(field, models.CharField) and field.max_length >= LONG):
            yield field.name


def _records(kind: Kind, text: str) -> models.QuerySet:
    held = _holding(_texts(kind), _spellings(text))
    return kind.model._base_manager.filter(held).order_by("pk")[:MOST] if held else kind.model.objects.none()


def _of_record(kind: Kind, record: models.Model, text: str) -> Item:
    held = kind.read(record)
    said = {kind.labels[name]: held[name] for name in _texts(kind) if text.casefold() in str(held[name]).casefold()}
    return Item("texte", f"{record} ({kind.noun})", _history_of(kind, record.public_id), said, _id(kind, record, text))


def _of_history(kind: Kind, public_id: str, text: str) -> Item:
    data = {"nature": kind.noun, "identifiant": public_id}
    label = f"Historique : {kind.noun} {public_id}"
    return Item("historique", label, _history_of(kind, public_id), data, f"{kind.key}.{public_id}.{text}")


def _history_of(kind: Kind, public_id: str) -> str:
    return reverse("editing:history", args=[kind.slug, public_id])


def _id(kind: Kind, record: models.Model, text: str) -> str:
    return f"{kind.key}.{record.public_id}.{text}"


def _read(item_id: str) -> tuple[Kind, str, str]:
    key, public_id, text = item_id.split(".", 2)
    return kind_by_key(key), public_id, text


def _remembering(revisions: models.QuerySet, text: str) -> models.QuerySet:
    # SQLite keeps the JSON as Python wrote it, with accents as escapes; PostgreSQL gives the characters.
    spelt = _spellings(text)
    escaped = {json.dumps(spelling)[1:-1] for spelling in spelt}
    rows = revisions.annotate(said=Cast("fields", models.TextField()))
    return rows.filter(_holding(["said"], spelt | escaped) | _holding(["comment"], spelt))


def _spellings(text: str) -> set[str]:
    """SQLite sees no small letter in a capital with an accent: a name as it is written most often."""
    return {text, text.lower(), text.upper(), text.title(), text.capitalize()}


def _holding(names: Iterable[str], texts: set[str]) -> Q:
    return Q(*((f"{name}__icontains", text) for name in names for text in texts), _connector=Q.OR)


def _clean(revisions: models.QuerySet, text: str) -> int:
    held = list(_remembering(revisions, text))
    for revision in held:
        revision.fields, revision.comment = without(revision.fields, text), without(revision.comment, text)
    return Revision.objects.bulk_update(held, ["fields", "comment"])


def without(value: Any, text: str) -> Any:
    """A plain value whose strings no longer hold ``text``, whatever its case."""
    if isinstance(value, str):
        return re.sub(re.escape(text), REMOVED, value, flags=re.IGNORECASE)
    if isinstance(value, list):
        return [without(part, text) for part in value]
    if isinstance(value, dict):
        return {key: without(part, text) for key, part in value.items()}
    return value


register(Finder("text", "Textes des fiches", find_texts, erase_texts))
register(Finder("history", "Historique des fiches", find_history, erase_history))
