"""The whole directory as a file through the server, beside a bare reading of the same columns by the driver.

Rows a second from the first byte sent to the last received, without compression; memory is what the server's processes
took at their highest over what they held before (Linux).
"""

import http.client
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.cache import caches
from django.db import connection

from actors.models import Actor
from observatory.api import dumps

from . import bare
from .server import Server

GROUP = "exports"
FORMATS = ("ndjson", "csv")
#: budgets: rows a second, bytes over what the server holds idle
ROWS, MEMORY = 30_000, 150_000_000
_COLUMNS = (
    "id, public_id, slug, name, change, checked_on, workforce, workforce_unit, workforce_year, longitude, latitude,"
    " precision, acronym, other_names, siren, siret, rna, is_ess, ess_reason, family, legal_form, is_network, activities,"
    " description, founded, closed, address, telephone, email, website, collectivity_id, territory_id, commune_id, epci_id,"
    " departement_id, region_id"
)
_STATEMENTS = (
    f"SELECT {_COLUMNS} FROM actors_actor WHERE {bare.ESS} ORDER BY id",
    "SELECT actor_id, theme_id FROM actors_actor_themes ORDER BY actor_id",
    "SELECT from_actor_id, to_actor_id FROM actors_actor_networks ORDER BY from_actor_id",
    "SELECT actor_id, label, since, until, source_id FROM actors_flag ORDER BY actor_id",
    "SELECT actor_id, source_id, page, locator, statement, basis FROM actors_mention ORDER BY actor_id",
)
_TIMEOUT = 600  # seconds


@dataclass(frozen=True)
class ExportResult:
    """Seconds of the whole file and of the bare reading, rows of the file, bytes of memory over idle."""

    name: str
    rows: int
    seconds: float
    bare: float
    memory: int

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds

    @property
    def ratio(self) -> float:
        return self.seconds / self.bare

    @property
    def within(self) -> bool:
        return self.rate >= ROWS and self.memory <= MEMORY

    def as_json(self) -> dict:
        return {"group": GROUP, **self.__dict__, "ratio": round(self.ratio, 2), "within": self.within}

    def __str__(self) -> str:
        return (
            f"{GROUP}: {self.name}, {self.rows:,} rows at {self.rate:,.0f} rows/s (budget {ROWS:,}), bare "
            f"{self.bare:.1f} s, ratio {self.ratio:.1f}, {self.memory / 1e6:.0f} MB over idle (budget "
            f"{MEMORY / 1e6:.0f})  {'ok' if self.within else 'OVER'}"
        )


def measure(portal: Server) -> list[ExportResult]:
    """Each format once read anew, then from the parts that a dump has written, as on any day after the first night."""
    caches["files"].clear()
    took = _bare()
    results = [_export(portal, name, f"{name}, every record read", took) for name in FORMATS]
    settings.OBSERVATORY |= {"address": f"http://127.0.0.1:{portal.port}"}
    sys.stderr.write("  exports: the dump of a night…\n")
    dumps.make()
    return results + [_export(portal, name, f"{name}, after a night", took) for name in FORMATS]


def _export(portal: Server, form: str, name: str, took: float) -> ExportResult:
    """A whole list, after a small file that has the server read what it keeps."""
    path = f"/api/v1/actors/?ess=all&format={form}"
    _take(portal, f"{path}&q=ressourcerie")
    idle = _memory(portal, "VmRSS")
    seconds = _take(portal, path)
    rows = Actor.objects.published().count()
    return ExportResult(name, rows, seconds, took, max(0, _memory(portal, "VmHWM") - idle))


def _take(portal: Server, path: str) -> float:
    """Seconds of a whole answer, thrown away as it comes."""
    link = http.client.HTTPConnection("127.0.0.1", portal.port, timeout=_TIMEOUT)
    try:
        start = time.perf_counter()
        link.request("GET", path)
        response = link.getresponse()
        while response.read(1 << 20):
            pass
        if response.status != 200:
            raise RuntimeError(f"{path} : {response.status}")
        return time.perf_counter() - start
    finally:
        link.close()


def _bare() -> float:
    """Seconds of the same columns through the driver: COPY on PostgreSQL, rows on SQLite."""
    connection.ensure_connection()
    start = time.perf_counter()
    for statement in _STATEMENTS:
        if connection.vendor == "postgresql":
            with connection.connection.cursor().copy(f"COPY ({statement}) TO STDOUT") as rows:
                for _ in rows:
                    pass
        else:
            for _ in connection.connection.execute(statement):
                pass
    return time.perf_counter() - start


def _memory(portal: Server, name: str) -> int:
    """The highest among the server's workers, in bytes."""
    children = Path(f"/proc/{portal.pid}/task/{portal.pid}/children").read_text().split()
    found = []
    for child in children:
        status = Path(f"/proc/{child}/status").read_text().splitlines()
        found += [int(line.split()[1]) * 1024 for line in status if line.startswith(f"{name}:")]
    return max(found)
