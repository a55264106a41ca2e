"""The examples of the OpenAPI document: records of the reference data, in every format, and every refusal.

``fixtures/api/<resource>.json`` is written by ``manage.py api_examples``. What the reference data do not have (no checklist
is published there, nothing was removed, no contour fits a page) is written by hand and says so in its summary.
"""

import json
from functools import cache
from itertools import chain

from django.conf import settings
from rest_framework.serializers import Serializer

from . import flat, formats
from .renderers import FrenchJSONRenderer

#: stands for the address of the portal
ADDRESS = "https://observatoire.exemple"
FOLDER = settings.FIXTURES_DIR / "api"
REAL, INVENTED = "Fiche de la démonstration", "Exemple inventé : la démonstration n’en a pas"
_INVENTED = {"checklists"}
_TEXT = (formats.GeoJSON, formats.CSV, formats.NDJSON)


@cache
def read(name: str) -> dict:
    """The example of a resource, or of an address that lists none."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def summary(prefix: str) -> str:
    return INVENTED if prefix in _INVENTED else REAL


def page(prefix: str) -> dict:
    """The first page of a list that holds the example alone."""
    return {"count": 1, "next": None, "previous": None, "results": [read(prefix)]}


def changes(prefix: str, kind: str) -> dict:
    """The same list read by its changes, two fields of each record, with one that was merged with the example."""
    record = read(prefix)
    gone = {"kind": kind, "reason": "merged", "survivor": record["id"]}
    return {
        **page(prefix),
        "results": [{"id": record["id"], "name": record["name"]}],
        "removed": [{"id": "0000000000", **gone, "change": record["change"] + 1, "removed_at": REMOVED_AT}],
        "since": record["change"] - 1,
        "change": record["change"] + 1,
    }


REMOVED_AT = "2026-03-31T08:00:00+02:00"
REMOVED = {
    "count": 1,
    "next": None,
    "previous": None,
    "results": [
        {
            "id": "0000000000",
            "kind": "actor",
            "reason": "deleted",
            "survivor": None,
            "change": 20_001,
            "removed_at": REMOVED_AT,
        }
    ],
    "since": 20_000,
    "change": 20_001,
}
CONTOUR = {
    "type": "Feature",
    "id": "commune-59350",
    "properties": {"name": "Lille", "detail": "local"},
    "geometry": {"type": "Polygon", "coordinates": [[[3.0, 50.6], [3.1, 50.6], [3.1, 50.7], [3.0, 50.7], [3.0, 50.6]]]},
}


def in_formats(prefix: str, shape: type[Serializer], *, many: bool) -> dict[str, object]:
    """Media type → the example as that format writes it; formats that are no text have none."""
    record, table = read(prefix), flat.table(shape)
    found = {FrenchJSONRenderer.media_type: page(prefix) if many else record}
    for renderer in map(_made, _TEXT):
        if isinstance(renderer, formats.GeoJSON) and "coordinates" not in record:
            continue
        parts = renderer.write([[record]], table) if many else renderer.write_one(record, table)
        text = b"".join(chain(parts)).decode("utf-8-sig")
        found[renderer.media_type] = json.loads(text) if isinstance(renderer, formats.GeoJSON) else text
    return found


def _made(renderer: type[formats.FileRenderer]) -> formats.FileRenderer:
    return renderer()
