"""Contours of communes, EPCI, départements, régions and project territories.

The contours of the communes overlap or gape in some two hundred places; GEOS first makes them a clean coverage, so
that unions are exact and simplification keeps each border shared by its two sides.
"""

import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import shapely

from .enums import Detail, Level

#: side, in degrees, of the triangles that simplification may remove (0.01° is about a kilometre)
TOLERANCES = {Detail.COUNTRY: 0.02, Detail.REGION: 0.007, Detail.LOCAL: 0.0}
#: decimals kept at each detail: 100 m for the country, 10 m for the town
DECIMALS = {Detail.COUNTRY: 3, Detail.REGION: 3, Detail.LOCAL: 4}

#: levels whose territories share borders; project territories overlap, so each is simplified alone
_COVERAGES = ("region", "departement", "epci", Level.FORMER_REGION.value)


@dataclass
class DrawnContours:
    """Every contour of an edition, ready to store."""

    #: (typed code, detail) → GeoJSON geometry
    geometries: dict[tuple[str, Detail], str] = field(default_factory=dict)
    #: typed code → west, south, east, north in degrees
    extents: dict[str, tuple[float, float, float, float]] = field(default_factory=dict)
    #: typed code → longitude, latitude of a point inside
    points: dict[str, tuple[float, float]] = field(default_factory=dict)
    #: (level, detail, within, digest, gzipped GeoJSON)
    layers: list[tuple[str, Detail, str, str, bytes]] = field(default_factory=list)

    def place(self, code: str, territory: dict) -> dict[str, float | None]:
        """The columns of ``Territory`` that say where it is: its town hall, else a point inside, and its extent."""
        longitude, latitude = territory.get("longitude"), territory.get("latitude")
        if longitude is None:
            longitude, latitude = self.points.get(code, (None, None))
        west, south, east, north = self.extents.get(code, (None,) * 4)
        return {
            "longitude": longitude,
            "latitude": latitude,
            "west": west,
            "south": south,
            "east": east,
            "north": north,
        }


class ContourBuilder:
    """Builds contours from those of the communes (typed code → polygon in degrees, or None)."""

    def __init__(self, communes: dict[str, shapely.Geometry | None]):
        self.codes = [code for code, contour in communes.items() if contour is not None]
        raw = np.array([communes[code] for code in self.codes], dtype=object)
        self.clean = shapely.coverage_clean(shapely.make_valid(raw))
        self.index = {code: i for i, code in enumerate(self.codes)}

    def communes(self) -> dict[str, shapely.Geometry]:
        return dict(zip(self.codes, self.clean, strict=True))

    def union(self, communes) -> shapely.Geometry | None:
        """The contour of a list of communes; None when none of them has one."""
        rows = [self.index[code] for code in communes if code in self.index]
        return shapely.coverage_union_all(self.clean[rows]) if rows else None

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


def draw(
    communes: dict[str, shapely.Geometry | None],
    territories: dict[str, dict],
    advance: Callable[[int], None] = lambda n: None,
) -> DrawnContours:
    """Every contour and layer of ``territories`` (typed code → row of the importers); ``advance`` counts seven steps."""
    builder, drawn = ContourBuilder(communes), DrawnContours()
    advance(1)
    _keep(drawn, builder.communes(), Detail.LOCAL)
    advance(1)
    for name, members in _groups(territories).items():
        for part in [members] if name in _COVERAGES else [{code: list_} for code, list_ in members.items()]:
            for detail, contours in builder.level(part).items():
                _keep(drawn, contours, detail)
        if name in _COVERAGES:
            for detail in (Detail.COUNTRY, Detail.REGION):
                _add_layer(drawn, territories, name, detail, "", members)
            advance(1)
    for departement, members in members_by(territories, "departement").items():
        _add_layer(drawn, territories, Level.COMMUNE.value, Detail.LOCAL, departement, members)
    advance(1)
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
    if detail == Detail.LOCAL:
        for code, contour in contours.items():
            drawn.extents[code] = tuple(round(value, 5) for value in contour.bounds)
            point = contour.representative_point()
            drawn.points[code] = (round(point.x, 5), round(point.y, 5))


def _add_layer(drawn, territories, level, detail, within, members) -> None:
    features = [
        (c, territories[c]["name"], drawn.geometries[c, detail]) for c in members if (c, detail) in drawn.geometries
    ]
    drawn.layers.append((level, detail, within, *layer(features)))
