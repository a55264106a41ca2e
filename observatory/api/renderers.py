"""How answers are written."""

from rest_framework.renderers import JSONRenderer


class FrenchJSONRenderer(JSONRenderer):
    """Compact JSON in UTF-8: accents stay letters, which gives smaller and readable answers."""

    ensure_ascii = False
    compact = True


class GeoJSONRenderer(FrenchJSONRenderer):
    """GeoJSON that is already text passes as it is; a problem is written as JSON."""

    media_type = "application/geo+json"
    format = "geojson"

    def render(self, data, accepted_media_type=None, renderer_context=None):
        if isinstance(data, str):
            return data.encode()
        return super().render(data, "application/json", renderer_context)


class GeoJSONAsJSONRenderer(GeoJSONRenderer):
    """The same for callers who only ask for JSON."""

    media_type = "application/json"
    format = "json"
