"""The search columns made anew, after a change of ``analysis`` or of what a kind of record is found by.

Only rows whose tokens differ are written. They draw a change number: what was kept of former searches no longer holds.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.core.management import call_command
from django.db import transaction

from observatory.records.models import ReferenceLoad

from . import words
from .engines import searchable_models
from .models import Searchable

#: rows read and written in one transaction, which on SQLite keeps other writers waiting
CHUNK = 500


@dataclass(frozen=True)
class Way:
    """How the records of a model fill their search columns: what to read along with them, and the deed on each."""

    read: Callable = lambda rows: rows
    fill: Callable[[Searchable], None] = lambda record: record.index_search()


_ways: dict[type, Way] = {}
_loads: dict[str, tuple[str, tuple[type, ...]]] = {}


def register(model: type, *, read: Callable = Way.read, fill: Callable = Way.fill) -> None:
    _ways[model] = Way(read, fill)


def register_load(name: str, command: str, *models: type) -> None:
    """Models whose words stand in the reference data alone: ``command`` loads ``name`` again."""
    _loads[name] = (command, models)


def models() -> list[type]:
    """The models made anew row by row."""
    loaded = {model for _, models in _loads.values() for model in models}
    return [model for model in searchable_models() if model not in loaded]


def reindex(model: type, *, advance: Callable[[int], None] = lambda n: None) -> int:
    """Fill the search columns of every row; gives how many differed."""
    way, last, count = _ways.get(model, Way()), 0, 0
    while pks := list(model._base_manager.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        with transaction.atomic():
            rows = model._base_manager.select_for_update(of=("self",)).filter(pk__in=pks).order_by("pk")
            count += _write(model, way.read(rows), way.fill)
        last = pks[-1]
        advance(len(pks))
    return count


def _write(model: type, rows: Iterable[Searchable], fill: Callable) -> int:
    changed = []
    for row in rows:
        before = row.search_names, _tokens(row.search_text)
        fill(row)
        if (row.search_names, _tokens(row.search_text)) != before:
            changed.append(row)
    model._base_manager.bulk_update(changed, ["search_names", "search_text"], batch_size=100)
    return len(changed)


def _tokens(text: str) -> set[str]:
    """As written by ``analysis``, or as PostgreSQL gives them back."""
    return set(text.replace("'", " ").split())


def load_again(verbosity: int) -> None:
    """Load again the reference data that alone holds the words of some models."""
    for name, (command, _) in _loads.items():
        if ReferenceLoad.objects.filter(name=name).delete()[0]:
            call_command(command, verbosity=verbosity)


def finish() -> int:
    """Count the known words again; gives how many."""
    return words.refresh()
