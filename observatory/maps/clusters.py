"""Clusters of any located queryset: one GROUP BY on a quadkey prefix."""

from dataclasses import dataclass

from django.db.models import Avg, Count, F, IntegerField, Max, Min, QuerySet
from django.db.models.expressions import CombinedExpression, Value

from observatory.records import changes
from observatory.records.kept import kept

from .quadkeys import ZOOM, Bounds, shift

#: cells are this many zoom levels finer than the tiles shown: 64 px squares
FINER = 2
#: never more cells than this in one answer, whatever the extent asked for
MOST_CELLS = 1_500
#: cells that hold more records than this in all are worth keeping until something changes
MANY = 500


@dataclass(frozen=True)
class Cell:
    """A square of the map: how many records, their middle, and the record itself when there is one only."""

    count: int
    longitude: float
    latitude: float
    pk: int
    extent: Bounds


def cell_zoom(zoom: int) -> int:
    return min(ZOOM, zoom + FINER)


def cluster(queryset: QuerySet, zoom: int) -> list[Cell]:
    """The cells of a located queryset (``quadkey``, ``longitude``, ``latitude`` columns) at a map zoom of 0 to 18."""
    bits = shift(cell_zoom(zoom))
    cell = CombinedExpression(F("quadkey"), ">>", Value(bits), output_field=IntegerField()) if bits else F("quadkey")
    groups = (
        queryset.order_by()
        .annotate(cell=cell)
        .values("cell")
        .annotate(
            n=Count("*"), x=Avg("longitude"), y=Avg("latitude"), first=Min("pk"),
            west=Min("longitude"), south=Min("latitude"), east=Max("longitude"), north=Max("latitude"),
        )
        .values_list("n", "x", "y", "first", "west", "south", "east", "north")
        .order_by("-n", "first")[:MOST_CELLS]
    )  # fmt: skip
    cells = kept(groups, changes.safe_number(), worth=lambda answer: sum(n for n, *_ in answer) > MANY)
    return [Cell(n, round(x, 5), round(y, 5), first, tuple(extent)) for n, x, y, first, *extent in cells]
