"""How answers are written."""

import orjson
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

_encode_other = JSONEncoder().default


class FrenchJSONRenderer(JSONRenderer):
    """Compact JSON in UTF-8: accents stay letters, which gives smaller and readable answers."""

    ensure_ascii = False
    compact = True

    def render(self, data, accepted_media_type=None, renderer_context=None):
        if data is None or self.get_indent(accepted_media_type, renderer_context or {}):
            return super().render(data, accepted_media_type, renderer_context)
        return orjson.dumps(data, default=_encode_other)


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
