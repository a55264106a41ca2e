"""Small maps for paper: contours and points as one SVG, legible in grey."""

import json
from collections.abc import Iterable, Sequence

from observatory.territories.enums import Detail
from observatory.territories.models import Contour, Territory

from .svg import _area, _fitter, _path, _project, _rings

WIDTH, HEIGHT = 480, 360
Point = tuple[float, float]


def locator(
    territories: Iterable[Territory],
    points: Sequence[Point],
    *,
    detail: Detail = Detail.COUNTRY,
    marked: Territory | None = None,
) -> str:
    """Contours of ``territories`` with dots at ``points`` (longitude, latitude in degrees); empty without a contour.

    ``marked`` is drawn over them, darker. A territory without the ``detail`` asked for is drawn with the one it has.
    """
    under = [t.pk for t in territories if marked is None or t.pk != marked.pk]
    drawn = _shapes(under, detail)
    over = _shapes([marked.pk], detail) if marked else []
    rings = [ring for shape in [*drawn, *over] for ring in shape]
    if not rings:
        return ""
    fit = _fitter(rings, (6, 6, WIDTH - 12, HEIGHT - 12))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
    ]
    for shapes, fill in ((drawn, "#f1ece0"), (over, "#9cc2b7")):
        parts += [
            f'<path d="{_path(sorted(shape, key=_area, reverse=True), fit)}" fill="{fill}" stroke="#7c7a69" stroke-width="1"/>'
            for shape in shapes
        ]
    radius = 7 if len(points) < 20 else 4
    for longitude, latitude in points:
        x, y = fit(_project(longitude, latitude))
        parts.append(f'<circle cx="{x:g}" cy="{y:g}" r="{radius}" fill="#0b5d4e" stroke="#fff" stroke-width="1.5"/>')
    return "".join([*parts, "</svg>"])


def _shapes(territories: list[int], detail: Detail) -> list[list]:
    """The rings of each territory that has a contour, nearest to the detail asked for."""
    contours: dict[int, Contour] = {}
    for contour in Contour.objects.filter(territory__in=territories).order_by("territory", "detail"):
        known = contours.get(contour.territory_id)
        if known is None or abs(contour.detail - detail) < abs(known.detail - detail):
            contours[contour.territory_id] = contour
    return [_rings(json.loads(contour.geometry)) for contour in contours.values()]


def inside(territory: Territory, points: Iterable[Point]) -> list[Point]:
    """The points in the extent of a territory: those that its map can show."""
    if territory.bbox is None:
        return []
    west, south, east, north = territory.bbox
    return [(x, y) for x, y in points if west <= x <= east and south <= y <= north]
