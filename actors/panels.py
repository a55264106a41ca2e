"""The parts of an actor's page that the floors above bring; each registers its own on start."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import CharField, Model, Value

from observatory.records import kept

from .models import Actor


@dataclass(frozen=True)
class Panel:
    """A part of the page: its template and what it shows of an actor; None when it has nothing to show."""

    key: str
    template: str
    context: Callable[[Actor], dict | None]
    order: int = 100
    #: (model, column) that name the actors that it may speak of, when they are few: nothing is asked for the others
    subjects: tuple[tuple[type[Model], str], ...] = ()


_panels: list[Panel] = []


def register(panel: Panel) -> None:
    _panels.append(panel)


def panels_for(actor: Actor, number: int) -> list[dict]:
    """The template and the context of each panel that has something to show, in order, under a change number."""
    shown, subjects = [], kept.until_change("actor panels", number, _subjects)
    for panel in sorted(_panels, key=lambda panel: panel.order):
        if panel.subjects and actor.pk not in subjects.get(panel.key, ()):
            continue
        if (context := panel.context(actor)) is not None:
            shown.append({"key": panel.key, "template": panel.template, **context})
    return shown


def _subjects() -> dict[str, set[int]]:
    """Panel → the actors that it may speak of, in one query."""
    asked = [
        model._base_manager.order_by().values_list(Value(panel.key, CharField()), column)
        for panel in _panels
        for model, column in panel.subjects
    ]
    found: dict[str, set[int]] = {}
    if asked:
        for key, pk in asked[0].union(*asked[1:], all=True):
            found.setdefault(key, set()).add(pk)
    return found
