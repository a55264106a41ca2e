"""Where the value of each field comes from, as the form says it under the field."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Model

from observatory.records.models import Provenance
from observatory.records.sources import HAND

#: plain field → other names under which a loader may have recorded its source
ALIASES = {"labels": ("flags",), "point": ("longitude", "latitude")}


@dataclass(frozen=True)
class Origin:
    """A source with its year, or the day of a correction by hand; ``locked`` keeps loads from the field."""

    source: str = ""
    on: date | None = None
    by_hand: bool = False
    locked: bool = False
    note: str = ""


def origins(
    record: Model | None, fields: Iterable[str], values: Mapping[str, object] | None = None
) -> dict[str, Origin]:
    """The origin of each field: its own, else that of the whole record, else the latest document that mentions it.

    A field that is empty in ``values`` has an origin only when somebody has said so of the field itself.
    """
    if record is None:
        return {}
    known: dict[str, Provenance] = {}
    for provenance in record.provenances.select_related("source").order_by("locked", "pk"):
        known[provenance.field] = provenance
    whole = _origin(known[""]) if "" in known else _latest_mention(record)
    found = {}
    for field in fields:
        own = next((known[name] for name in (field, *ALIASES.get(field, ())) if name in known), None)
        silent = values is not None and values.get(field) in (None, "", [], False)
        if origin := _origin(own) if own else (None if silent else whole):
            found[field] = origin
    return found


def _origin(provenance: Provenance) -> Origin:
    source = provenance.source
    return Origin(
        source=str(source),
        on=provenance.recorded_on,
        by_hand=source.key == HAND,
        locked=provenance.locked and bool(provenance.field),
        note=provenance.note,
    )


def _latest_mention(record: Model) -> Origin | None:
    cited = getattr(record, "mentions", None) or getattr(record, "citations", None)
    latest = cited and cited.select_related("source").order_by("-source__year", "-pk").first()
    return Origin(source=str(latest.source)) if latest else None
