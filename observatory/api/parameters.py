"""Parameters of an address: a misspelt, repeated or nonsense one is refused with a sentence, never ignored."""

import re

from rapidfuzz import fuzz, process
from rest_framework.request import Request
from rest_framework.settings import api_settings

from .errors import InvalidParameter

DEFAULT_SIZE, HIGHEST_SIZE = 20, 100
#: Python reads no longer number
_WHOLE = re.compile(r"[0-9]{1,4000}")


def refuse_unknown(request: Request, known: set[str], *, several: frozenset[str] = frozenset()) -> None:
    """Refuse a parameter that is not ``known``, or given twice without being one of ``several``."""
    known = {*known, api_settings.URL_FORMAT_OVERRIDE}
    for name, values in request.query_params.lists():
        if name not in known:
            near = process.extractOne(name, sorted(known), scorer=fuzz.ratio, score_cutoff=60)
            help_text = (
                f"Vouliez-vous dire « {near[0]} » ?" if near else f"Paramètres connus : {', '.join(sorted(known))}."
            )
            raise InvalidParameter(
                f"Le paramètre « {name[:60]} » n’existe pas ici. {help_text}",
                field=name[:60],
                code="unknown_parameter",
            )
        if len(values) > 1 and name not in several:
            raise InvalidParameter(
                f"Le paramètre « {name} » est donné {len(values)} fois : il n’accepte qu’une valeur.",
                field=name,
                code="repeated_parameter",
            )
        if any(not value.strip(" ,") for value in values):
            # A program whose variable is empty would otherwise get the whole country for a commune.
            raise InvalidParameter(
                f"Le paramètre « {name} » est vide : donnez-lui une valeur, ou retirez-le.",
                field=name,
                code="empty_parameter",
            )


def whole_number(request: Request, name: str, *, default: int, highest: int | None = None) -> int:
    """A whole number of at least 1 from the query."""
    value = request.query_params.get(name)
    if value is None:
        return default
    number = int(value) if _WHOLE.fullmatch(value) else 0
    if number < 1 or (highest and number > highest):
        bounds = f"de 1 à {highest}" if highest else "à partir de 1"
        raise InvalidParameter(f"« {value[:60]} » ne convient pas : {name} est un nombre entier {bounds}.", field=name)
    return number


def page_size(request: Request, *, highest: int = HIGHEST_SIZE) -> int:
    return whole_number(request, "page_size", default=DEFAULT_SIZE, highest=highest)


def choice(request: Request, name: str, choices: list[str], *, default: str) -> str:
    """One of a few words from the query."""
    value = request.query_params.get(name, default)
    if value not in choices:
        raise InvalidParameter(f"« {value[:60]} » ne convient pas : {name} vaut {', '.join(choices)}.", field=name)
    return value
