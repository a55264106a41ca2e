"""Kits, their editions, fiches and levers."""

from .contents import (
    CrossReference,
    Experience,
    ExperienceActor,
    ExperienceBody,
    ExperienceVersion,
    Finding,
    FindingBody,
    KeyFigure,
    Resource,
)
from .kits import Edition, EditionSheet, Kit, Lever, LeverVersion, Sheet, SheetVersion
from .links import Links, hold_links, links
from .passages import Passage

__all__ = [
    "CrossReference",
    "Edition",
    "EditionSheet",
    "Experience",
    "ExperienceActor",
    "ExperienceBody",
    "ExperienceVersion",
    "Finding",
    "FindingBody",
    "KeyFigure",
    "Kit",
    "Lever",
    "LeverVersion",
    "Links",
    "Passage",
    "Resource",
    "Sheet",
    "SheetVersion",
    "hold_links",
    "links",
]
