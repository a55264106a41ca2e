"""What pages tell search engines, in the words of schema.org: the facts that they show, and nothing that they do not.

Addresses of the portal are given from the root; the tag ``json_ld`` makes them absolute, so that what a page keeps in the
cache holds for every host.
"""

import json
from typing import Any

from django.utils.safestring import SafeString, mark_safe

#: as Django's ``json_script``: no text can close the element or open another
_ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}
#: properties that hold an address of the portal when they begin with a slash
_ADDRESSES = ("@id", "url", "mainEntityOfPage")


def thing(kind: str, page: str, **facts) -> dict[str, Any]:
    """An organisation whose page is ``page``; what is unknown is left out, as the sources leave it."""
    return {
        "@context": "https://schema.org",
        "@type": kind,
        "@id": page,
        "mainEntityOfPage": page,
        **known(**facts),
    }


def known(**facts) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value not in (None, "", [], {})}


def identifiers(**numbers) -> list[dict]:
    """Numbers with the name of the register that gives them; those that are unknown are left out."""
    return [{"@type": "PropertyValue", "propertyID": name, "value": value} for name, value in known(**numbers).items()]


def place(kind: str, name: str | None) -> dict:
    return {"@type": kind, "name": name} if name else {}


def script(data: dict, base: str) -> SafeString:
    """The JSON of ``data``, safe inside a script element; ``base`` is scheme and host."""
    return mark_safe(json.dumps(_absolute(data, base), ensure_ascii=False).translate(_ESCAPES))


def _absolute(value, base: str):
    if isinstance(value, list):
        return [_absolute(item, base) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: f"{base}{item}"
        if name in _ADDRESSES and isinstance(item, str) and item.startswith("/")
        else _absolute(item, base)
        for name, item in value.items()
    }
