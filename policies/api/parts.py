"""What the resources of the third floor share: who acts; the rest comes from the ground floor."""

from observatory.api.parts import (
    CHECKED_ON,
    FIELD_SOURCES,
    MENTIONS,
    RECORD,
    KeyRef,
    day,
    euros,
    exact,
    grouped,
    iso,
    key_ref,
    percent,
    record_ref,
    statements,
)
from observatory.api.shapes import PlaceRef, RecordRef, Shape, known, ref, text, through

__all__ = [
    "CHECKED_ON",
    "FIELD_SOURCES",
    "MENTIONS",
    "RECORD",
    "Body",
    "KeyRef",
    "body",
    "body_columns",
    "day",
    "euros",
    "exact",
    "grouped",
    "iso",
    "key_ref",
    "percent",
    "record_ref",
    "statements",
]


class Body(Shape):
    """Who acts: a public body of today, an organisation, or only the name that the source writes."""

    collectivity = PlaceRef(allow_null=True, help_text="Collectivité d’aujourd’hui.")
    actor = RecordRef(allow_null=True, help_text="Fiche de l’annuaire, si ce n’est pas une collectivité.")
    name_then = text("Nom que la source écrit.")


def body_columns(actor: str) -> list[str]:
    """What ``body`` reads; ``actor`` is the column of the organisation that acts."""
    return ["body_then", *through("body", "code", "name"), *through(actor, *RECORD)]


def body(row: dict, actor: str) -> dict:
    """A ``Body`` from ``body_columns``."""
    return {
        "collectivity": ref(row, "body"),
        "actor": record_ref(row, actor),
        "name_then": known(row["body_then"]),
    }
