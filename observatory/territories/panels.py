"""The parts of a collectivité's page that the floors above bring; each registers its own on start."""

from collections.abc import Callable
from dataclasses import dataclass

from .models import Territory


@dataclass(frozen=True)
class Panel:
    """A part of the page: its template and what it shows of a territory."""

    key: str
    template: str
    context: Callable[[Territory], dict]
    order: int = 100
    #: the same part on paper; empty when the printed fiche leaves it out
    pdf_template: str = ""


_panels: list[Panel] = []


def register(panel: Panel) -> None:
    _panels.append(panel)


def panels_for(territory: Territory) -> list[dict]:
    """Each panel's template with its context, in order."""
    ordered = sorted(_panels, key=lambda panel: panel.order)
    return [{"key": panel.key, "template": panel.template, **panel.context(territory)} for panel in ordered]


def printed_for(territory: Territory) -> list[dict]:
    """The panels that are printed, in order."""
    ordered = sorted((panel for panel in _panels if panel.pdf_template), key=lambda panel: panel.order)
    return [{"key": panel.key, "template": panel.pdf_template, **panel.context(territory)} for panel in ordered]
