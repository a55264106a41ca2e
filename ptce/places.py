"""Where poles and their members are on a map: few points, all sent with the page."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from observatory.territories.models import named

_TERRITORIES = (
    *("region", "region_then", "departement"),
    *("actor__commune", "actor__territory", "actor__departement", "actor__region"),
)
#: columns that say where a pole is and place it on a map
PLACED = (
    *named(*_TERRITORIES),
    *("departement__longitude", "departement__latitude", "actor__longitude", "actor__latitude"),
)
#: what « France » shows first: points overseas do not shrink it
MAINLAND = (-5.5, 41.0, 10.0, 51.5)
#: degrees around a lonely point
MARGIN = 0.15


def with_places(poles):
    """Poles with the territories that name where they are; ``only`` may then name ``PLACED``."""
    return poles.select_related("actor", *_TERRITORIES)


@dataclass(frozen=True)
class Spot:
    """Somebody on a map."""

    name: str
    url: str
    #: shape and colour of the mark: a family of actors, ``pole`` or ``collectivity``
    family: str
    longitude: float
    latitude: float


@dataclass(frozen=True)
class Places:
    """What ``_map.html`` takes: the points as JSON (see static/js/map.js), the first view, how many there are."""

    json: str
    bbox: tuple[float, float, float, float]
    count: int


def gather(spots: Iterable[Spot]) -> Places | None:
    """Those that stand at one point share a mark; None when nobody is anywhere."""
    marks: dict[tuple[float, float], list] = {}
    for spot in spots:
        point = round(spot.longitude, 4), round(spot.latitude, 4)
        marks.setdefault(point, []).append([spot.name, spot.url, spot.family])
    if not marks:
        return None
    rows = [[*point, names] for point, names in marks.items()]
    return Places(json.dumps(rows, ensure_ascii=False), _extent(list(marks)), sum(len(row[2]) for row in rows))


def _extent(points: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    west, south, east, north = MAINLAND
    near = [(x, y) for x, y in points if west <= x <= east and south <= y <= north] or points
    xs, ys = [x for x, _ in near], [y for _, y in near]
    return min(xs) - MARGIN, min(ys) - MARGIN, max(xs) + MARGIN, max(ys) + MARGIN


def pole_spot(pole) -> Spot | None:
    """A pole at the point of its actor, else at the chief town of its département; None when neither is known."""
    if pole.actor and pole.actor.point:
        point = pole.actor.point
    elif pole.departement and pole.departement.longitude is not None:
        point = pole.departement.longitude, pole.departement.latitude
    else:
        return None
    return Spot(pole.name, pole.get_absolute_url(), "pole", *point)


def who_spot(who) -> Spot | None:
    """A member, from the page of the directory or the collectivité behind its name; None when nothing places it."""
    if who.body:
        seat = who.body.territory
        if seat.longitude is not None:
            return Spot(who.name, who.body.get_absolute_url(), "collectivity", seat.longitude, seat.latitude)
    elif who.shown_actor and who.shown_actor.point:
        return Spot(who.name, who.shown_actor.get_absolute_url(), who.shown_actor.family or "", *who.shown_actor.point)
    return None
