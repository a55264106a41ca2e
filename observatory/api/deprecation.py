"""What will leave the API: told at least a year before, in the journal, in the document and by the answers concerned.

To announce a removal, add a ``Notice`` and an entry of the journal (``templates/api/_changelog.html``) under its anchor.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import http_date

#: the promise of the guide
NOTICE = timedelta(days=365)


@dataclass(frozen=True)
class Notice:
    """An address, or a parameter of it, that will be gone at the beginning of the day ``until`` (UTC)."""

    #: the path as the OpenAPI document writes it
    path: str
    since: date
    until: date
    #: where the journal tells of it
    anchor: str
    parameter: str = ""

    def __post_init__(self):
        if self.until - self.since < NOTICE:
            raise ValueError(f"{self.path} : {NOTICE.days} jours au moins séparent l’annonce du retrait")

    def concerns(self, request: HttpRequest) -> bool:
        form = re.sub(r"\\\{[a-z]+\\\}", "[^/]+", re.escape(self.path))
        is_there = re.fullmatch(form, request.path) is not None
        return is_there and (not self.parameter or self.parameter in request.GET)

    @property
    def headers(self) -> dict[str, str]:
        return {
            "Deprecation": f"@{_seconds(self.since)}",
            "Sunset": http_date(_seconds(self.until)),
            "Link": f'<{reverse("api:home")}#{self.anchor}>; rel="deprecation"; type="text/html"',
        }


#: nothing is about to leave
NOTICES: tuple[Notice, ...] = ()


def _seconds(day: date) -> int:
    return int(datetime.combine(day, time.min, UTC).timestamp())


def announce(request: HttpRequest, response: HttpResponse) -> None:
    """The headers of what the request made use of and that will leave; of two, what leaves first."""
    concerned = [notice for notice in NOTICES if notice.concerns(request)]
    for first in sorted(concerned, key=lambda notice: notice.until)[:1]:
        for name, value in first.headers.items():
            response[name] = value


def mark(paths: dict[str, dict]) -> None:
    """The same in the OpenAPI document."""
    for notice in NOTICES:
        operation = paths[notice.path]["get"]
        for part in _parts(operation, notice):
            part["deprecated"] = True


def _parts(operation: dict, notice: Notice) -> Iterator[dict]:
    if not notice.parameter:
        yield operation
    else:
        yield from (one for one in operation["parameters"] if one.get("name") == notice.parameter)
