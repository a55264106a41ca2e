"""What has not changed is not sent again: ``ETag``, ``Last-Modified`` and 304.

The tag is made of the change number, so a caller who holds the present answer costs one query. While somebody writes,
numbers are drawn that are not safe yet: answers then bear no tag, since what is read may move without the number.
"""

from functools import cache
from hashlib import sha256

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.functional import cached_property
from django.utils.http import http_date, parse_etags, parse_http_date_safe
from django.views.decorators.http import conditional_page
from rest_framework.response import Response

from observatory.pages.preparation import code_fingerprint
from observatory.records import changes

#: a second may hold two changes: a record that young gives no date
_SECOND = timezone.timedelta(seconds=2)
#: a date that lies further ahead was not given by us
_AHEAD = timezone.timedelta(minutes=1)


class NotModified(Exception):
    """The caller holds the present answer."""


class Conditional:
    """For an ``APIView``."""

    tag: str | None = None

    def dated(self) -> list[QuerySet]:
        """Moments that say when what is answered last changed, the latest first in each."""
        return []

    def is_numbered(self) -> bool:
        """Whether the answer changes with the change number alone; the tag of any other is made of its content."""
        return True

    @cached_property
    def present(self) -> changes.Present:
        """Where the numbers stood before anything else was read."""
        return changes.present(*self.dated())

    def dispatch(self, request, *args, **kwargs):
        response = super().dispatch(request, *args, **kwargs)
        if response.status_code != 200 or self.is_numbered():
            return response
        return conditional_page(lambda _: response)(request)

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        if self.is_numbered() and self.present.is_settled:
            self.tag = _tag(request, self.present.safe)
            if _is_held(request, self.tag, self.present):
                raise NotModified

    def handle_exception(self, exc):
        if isinstance(exc, NotModified):
            return Response(status=304)
        self.tag = None
        return super().handle_exception(exc)

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-cache")
        patch_vary_headers(response, ["Accept"])
        if self.tag:
            response["ETag"] = self.tag
            if self.present.changed_at and timezone.now() - self.present.changed_at > _SECOND:
                response["Last-Modified"] = http_date(self.present.changed_at.timestamp())
        return response


@cache
def _code() -> str:
    """The version of the code: a process never changes its own."""
    return code_fingerprint()


def _tag(request: HttpRequest, number: int) -> str:
    """Of the address, the format, the code, and the day, which some filters read."""
    told = (number, request.build_absolute_uri(), request.accepted_media_type, _code(), timezone.localdate())
    return f'"{sha256(repr(told).encode()).hexdigest()[:32]}"'


def _is_held(request: HttpRequest, tag: str, present: changes.Present) -> bool:
    """Whether the caller's own tag, or the date of its copy, is still right."""
    if tags := request.META.get("HTTP_IF_NONE_MATCH"):
        # Compression in transit makes a tag weak. "*" tells nothing of the address, which may not even be understood.
        return any(held in (tag, f"W/{tag}") for held in parse_etags(tags))
    since = parse_http_date_safe(request.META.get("HTTP_IF_MODIFIED_SINCE", ""))
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    changed_at = max(filter(None, [present.changed_at, midnight]))
    if since is None or present.changed_at is None:
        return False
    return int(changed_at.timestamp()) <= since <= (timezone.now() + _AHEAD).timestamp()
