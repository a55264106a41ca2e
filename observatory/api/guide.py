"""The guide at ``/api/``: what there is, examples that run, how to keep a copy, errors, what has changed.

``tests/test_api_docs.py`` takes the examples out of the page and runs them.
"""

import json
from functools import cache

from django.conf import settings
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import TemplateView

from . import formats, refusals, registry
from .errors import api_problem
from .renderers import FrenchJSONRenderer
from .shapes import base_address

_FORMATS = [
    {"format": one.format, "media_type": one.media_type, "label": getattr(one, "label", "")}
    for one in (FrenchJSONRenderer, formats.GeoJSON, formats.CSV, formats.NDJSON, formats.XLSX)
]


@cache
def _mirror() -> str:
    """The program that keeps a copy, as the tests run it."""
    return (settings.BASE_DIR / "docs" / "mirror.py").read_text(encoding="utf-8").rstrip()


@method_decorator(csrf_exempt, name="dispatch")
class HomeView(TemplateView):
    template_name = "api/home.html"
    http_method_names = ("get", "head", "options")

    def http_method_not_allowed(self, request, *args, **kwargs):
        response = api_problem(request, 405)
        response["Allow"] = ", ".join(self._allowed_methods())
        return response

    def get_context_data(self, **kwargs):
        endpoints = [
            {"url": reverse(f"api:{resource.prefix}-list"), "label": resource.label}
            for resource in registry.resources()
        ]
        shown = next(one for one in refusals.REFUSALS if one.code == "unknown_parameter")
        return super().get_context_data(
            endpoints=endpoints,
            base=base_address(self.request),
            formats=_FORMATS,
            rates=settings.API_RATES,
            refusals=refusals.REFUSALS,
            problem=json.dumps(shown.body, ensure_ascii=False, indent=2),
            mirror=_mirror(),
            breadcrumbs=[("API", None)],
            **kwargs,
        )
