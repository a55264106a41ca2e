"""What the resources of the kits share: the version that holds, links, documents."""

from collections.abc import Iterable

from django.db.models import Exists, F, OuterRef, QuerySet
from rest_framework import serializers

from observatory.api.shapes import SOURCE, RecordRef, Shape, through
from observatory.records.enums import State

from ...api.parts import grouped
from ..enums import LeverLevel
from ..models import EditionSheet, Links

#: the place of a fiche, by (columns of its fiche and kit)
SHEET = (*through("sheet", "public_id", "name", "key", "number"), *through("sheet__kit", "key", "name"))
VERSION_SOURCE = through("version__source", *SOURCE)


class ActorMention(Shape):
    """An organisation as the document writes it."""

    actor = RecordRef(allow_null=True, help_text="Fiche de l’annuaire.")
    name = serializers.CharField(help_text="Nom que la source écrit.")


class Deduced(Shape):
    field = serializers.CharField(help_text="Champ déduit.")
    note = serializers.CharField(help_text="Ce qui fonde la déduction.")


def levels(help_text: str) -> serializers.ListField:
    return serializers.ListField(child=serializers.ChoiceField(choices=LeverLevel.choices), help_text=help_text)


def deduced(row: dict) -> list[dict]:
    return [{"field": field, "note": note} for field, note in sorted(row["deduced"].items())]


def latest(rows: QuerySet, owner: str, *columns: str, version: str = "version") -> dict[int, dict]:
    """The words that hold, by the key of what they tell: those of an edition in force, else of the latest document."""
    held = EditionSheet.objects.filter(
        version=OuterRef(f"{version}_id" if version != "pk" else "pk"), edition__is_current=True
    )
    source = "source" if version == "pk" else "version__source"
    rows = rows.annotate(in_force=Exists(held)).order_by("in_force", f"{source}__year", "pk")
    return {row[owner]: row for row in rows.values(owner, *columns)}


def key_refs(found: Links) -> dict[str, list[dict]]:
    """The themes and instruments of a record as ``KeyRef`` rows."""
    return {name: [{"key": link.key, "name": link.name} for link in rows] for name, rows in found._asdict().items()}


def actor_links(through_model: type, owner: str, pks: Iterable[int]) -> dict[int, list[dict]]:
    """Published actors of a many-to-many link, as ``RecordRef`` rows by its owner."""
    rows = through_model.objects.filter(**{f"{owner}__in": pks}, actor__state=State.PUBLISHED)
    rows = rows.order_by("actor__sort_key", "actor").values(
        owner=F(f"{owner}_id"), public_id=F("actor__public_id"), name=F("actor__name")
    )
    return grouped(rows, "owner")


def refs(rows: list[dict]) -> list[dict]:
    return [{"id": row["public_id"], "name": row["name"]} for row in rows]
