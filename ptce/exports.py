"""The current search of poles as a file: CSV for spreadsheets, XLSX, GeoJSON."""

import json

from django.http import HttpResponse, StreamingHttpResponse

from observatory.pages import downloads

from .enums import FigureKey, Objective
from .models import Pole
from .places import pole_spot
from .profile import latest


def _figure(key: FigureKey):
    def value(pole):
        figure = latest(pole.figures.all(), key)
        return None if figure is None else float(figure.value)

    return value


def _point(pole: Pole) -> tuple[float, float] | tuple[None, None]:
    spot = pole_spot(pole)
    return (spot.longitude, spot.latitude) if spot else (None, None)


def _listed(name: str):
    return lambda pole: " | ".join(str(one) for one in getattr(pole, name).all())


COLUMNS = [
    ("identifiant", lambda p: p.public_id),
    ("nom", lambda p: p.name),
    ("autres_noms", lambda p: " | ".join(p.other_names)),
    ("region", lambda p: p.region and p.region.name),
    ("region_avant_2016", lambda p: p.region_then and p.region_then.name),
    ("departement", lambda p: p.departement and p.departement.name),
    ("etape", lambda p: p.get_stage_display()),
    ("creation", lambda p: p.created),
    ("structure_porteuse", lambda p: p.carrier),
    ("forme_juridique", lambda p: p.get_legal_form_display()),
    ("perimetre", lambda p: p.get_perimeter_display()),
    ("impulsion", lambda p: p.get_impulsion_display()),
    ("dynamique", lambda p: p.get_dynamic_display()),
    ("filieres", _listed("filieres")),
    ("thematiques", _listed("themes")),
    ("objectifs", lambda p: " | ".join(Objective(key).label for key in p.objectives)),
    ("reconnaissances", _listed("recognitions")),
    ("budget_cellule_euros", _figure(FigureKey.CELL_BUDGET)),
    ("autofinancement_pour_cent", _figure(FigureKey.SELF_FINANCING)),
    ("postes_cellule_etp", _figure(FigureKey.POSTS)),
    ("structures_membres", _figure(FigureKey.MEMBER_STRUCTURES)),
    ("salaries_des_membres", _figure(FigureKey.EMPLOYEES)),
    ("budget_consolide_euros", _figure(FigureKey.CONSOLIDATED_BUDGET)),
    ("lieu", lambda p: p.place_name),
    ("adresse_du_lieu", lambda p: p.place_address),
    ("surface_du_lieu_m2", lambda p: p.place_area),
    ("longitude", lambda p: _point(p)[0]),
    ("latitude", lambda p: _point(p)[1]),
    ("site", lambda p: p.website),
    ("description", lambda p: p.description),
    ("source", lambda p: p.source and str(p.source)),
    ("verifie_le", lambda p: p.checked_on and p.checked_on.isoformat()),
    ("changement", lambda p: p.change),
]


def for_export(poles):
    """The poles with all that a file holds, in a constant number of queries."""
    links = ("filieres", "themes", "recognitions", "figures")
    return poles.select_related("region", "region_then", "departement", "actor", "source").prefetch_related(*links)


def csv_response(poles, name: str) -> StreamingHttpResponse:
    return downloads.csv_response(for_export(poles), COLUMNS, name)


def xlsx_response(poles, name: str) -> HttpResponse:
    return downloads.xlsx_response(for_export(poles), COLUMNS, name, sheet="Pôles")


def geojson_response(poles, name: str) -> HttpResponse:
    """One feature per pole; those that nothing places have a null geometry (RFC 7946)."""
    features = [_feature(pole) for pole in for_export(poles)]
    body = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    return downloads.attach(HttpResponse(body, content_type="application/geo+json"), f"{name}.geojson")


def _feature(pole: Pole) -> dict:
    longitude, latitude = _point(pole)
    geometry = None if longitude is None else {"type": "Point", "coordinates": [longitude, latitude]}
    properties = {column: value(pole) for column, value in COLUMNS if column not in ("longitude", "latitude")}
    return {"type": "Feature", "id": pole.public_id, "geometry": geometry, "properties": properties}


FORMATS = {
    "csv": ("CSV", csv_response),
    "xlsx": ("Excel (XLSX)", xlsx_response),
    "geojson": ("GeoJSON", geojson_response),
}
