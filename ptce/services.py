"""Writes of the second floor that touch several rows: the reference data of the documents."""

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal

from django.db import transaction

from observatory.records.models import Source

from .loading import Loader
from .models import Filiere, Indicator, IndicatorRow


@transaction.atomic
def load_reference(
    *,
    panel: list[dict],
    poles: list[dict],
    indicators: list[dict],
    sources: dict[str, Source],
    advance: Callable[[int], None] = lambda n=1: None,
) -> dict[str, int]:
    """Create or bring up to date the poles and the study's indicators; gives the number of records of each kind.

    What was corrected by hand keeps its value; a load that changes nothing draws no change number.
    """
    loader = Loader(sources)
    said = defaultdict(list)
    for row in poles:
        said[row["pole"]].append(row)
    keys = {row["key"]: row for row in panel}
    for key in [*keys, *(key for key in said if key not in keys)]:
        loader.pole(key, keys.get(key), said[key])
        advance(1)
    Filiere.objects.filter(poles=None).delete()
    _load_indicators(indicators, sources)
    return {"poles": len(keys | said), "indicators": len(indicators)}


def _load_indicators(rows: list[dict], sources: dict[str, Source]) -> None:
    """Bring the indicators to the fixtures; those that left them are removed."""
    Indicator.objects.exclude(key__in=[row["key"] for row in rows]).delete()
    for order, row in enumerate(rows):
        indicator, _ = Indicator.objects.update_or_create(
            key=row["key"],
            defaults={
                **{column: row.get(column) or "" for column in ("section", "title", "unit", "base", "note")},
                "kind": row["kind"],
                "year": row.get("year"),
                "claims": row.get("claims") or [],
                "source": sources[row["source"]],
                "page": row.get("page"),
                "order": order,
            },
        )
        indicator.rows.all().delete()
        IndicatorRow.objects.bulk_create(
            IndicatorRow(
                indicator=indicator,
                label=line["label"],
                series=line.get("series") or "",
                value=None if line.get("value") is None else Decimal(str(line["value"])),
                text=line.get("text") or "",
                page=line.get("page"),
                order=position,
            )
            for position, line in enumerate(row["rows"])
        )
