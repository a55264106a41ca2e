"""The choice of a format, by ``Accept`` or by ``format=``."""

from rest_framework.negotiation import DefaultContentNegotiation

from .errors import InvalidParameter


class Negotiation(DefaultContentNegotiation):
    """DRF's own; ``format=`` prevails over ``Accept``, with a sentence when it names what is not served here."""

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
