"""The current search of the directory as a file: CSV, XLSX, GeoJSON."""

import json
from collections.abc import Iterable, Iterator

from django.http import HttpResponse, StreamingHttpResponse

from observatory.pages import downloads
from observatory.pages.downloads import CHUNK, XLSX_ROWS, attach

from .models import Actor

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


def _rows(actors) -> Iterator[Actor]:
    return actors.for_export().iterator(chunk_size=CHUNK)


def csv_response(actors, name: str) -> StreamingHttpResponse:
    return downloads.csv_response(_rows(actors), COLUMNS, name)


def xlsx_response(actors, name: str) -> HttpResponse:
    return downloads.xlsx_response(_rows(actors[: XLSX_ROWS - 1]), COLUMNS, name, sheet="Acteurs")


def geojson_response(actors, name: str) -> StreamingHttpResponse:
    """One feature per actor; those without a point have a null geometry (RFC 7946). Streamed."""

    def parts() -> Iterable[str]:
        yield '{"type":"FeatureCollection","features":['
        for index, actor in enumerate(_rows(actors)):
            yield ("," if index else "") + json.dumps(_feature(actor), ensure_ascii=False)
        yield "]}"

    return attach(StreamingHttpResponse(parts(), content_type="application/geo+json"), f"{name}.geojson")


def _feature(actor: Actor) -> dict:
    properties = {column: value(actor) for column, value in COLUMNS if column not in ("longitude", "latitude")}
    properties["verifie_le"] = actor.checked_on and actor.checked_on.isoformat()
    geometry = None if actor.point is None else {"type": "Point", "coordinates": list(actor.point)}
    return {"type": "Feature", "id": actor.public_id, "geometry": geometry, "properties": properties}


FORMATS = {
    "csv": ("CSV", csv_response),
    "xlsx": ("Excel (XLSX)", xlsx_response),
    "geojson": ("GeoJSON", geojson_response),
}
