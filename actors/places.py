"""What the map of the directory shows."""

from django.core.cache import cache

from observatory.maps.clusters import cluster
from observatory.records import changes

from .filters import ActorFilter
from .models import Actor


def map_cells(actors: ActorFilter, zoom: int) -> dict:
    """Clusters ``[count, longitude, latitude, west, south, east, north]`` and single actors of a search at a zoom.

    Without any filter but the extent of all France the answer is the same for everybody: it is kept until a change.
    """
    key = _key(actors, zoom)
    if key and (known := cache.get(key)):
        return known
    cells = cluster(actors.qs.located(), zoom)
    singles = {cell.pk for cell in cells if cell.count == 1}
    names = {
        pk: (public_id, slug, name, family)
        for pk, public_id, slug, name, family in Actor.objects.filter(pk__in=singles).values_list(
            "pk", "public_id", "slug", "name", "family"
        )
    }
    answer = {
        "total": sum(cell.count for cell in cells),
        "clusters": [
            [c.count, c.longitude, c.latitude, *(round(v, 4) for v in c.extent)] for c in cells if c.count > 1
        ],
        "actors": [[c.longitude, c.latitude, *names[c.pk]] for c in cells if c.pk in names],
    }
    if key:
        cache.set(key, answer, timeout=24 * 3600)
    return answer


def _key(actors: ActorFilter, zoom: int) -> str:
    asked = {name: value for name, value in actors.form.cleaned_data.items() if value and name not in ("bbox", "sort")}
    if asked or zoom > 7 or actors.form.cleaned_data.get("bbox"):
        return ""
    return f"map/{zoom}/{changes.safe_number()}"
