"""Tiles and quadkeys as integers (DESIGN §4.3).

A quadkey is the Web Mercator tile of a point at zoom 18, its bits interleaved into one integer of 36 bits: a tile of
a lower zoom is then a range, and a cluster is a right shift.
"""

import mercantile

ZOOM = 18
#: the northern and southern end of Web Mercator, in degrees
MAX_LATITUDE = 85.0511

Bounds = tuple[float, float, float, float]


def quadkey(longitude: float, latitude: float) -> int:
    """The zoom-18 quadkey of a point in degrees (WGS 84)."""
    latitude = max(-MAX_LATITUDE, min(MAX_LATITUDE, latitude))
    tile = mercantile.tile(longitude, latitude, ZOOM)
    return interleave(tile.x, tile.y)


def interleave(x: int, y: int) -> int:
    """Bits of ``x`` and ``y`` (eighteen each) alternately, those of ``y`` the higher of each pair."""
    return _spread(x) | _spread(y) << 1


def _spread(value: int) -> int:
    value = (value | value << 16) & 0x0000FFFF0000FFFF
    value = (value | value << 8) & 0x00FF00FF00FF00FF
    value = (value | value << 4) & 0x0F0F0F0F0F0F0F0F
    value = (value | value << 2) & 0x3333333333333333
    return (value | value << 1) & 0x5555555555555555


def shift(zoom: int) -> int:
    """How far to shift a quadkey right so that it names its tile at ``zoom``."""
    return 2 * (ZOOM - zoom)


def ranges(bounds: Bounds, *, most: int = 24) -> list[tuple[int, int]]:
    """At most ``most`` inclusive quadkey ranges that cover ``bounds`` (west, south, east, north in degrees)."""
    west, south, east, north = bounds
    for zoom in range(ZOOM, -1, -1):
        upper_left = mercantile.tile(west, min(north, MAX_LATITUDE), zoom)
        lower_right = mercantile.tile(min(east, 179.9999), max(south, -MAX_LATITUDE), zoom)
        columns, rows = lower_right.x - upper_left.x + 1, lower_right.y - upper_left.y + 1
        if columns * rows <= most:
            break
    size = 1 << shift(zoom)
    starts = sorted(
        interleave(x, y) * size
        for x in range(upper_left.x, lower_right.x + 1)
        for y in range(upper_left.y, lower_right.y + 1)
    )
    merged: list[tuple[int, int]] = []
    for start in starts:
        if merged and merged[-1][1] + 1 == start:
            merged[-1] = (merged[-1][0], start + size - 1)
        else:
            merged.append((start, start + size - 1))
    return merged
