"""Poles, what documents and staff say of them, and the study's own figures."""

from .parts import Claim, CollectivityRole, Figure, Member, Milestone, Money, ProjectTerritory, Recognition
from .poles import Filiere, Pole
from .study import Indicator, IndicatorRow

__all__ = [
    "Claim",
    "CollectivityRole",
    "Figure",
    "Filiere",
    "Indicator",
    "IndicatorRow",
    "Member",
    "Milestone",
    "Money",
    "Pole",
    "ProjectTerritory",
    "Recognition",
]
