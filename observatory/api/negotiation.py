"""The choice of a format, by ``Accept`` or by ``format=``."""

import re
from collections.abc import Iterator
from contextlib import suppress
from types import SimpleNamespace

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation

from .errors import InvalidParameter

#: how much a caller likes a type, from 0 (not at all) to 1 (RFC 9110)
_WEIGHT = re.compile(r"\s*;\s*q\s*=\s*(0(?:\.[0-9]*)?|1(?:\.0*)?)\s*(?=;|$)", re.IGNORECASE)


class Negotiation(DefaultContentNegotiation):
    """DRF's own, which knows no weights, among the types that the caller likes best, then among the next.

    ``format=`` prevails over ``Accept``, with a sentence when it names what is not served here.
    """

    def select_renderer(self, request, renderers, format_suffix=None):
        weighted = [_weighted(token) for token in self.get_accept_list(request)]
        refused = {media_type for weight, media_type in weighted if weight == 0}
        served = [renderer for renderer in renderers if renderer.media_type not in refused]
        for liked in _by_weight(weighted):
            asked = SimpleNamespace(query_params=request.query_params, headers={"accept": ", ".join(liked)})
            with suppress(NotAcceptable):
                return super().select_renderer(asked, served, format_suffix)
        raise NotAcceptable(available_renderers=renderers)

    def get_accept_list(self, request):
        return (
            ["*/*"] if self.settings.URL_FORMAT_OVERRIDE in request.query_params else super().get_accept_list(request)
        )

    def filter_renderers(self, renderers, format):
        kept = [renderer for renderer in renderers if renderer.format == format]
        if not kept:
            served = ", ".join(dict.fromkeys(renderer.format for renderer in renderers))
            raise InvalidParameter(
                f"Le format « {format[:60]} » n’est pas servi ici : {served}.", field="format", code="unknown_format"
            )
        return kept


def _weighted(token: str) -> tuple[float, str]:
    """The weight of a type of ``Accept``, 1 where none is said, and the type without it."""
    found = _WEIGHT.search(token)
    return (float(found[1]), _WEIGHT.sub("", token)) if found else (1.0, token)


def _by_weight(weighted: list[tuple[float, str]]) -> Iterator[list[str]]:
    """The types that are accepted, those liked alike together, the best first."""
    for weight in sorted({weight for weight, _ in weighted if weight > 0}, reverse=True):
        yield [media_type for other, media_type in weighted if other == weight]
