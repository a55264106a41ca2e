"""Contours of communes, EPCI, départements, régions and project territories.

The contours of the communes overlap or gape in some two hundred places; GEOS first makes them a clean coverage, so
that unions are exact and simplification keeps each border shared by its two sides.
"""

import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context

import numpy as np
import shapely

from .enums import Detail, Level

#: side, in degrees, of the triangles that simplification may remove (0.01° is about a kilometre)
TOLERANCES = {Detail.COUNTRY: 0.02, Detail.REGION: 0.007, Detail.LOCAL: 0.0}
#: decimals kept at each detail: 100 m for the country, 10 m for the town
DECIMALS = {Detail.COUNTRY: 3, Detail.REGION: 3, Detail.LOCAL: 4}

#: the Spanish enclave in the Pyrénées-Orientales
LLIVIA = shapely.Point(1.98, 42.47)
#: gaps between communes narrower than this, in degrees, are mistakes of the drawing
GAP = 0.005
#: levels whose territories share borders; project territories overlap, so each is simplified alone
_COVERAGES = ("region", "departement", "epci", Level.FORMER_REGION.value)


#: the columns of a territory whose place is unknown
NOWHERE = dict.fromkeys(("longitude", "latitude", "west", "south", "east", "north"))


@dataclass
class DrawnContours:
    """Every contour of an edition, ready to store."""

    #: (typed code, detail) → GeoJSON geometry
    geometries: dict[tuple[str, Detail], str] = field(default_factory=dict)
    #: (level, detail, within, digest, gzipped GeoJSON)
    layers: list[tuple[str, Detail, str, str, bytes]] = field(default_factory=list)


def locate(
    communes: dict[str, shapely.Geometry | None], territories: dict[str, dict]
) -> dict[str, dict[str, float | None]]:
    """The columns of ``Territory`` that say where each is: extent, and town hall.

    A commune without a town hall gets a point inside its contour, a wider territory that of its largest commune.
    """
    codes = [code for code, contour in communes.items() if contour is not None]
    bounds = dict(zip(codes, shapely.bounds([communes[code] for code in codes]).round(5).tolist(), strict=True))
    places = {}
    for code in (code for code, row in territories.items() if row["level"] == Level.COMMUNE):
        x, y = territories[code].get("longitude"), territories[code].get("latitude")
        if x is None and code in bounds:
            point = communes[code].representative_point()
            x, y = round(point.x, 5), round(point.y, 5)
        places[code] = _columns(x, y, bounds.get(code))
    for members in _groups(territories).values():
        for code, list_ in members.items():
            extents = [bounds[c] for c in list_ if c in bounds]
            largest = places[max(list_, key=lambda c: territories[c].get("population") or 0)]
            extent = (*np.min(extents, axis=0)[:2], *np.max(extents, axis=0)[2:]) if extents else None
            places[code] = _columns(largest["longitude"], largest["latitude"], extent)
    return places


def _columns(x: float | None, y: float | None, extent) -> dict[str, float | None]:
    west, south, east, north = (None,) * 4 if extent is None else map(float, extent)
    return {"longitude": x, "latitude": y, "west": west, "south": south, "east": east, "north": north}


class ContourBuilder:
    """Builds contours from those of the communes (typed code → polygon in degrees, or None)."""

    def __init__(self, communes: dict[str, shapely.Geometry | None]):
        self.codes = [code for code, contour in communes.items() if contour is not None]
        raw = np.array([communes[code] for code in self.codes], dtype=object)
        self.clean = shapely.coverage_clean(shapely.make_valid(raw), gap_width=GAP)
        self.index = {code: i for i, code in enumerate(self.codes)}
        self.points = shapely.STRtree([*shapely.point_on_surface(self.clean), LLIVIA])

    def communes(self) -> dict[str, shapely.Geometry]:
        return dict(zip(self.codes, self.clean, strict=True))

    def union(self, communes) -> shapely.Geometry | None:
        """The contour of a list of communes, without false holes; None when none of them has one."""
        rows = [self.index[code] for code in communes if code in self.index]
        return self._fill(shapely.coverage_union_all(self.clean[rows])) if rows else None

    def _fill(self, shape: shapely.Geometry) -> shapely.Geometry:
        """Close the holes where the edition lacks the contour of a former commune.

        A hole is real when other communes lie in it (the Enclave des Papes) or when it is abroad (Llívia).
        """
        polygons = []
        for polygon in shapely.get_parts(shape):
            holes = [shapely.Polygon(ring) for ring in polygon.interiors]
            real = [hole.exterior for hole in holes if self.points.query(hole, predicate="contains").size]
            polygons.append(shapely.Polygon(polygon.exterior, real) if len(real) < len(holes) else polygon)
        return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)

    def level(self, members: dict[str, list[str]]) -> dict[Detail, dict[str, shapely.Geometry]]:
        """The contours of one level at each degree of detail; ``members`` lists the communes of each territory."""
        unions = {code: self.union(communes) for code, communes in members.items()}
        unions = {code: union for code, union in unions.items() if union is not None}
        return {detail: simplify(unions, detail) for detail in Detail}


def simplify(contours: dict[str, shapely.Geometry], detail: Detail) -> dict[str, shapely.Geometry]:
    """The same coverage with fewer points; shared borders stay shared, no territory disappears."""
    shapes = np.array(list(contours.values()), dtype=object)
    if len(shapes) and TOLERANCES[detail]:
        shapes = shapely.coverage_simplify(shapes, TOLERANCES[detail])
    return dict(zip(contours, shapes, strict=True))


def to_geojson(shapes: list[shapely.Geometry], detail: Detail) -> list[str]:
    """GeoJSON geometries rounded to what the detail can show."""
    decimals = DECIMALS[detail]
    # Points are rounded, not merged: a tiny island must not collapse, and both sides of a border round alike.
    rounded = shapely.transform(np.array(shapes, dtype=object), lambda points: np.round(points, decimals))
    return list(shapely.to_geojson(rounded))


def layer(features: list[tuple[str, str, str]]) -> tuple[str, bytes]:
    """One gzipped FeatureCollection of ``(code, name, geometry)`` and its digest; the same input gives the same bytes."""
    body = ",".join(
        f'{{"type":"Feature","id":{json.dumps(code)},"properties":{{"name":{json.dumps(name, ensure_ascii=False)}}},'
        f'"geometry":{geometry}}}'
        for code, name, geometry in features
    )
    packed = gzip.compress(f'{{"type":"FeatureCollection","features":[{body}]}}'.encode(), 6, mtime=0)
    return hashlib.sha256(packed).hexdigest()[:16], packed


def members_by(territories: dict[str, dict], parent: str) -> dict[str, list[str]]:
    """Typed code of each territory of a wider level → its communes."""
    members = defaultdict(list)
    for code, territory in territories.items():
        if territory["level"] == Level.COMMUNE and (wider := territory.get(parent)):
            members[wider].append(code)
    return dict(members)


#: below this many communes a second process costs more than it saves
_ASIDE_FROM = 5_000


@contextmanager
def draw_aside(communes: dict[str, shapely.Geometry | None], territories: dict[str, dict]) -> Iterator[Future]:
    """Draw on the other core while the caller writes rows; gives the future of ``draw``."""
    if len(communes) < _ASIDE_FROM:
        done = Future()
        done.set_result(draw(communes, territories))
        yield done
        return
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        yield pool.submit(draw, communes, territories)


def draw(communes: dict[str, shapely.Geometry | None], territories: dict[str, dict]) -> DrawnContours:
    """Every contour and layer of ``territories`` (typed code → row of the importers)."""
    builder, drawn = ContourBuilder(communes), DrawnContours()
    _keep(drawn, builder.communes(), Detail.LOCAL)
    for name, members in _groups(territories).items():
        for part in [members] if name in _COVERAGES else [{code: list_} for code, list_ in members.items()]:
            for detail, contours in builder.level(part).items():
                _keep(drawn, contours, detail)
        if name in _COVERAGES:
            for detail in (Detail.COUNTRY, Detail.REGION):
                _add_layer(drawn, territories, name, detail, "", members)
    for departement, members in members_by(territories, "departement").items():
        _add_layer(drawn, territories, Level.COMMUNE.value, Detail.LOCAL, departement, members)
    return drawn


def _groups(territories: dict[str, dict]) -> dict[str, dict[str, list[str]]]:
    """For each level wider than the commune, its territories and their communes."""
    groups = {parent: members_by(territories, parent) for parent in ("region", "departement", "epci")}
    former = groups[Level.FORMER_REGION.value] = {}
    for code, territory in territories.items():
        if territory["level"] == Level.FORMER_REGION:
            former[code] = [c for d in territory["departements"] for c in groups["departement"].get(d, [])]
        elif territory.get("communes"):
            groups.setdefault(territory["level"].value, {})[code] = territory["communes"]
    return groups


def _keep(drawn: DrawnContours, contours: dict[str, shapely.Geometry], detail: Detail) -> None:
    geometries = to_geojson(list(contours.values()), detail)
    drawn.geometries |= zip(((code, detail) for code in contours), geometries, strict=True)


def _add_layer(drawn, territories, level, detail, within, members) -> None:
    features = [
        (c, territories[c]["name"], drawn.geometries[c, detail]) for c in members if (c, detail) in drawn.geometries
    ]
    drawn.layers.append((level, detail, within, *layer(features)))
