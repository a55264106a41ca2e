"""Themes and instruments of fiches, levers and examples, read for many of them at once."""

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import F, Model, Value

from .kits import Lever


class Link(NamedTuple):
    """A theme, or an instrument with its family."""

    order: int
    name: str
    key: str
    family: str = ""


class Links(NamedTuple):
    """What a record is linked to, in order."""

    themes: list[Link]
    instruments: list[Link]


def links(model: type[Model], pks: Iterable[int]) -> dict[int, Links]:
    """The links of records of a model, by record; those that have none are given when asked for. One query."""
    owner, pks = model._meta.model_name, list(pks)
    parts = []
    for name, kind, family in (("themes", "theme", Value("")), ("instruments", "instrument", F("instrument__family"))):
        rows = getattr(model, name).through.objects.filter(**{f"{owner}__in": pks}).order_by()
        columns = (f"{owner}_id", f"{kind}__order", f"{kind}__name", f"{kind}__key", family)
        parts.append(rows.values_list(Value(name), *columns))
    found = defaultdict(lambda: Links([], []))
    for name, pk, *link in sorted(parts[0].union(parts[1], all=True)):
        getattr(found[pk], name).append(Link(*link))
    return found


def hold_links(levers: Iterable[Lever]) -> None:
    """Give levers ``held_themes`` and ``held_instruments``: plain lists, for pages of a hundred."""
    levers = list(levers)
    found = links(Lever, {lever.pk for lever in levers})
    for lever in levers:
        lever.held_themes, lever.held_instruments = found[lever.pk]
