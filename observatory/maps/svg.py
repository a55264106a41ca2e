"""Maps drawn on the server: the régions as SVG paths, overseas beside the mainland, no JavaScript needed."""

import itertools
import json
import math
from dataclasses import dataclass

from observatory.territories.enums import Detail, Level
from observatory.territories.models import Contour

WIDTH, HEIGHT = 640, 640
#: overseas régions and the box, in the drawing, where each is shown at its own scale
INSETS = {
    "region-01": (8, 18, 82, 82),
    "region-02": (8, 128, 82, 82),
    "region-03": (8, 238, 82, 82),
    "region-04": (8, 348, 82, 82),
    "region-06": (8, 458, 82, 82),
}
MAINLAND = (96, 6, 538, 628)


@dataclass(frozen=True)
class Shape:
    """A territory as an SVG path, and where its label goes."""

    code: str
    name: str
    path: str
    x: float
    y: float
    is_inset: bool


def _project(longitude: float, latitude: float) -> tuple[float, float]:
    """Web Mercator, in arbitrary units, y downwards."""
    return math.radians(longitude), -math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2))


def _rings(geometry: dict) -> list[list[tuple[float, float]]]:
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [[_project(*point) for point in ring] for polygon in polygons for ring in polygon]


def _fitter(rings, box):
    x, y, width, height = box
    xs = [p[0] for ring in rings for p in ring]
    ys = [p[1] for ring in rings for p in ring]
    scale = min(width / (max(xs) - min(xs)), height / (max(ys) - min(ys)))
    left = x + (width - scale * (max(xs) - min(xs))) / 2 - scale * min(xs)
    top = y + (height - scale * (max(ys) - min(ys))) / 2 - scale * min(ys)
    return lambda p: (round(left + scale * p[0], 1), round(top + scale * p[1], 1))


def _path(rings, fit) -> str:
    parts = []
    for ring in rings:
        points = list(dict.fromkeys(fit(p) for p in ring))
        if len(points) > 2:
            parts.append("M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z")
    return "".join(parts)


def region_shapes() -> list[Shape]:
    """The eighteen régions at country detail; empty before the geography is loaded."""
    contours = Contour.objects.filter(
        territory__level=Level.REGION, territory__is_current=True, detail=Detail.COUNTRY
    ).select_related("territory")
    drawn = {c.territory.code: (c.territory, _rings(json.loads(c.geometry))) for c in contours}
    mainland = [ring for code, (_, rings) in drawn.items() if code not in INSETS for ring in rings]
    shapes = []
    for code, (territory, rings) in sorted(drawn.items()):
        fit = _fitter(rings, INSETS[code]) if code in INSETS else _fitter(mainland, MAINLAND)
        largest = max(rings, key=_area)
        x, y = fit((sum(p[0] for p in largest) / len(largest), sum(p[1] for p in largest) / len(largest)))
        shapes.append(Shape(code, territory.name, _path(rings, fit), x, y, code in INSETS))
    return shapes


def _area(ring) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise(ring)))
