"""How much each caller may ask: windows of a minute and of a day, counted in a cache that the processes share.

On disk unless ``THROTTLE_CACHE_URL`` says otherwise. The memory of a process would give each caller one allowance per
process; the database would be written to at each reading, which on SQLite waits for whoever imports. Two requests of one
caller in the same millisecond may count for one: the rate is there for fairness, not for billing.
"""

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from math import ceil
from time import time

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from observatory.accounts.throttle import client_ip

#: name in ``settings.API_RATES`` → seconds
WINDOWS = {"minute": 60, "day": 86_400}


@dataclass(frozen=True)
class Window:
    """What a caller may still ask before ``reset`` seconds."""

    limit: int
    used: int
    reset: int
    seconds: int

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)


@dataclass(frozen=True)
class Standing:
    """Where a caller stands once a request is counted; ``window`` is the one that will refuse first."""

    window: Window
    allowed: bool
    policy: str

    @property
    def headers(self) -> dict[str, str]:
        return {
            "RateLimit-Limit": str(self.window.limit),
            "RateLimit-Remaining": str(self.window.remaining),
            "RateLimit-Reset": str(self.window.reset),
            "RateLimit-Policy": self.policy,
        }


def count(request: HttpRequest, key: str = "") -> Standing | None:
    """Count a request to its key, or to its network without one; None where the installation sets no limit.

    A refused request is not counted: whoever insists is served again as soon as the window ends.
    """
    rates = settings.API_RATES["key" if key else "anonymous"]
    caller = f"key/{key}" if key else f"network/{_network(request)}"
    limited = {name: seconds for name, seconds in WINDOWS.items() if rates[name]}
    if not limited:
        request.api_standing = None
        return None
    now, cache = time(), caches["throttle"]
    known = cache.get(caller, {})
    counts = {name: _used(known.get(name), int(now // seconds)) for name, seconds in limited.items()}
    allowed = all(counts[name] < rates[name] for name in limited)
    if allowed:
        counts = {name: used + 1 for name, used in counts.items()}
        kept = {name: (int(now // seconds), counts[name]) for name, seconds in limited.items()}
        cache.set(caller, kept, timeout=WINDOWS["day"])
    windows = [
        Window(rates[name], counts[name], ceil(seconds - now % seconds), seconds) for name, seconds in limited.items()
    ]
    policy = ", ".join(f"{window.limit};w={window.seconds}" for window in windows)
    # Of two spent windows, the one that ends last.
    nearest = min(windows, key=lambda window: (window.remaining, -window.reset))
    request.api_standing = Standing(nearest, allowed, policy)
    return request.api_standing


def _used(known: tuple[int, int] | None, number: int) -> int:
    """What was counted in the window of that number."""
    return known[1] if known and known[0] == number else 0


def _network(request: HttpRequest) -> str:
    """Whom an address stands for, as a digest that nobody reads back: a machine in IPv4, a household's /64 in IPv6."""
    text = client_ip(request) or ""
    try:
        address = ip_address(text)
    except ValueError:
        address = None
    if address and address.version == 6:
        text = str(ip_network(f"{address}/64", strict=False))
    return salted_hmac("observatory.api.limits", text, algorithm="sha256").hexdigest()
