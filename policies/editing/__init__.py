"""Schemes, calls, agreements and stakes at the desk: their plain values (see ``observatory.editing.registry``)."""

from .acts import AGREEMENTS, STAKES
from .offers import CALLS, SCHEMES

KINDS = (SCHEMES, CALLS, AGREEMENTS, STAKES)

__all__ = ["AGREEMENTS", "CALLS", "KINDS", "SCHEMES", "STAKES"]
