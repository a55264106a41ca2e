"""The current search as a file: CSV for spreadsheets, XLSX, GeoJSON."""

import csv
import io
import json
from collections.abc import Iterable, Iterator

from django.http import HttpResponse, StreamingHttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from .models import Actor

#: a spreadsheet holds no more rows than this, header included
XLSX_ROWS = 1_048_576
CHUNK = 2_000

COLUMNS = [
    ("identifiant", lambda a: a.public_id),
    ("nom", lambda a: a.name),
    ("sigle", lambda a: a.acronym),
    ("siren", lambda a: a.siren),
    ("siret", lambda a: a.siret),
    ("rna", lambda a: a.rna),
    ("ess", lambda a: {True: "oui", False: "non", None: ""}[a.is_ess]),
    ("famille", lambda a: a.get_family_display()),
    ("forme_juridique", lambda a: a.get_legal_form_display()),
    ("thematiques", lambda a: " | ".join(theme.name for theme in a.themes.all())),
    ("activites", lambda a: " | ".join(a.activities)),
    ("labels", lambda a: " | ".join(str(flag) for flag in a.flags.all())),
    ("adresse", lambda a: a.address),
    ("commune", lambda a: a.commune and a.commune.name),
    ("code_commune", lambda a: a.commune and a.commune.official_code),
    ("departement", lambda a: a.departement and a.departement.name),
    ("region", lambda a: a.region and a.region.name),
    ("longitude", lambda a: a.longitude),
    ("latitude", lambda a: a.latitude),
    ("precision", lambda a: a.get_precision_display()),
    ("telephone", lambda a: a.telephone),
    ("courriel", lambda a: a.email),
    ("site", lambda a: a.website),
    ("description", lambda a: a.description),
    ("verifie_le", lambda a: a.checked_on),
    ("changement", lambda a: a.change),
]


def safe_cell(value):
    """A value that no spreadsheet takes for a formula: text that begins like one gets an apostrophe."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" else value


def _rows(actors) -> Iterator[Actor]:
    return actors.for_export().iterator(chunk_size=CHUNK)


class _Echo:
    def write(self, value):
        return value


def csv_response(actors, name: str) -> StreamingHttpResponse:
    """Semicolons and a byte-order mark, as French spreadsheets expect; streamed."""
    writer = csv.writer(_Echo(), delimiter=";")

    def lines() -> Iterable[str]:
        yield "\ufeff" + writer.writerow([column for column, _ in COLUMNS])
        for actor in _rows(actors):
            yield writer.writerow([safe_cell(value(actor)) for _, value in COLUMNS])

    return _attach(StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8"), f"{name}.csv")


def geojson_response(actors, name: str) -> StreamingHttpResponse:
    """One feature per actor; those without a point have a null geometry (RFC 7946). Streamed."""

    def parts() -> Iterable[str]:
        yield '{"type":"FeatureCollection","features":['
        for index, actor in enumerate(_rows(actors)):
            yield ("," if index else "") + json.dumps(_feature(actor), ensure_ascii=False)
        yield "]}"

    return _attach(StreamingHttpResponse(parts(), content_type="application/geo+json"), f"{name}.geojson")


def _feature(actor: Actor) -> dict:
    properties = {column: value(actor) for column, value in COLUMNS if column not in ("longitude", "latitude")}
    properties["verifie_le"] = actor.checked_on and actor.checked_on.isoformat()
    geometry = None if actor.point is None else {"type": "Point", "coordinates": list(actor.point)}
    return {"type": "Feature", "id": actor.public_id, "geometry": geometry, "properties": properties}


def xlsx_response(actors, name: str) -> HttpResponse:
    """One sheet; text stays text, so that a SIRET keeps its zeros and nothing is taken for a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Acteurs")
    sheet.append([column for column, _ in COLUMNS])
    for actor in _rows(actors[: XLSX_ROWS - 1]):
        sheet.append([_cell(sheet, value(actor)) for _, value in COLUMNS])
    buffer = io.BytesIO()
    book.save(buffer)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _attach(HttpResponse(buffer.getvalue(), content_type=kind), f"{name}.xlsx")


def _cell(sheet, value):
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("", value)
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"  # openpyxl would make a formula of "=…"
    return cell


def _attach(response, filename: str):
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


FORMATS = {
    "csv": ("CSV", csv_response),
    "xlsx": ("Excel (XLSX)", xlsx_response),
    "geojson": ("GeoJSON", geojson_response),
}
