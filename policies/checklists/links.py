"""Whether the addresses given as evidence still answer: asked now and then, in the background, never while one saves.

An address is only asked for where the settings allow the outside network (``CHECK_LINKS``), with a short delay, and only
on public machines: the portal must not be made to knock at the doors of its own network.
"""

import http.client
import ipaddress
import socket
import ssl
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from .enums import EvidenceKind
from .models import Evidence

#: seconds that an address has to answer, redirections that are followed, addresses asked for at one go
DELAY, HOPS, AT_ONCE = 5, 3, 40
AGAIN = timedelta(days=30)
#: answers that a page gives to robots although people can read it
REFUSES_ROBOTS = {401, 403, 405, 406, 429}


class NotPublic(Exception):
    """The name leads to a machine that is not on the public network."""


def check_some() -> str:
    """Ask for the addresses that have not been asked for in a month; gives what was found, for the chore."""
    if not settings.CHECK_LINKS:
        return ""
    waiting = Evidence.objects.filter(kind=EvidenceKind.URL).order_by("checked_at", "pk")
    waiting = waiting.filter(Q(checked_at=None) | Q(checked_at__lt=timezone.now() - AGAIN))
    dead = 0
    rows = list(waiting[:AT_ONCE])
    for row in rows:
        alive = answers(row.url)
        since = None if alive else (row.dead_since or timezone.localdate())
        # Saying so of a link is no change of the answer: nobody wrote it.
        Evidence.objects.filter(pk=row.pk).update(checked_at=timezone.now(), dead_since=since)
        dead += not alive
    return f"adresses vérifiées : {len(rows)}, mortes : {dead}" if rows else ""


def answers(url: str) -> bool:
    """Whether an address answers something else than an error."""
    for _ in range(HOPS + 1):
        try:
            status, elsewhere = _ask(url)
        except (OSError, http.client.HTTPException, NotPublic, ValueError):
            return False
        if status in (301, 302, 303, 307, 308) and elsewhere:
            url = urljoin(url, elsewhere)
            continue
        return status < 400 or status in REFUSES_ROBOTS
    return False


def _ask(url: str) -> tuple[int, str]:
    """Status and place of the redirection; the machine is looked at once connected, so that no name can lie."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    plain = socket.create_connection((parts.hostname, port), timeout=DELAY)
    try:
        if not ipaddress.ip_address(plain.getpeername()[0]).is_global:
            raise NotPublic(parts.hostname)
        connection = http.client.HTTPConnection(parts.hostname, port, timeout=DELAY)
        secure = parts.scheme == "https"
        connection.sock = (
            ssl.create_default_context().wrap_socket(plain, server_hostname=parts.hostname) if secure else plain
        )
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", path, headers={"User-Agent": "observatoire-ess"})
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Location", "")
    finally:
        plain.close()
