"""The choice of a format, by ``Accept`` or by ``format=``."""

from rest_framework.negotiation import DefaultContentNegotiation

from .errors import InvalidParameter


class Negotiation(DefaultContentNegotiation):
    """DRF's own, with a sentence when ``format=`` names what is not served here."""

    def filter_renderers(self, renderers, format):
        kept = [renderer for renderer in renderers if renderer.format == format]
        if not kept:
            served = ", ".join(dict.fromkeys(renderer.format for renderer in renderers))
            raise InvalidParameter(
                f"Le format « {format[:60]} » n’est pas servi ici : {served}.", field="format", code="unknown_format"
            )
        return kept
