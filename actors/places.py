"""What the map of the directory shows."""

from observatory.maps.clusters import Cell, cluster

from .filters import ActorFilter
from .models import Actor

#: up to this zoom the extent does not narrow what is counted
WHOLE = 7


def map_cells(actors: ActorFilter, zoom: int) -> dict:
    """Clusters ``[count, longitude, latitude, west, south, east, north]`` and single actors of a search at a zoom.

    From afar everything is clustered whatever the extent, so that two visitors share one answer.
    """
    cells = cluster(actors.qs.located(), zoom) if zoom > WHOLE else _within(actors, zoom)
    singles = {cell.pk for cell in cells if cell.count == 1}
    names = {
        pk: (public_id, slug, name, family)
        for pk, public_id, slug, name, family in Actor.objects.filter(pk__in=singles).values_list(
            "pk", "public_id", "slug", "name", "family"
        )
    }
    return {
        "total": sum(cell.count for cell in cells),
        "clusters": [
            [c.count, c.longitude, c.latitude, *(round(v, 4) for v in c.extent)] for c in cells if c.count > 1
        ],
        "actors": [[c.longitude, c.latitude, *names[c.pk]] for c in cells if c.pk in names],
    }


def _within(actors: ActorFilter, zoom: int) -> list[Cell]:
    """The cells that touch the extent asked for, out of those of the whole search."""
    data = actors.data.copy()
    bounds = actors.form.cleaned_data.get("bbox")
    data.pop("bbox", None)
    cells = cluster(ActorFilter(data, actors.queryset).qs.located(), zoom)
    if not bounds:
        return cells
    west, south, east, north = bounds
    return [
        c
        for c in cells
        if c.extent[0] <= east and c.extent[2] >= west and c.extent[1] <= north and c.extent[3] >= south
    ]
