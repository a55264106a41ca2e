"""Kits, fiches, levers and local examples in the API, read-only."""

from .contents import ExperienceViewSet, LeverViewSet
from .kits import KitViewSet, SheetViewSet

__all__ = ["ExperienceViewSet", "KitViewSet", "LeverViewSet", "SheetViewSet"]
