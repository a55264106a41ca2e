"""The parts of a pole's page that the floors above bring; each registers its own on start."""

from collections.abc import Callable
from dataclasses import dataclass

from .models import Pole


@dataclass(frozen=True)
class Panel:
    """A part of the page: its template and what it shows of a pole; None when it has nothing to show."""

    key: str
    template: str
    context: Callable[[Pole], dict | None]
    order: int = 100


_panels: list[Panel] = []


def register(panel: Panel) -> None:
    _panels.append(panel)


def panels_for(pole: Pole) -> list[dict]:
    """The template and the context of each panel that has something to show, in order."""
    shown = []
    for panel in sorted(_panels, key=lambda panel: panel.order):
        if (context := panel.context(pole)) is not None:
            shown.append({"key": panel.key, "template": panel.template, **context})
    return shown
