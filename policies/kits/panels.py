"""The parts of a lever's page that other apps bring; each registers its own on start."""

from collections.abc import Callable
from dataclasses import dataclass

from observatory.territories.models import Territory

from .models import Lever


@dataclass(frozen=True)
class Panel:
    """A part of the page: its template and what it shows of a lever on a territory, if one is chosen; None for nothing."""

    key: str
    template: str
    context: Callable[[Lever, Territory | None], dict | None]
    order: int = 100


_panels: list[Panel] = []


def register(panel: Panel) -> None:
    _panels.append(panel)


def panels_for(lever: Lever, territory: Territory | None) -> list[dict]:
    """The template and the context of each panel that has something to show, in order."""
    shown = []
    for panel in sorted(_panels, key=lambda panel: panel.order):
        if (context := panel.context(lever, territory)) is not None:
            shown.append({"key": panel.key, "template": panel.template, **context})
    return shown
