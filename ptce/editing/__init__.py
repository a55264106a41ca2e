"""Poles at the desk: their plain values, and what one may do with them (see ``observatory.editing.registry``)."""

from .poles import KIND, LABELS

__all__ = ["KIND", "LABELS"]
