"""The partners' API (``/api/v1/``): everything that the pages show, read-only (docs/decisions/0006-api.md).

- ``registry``: the resources, which each app registers on start;
- ``views.RecordViewSet``: list and detail of one kind of record;
- ``filters``, ``pagination``, ``parameters``: the pages' own FilterSets, exact totals, nothing passes silently;
- ``errors``: every refusal is a problem (RFC 9457) with a French sentence;
- ``shapes``, ``schema``: what answers hold, and the OpenAPI document.
"""
