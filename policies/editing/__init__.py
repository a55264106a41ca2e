"""Schemes, calls, agreements, stakes and referents at the desk: their plain values (see ``observatory.editing.registry``)."""

from .acts import AGREEMENTS, STAKES
from .bodies import REFERENTS
from .offers import CALLS, SCHEMES

KINDS = (SCHEMES, CALLS, AGREEMENTS, STAKES, REFERENTS)

__all__ = ["AGREEMENTS", "CALLS", "KINDS", "REFERENTS", "SCHEMES", "STAKES"]
