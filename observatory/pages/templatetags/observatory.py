"""Small French formatting for templates."""

from django import template

register = template.Library()

NARROW = "\u202f"


@register.filter
def number(value) -> str:
    """A whole number with thin spaces: ``221 325``; empty for null."""
    return "" if value is None else f"{value:,}".replace(",", NARROW)


@register.filter
def host(address: str) -> str:
    """The readable part of an address: ``www.rtes.fr``."""
    return address.split("://", 1)[-1].rstrip("/")
