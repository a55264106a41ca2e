"""Questions about places that several pages ask."""

from django.db.models import Q
from django.http import QueryDict
from rapidfuzz import fuzz, process

from observatory.records.identity import fold, slug_for
from observatory.search import analysis
from observatory.search.registry import ranked

from .models import Territory


def best_match(text: str) -> Territory | None:
    """The territory that words mean most likely: the best rank, then the most populous."""
    if not analysis.parse(text):
        return None
    return ranked(Territory.objects.current().order_by("-population", "sort_key"), text).first()


def near_codes(code: str, *, limit: int = 5) -> list[Territory]:
    """Territories whose code or name is close to an unknown typed code (``commune-lile``, ``commune-59351``)."""
    level, _, rest = code.rpartition("-") if code.count("-") < 2 else code.partition("-")
    rest = fold(rest)
    level = level if Territory.objects.filter(level=level).exists() else "commune"
    candidates = Territory.objects.current().filter(level=level)
    if rest[:2].isdigit():
        candidates = candidates.filter(Q(official_code__startswith=rest[:3]) | Q(official_code__startswith=rest[:2]))
        names = dict(candidates.values_list("pk", "official_code"))
    else:
        names = dict(candidates.filter(sort_key__startswith=rest[:1]).values_list("pk", "sort_key"))
    best = [
        pk
        for _, _, pk in process.extract(rest.replace("-", " "), names, scorer=fuzz.ratio, score_cutoff=60, limit=limit)
    ]
    found = Territory.objects.in_bulk(best)
    return [found[pk] for pk in best]


def with_typed_place(query: QueryDict) -> QueryDict | None:
    """The query with the place that was typed in words (``place``) as a code (``territory``); None when none was typed.

    A place that nothing bears becomes a code that nothing has, so that the page can propose near ones.
    """
    typed = query.get("place", "").strip()
    if not typed:
        return None
    query = query.copy()
    del query["place"]
    current = Territory.objects.filter(code=query.get("territory", "").replace("\x00", "")).first()
    if current is None or current.label != typed:
        found = best_match(typed)
        query["territory"] = found.code if found else f"commune-{slug_for(typed).replace('-', '')}"
    return query
