"""Poles in the API, in full.

- ``shapes``: what an answer holds;
- ``rows``: the lists of facts of many poles, read in few queries;
- ``views``: the resource.
"""

from .views import PoleViewSet

__all__ = ["PoleViewSet"]
