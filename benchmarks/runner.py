"""Measuring: through the server for time, in this process for queries, on the driver for the bare baseline."""

import statistics
import time
from dataclasses import asdict, dataclass

from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from .bare import Bare
from .measures import Measure
from .server import Server

#: requests of each measure, fewer when they are slow
MOST, FEWEST, SECONDS = 40, 6, 8.0
#: requests that each come just after a change, when nothing that was kept may be used
FRESH = 4


class WrongAnswer(Exception):
    """An address that should be measured does not answer 200."""


@dataclass(frozen=True)
class Result:
    """Figures of one measure; times in milliseconds, sizes in bytes."""

    group: str
    name: str
    path: str
    median: float
    p95: float
    #: median just after a change of the data
    fresh: float
    bare: float
    #: queries with nothing kept from former requests
    queries: int
    size: int
    gzipped: int
    budget: float
    budget_queries: int | None
    budget_size: int | None

    @property
    def ratio(self) -> float:
        """How many times the bare work takes."""
        return self.median / self.bare

    @property
    def within(self) -> bool:
        """Whether time, queries and size keep their budgets."""
        return (
            self.median <= self.budget
            and (self.budget_queries is None or self.queries <= self.budget_queries)
            and (self.budget_size is None or self.gzipped <= self.budget_size)
        )

    def as_json(self) -> dict:
        return {**asdict(self), "ratio": round(self.ratio, 2), "within": self.within}


def run(measure: Measure, server: Server) -> Result:
    """Warm up, then measure; the bare work is timed in between, so that both meet the same machine."""
    queries, size = _in_process(measure)
    raw = Bare(connection)
    for _ in range(4):  # both workers, and the caches of the database
        _ask(server, measure)
    measure.work(raw)
    times, bare_times, gzipped = [], [], 0
    limit = time.monotonic() + SECONDS
    while len(times) < MOST and (len(times) < FEWEST or time.monotonic() < limit):
        elapsed, gzipped = _ask(server, measure)
        times.append(elapsed)
        start = time.perf_counter()
        measure.work(raw)
        bare_times.append((time.perf_counter() - start) * 1000)
    fresh = []
    for _ in range(FRESH):
        change_something()
        fresh.append(_ask(server, measure)[0])
    return Result(
        measure.group,
        measure.name,
        measure.path,
        round(statistics.median(times), 1),
        round(_p95(times), 1),
        round(statistics.median(fresh), 1),
        round(statistics.median(bare_times), 2),
        queries,
        size,
        gzipped,
        measure.milliseconds,
        measure.queries,
        measure.size,
    )


def _ask(server: Server, measure: Measure) -> tuple[float, int]:
    answer = server.get(measure.path)
    if answer.status != 200:
        raise WrongAnswer(f"{measure.path} answers {answer.status}.")
    return answer.milliseconds, answer.size


def _in_process(measure: Measure) -> tuple[int, int]:
    """Queries of a first request, and the size of its answer before compression."""
    cache.clear()
    client = Client(SERVER_NAME="127.0.0.1")
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(measure.path)
    if answer.status_code != 200:
        raise WrongAnswer(f"{measure.path} answers {answer.status_code}.")
    return len(captured), len(answer.content)


def _p95(times: list[float]) -> float:
    return sorted(times)[min(len(times) - 1, round(0.95 * len(times)))]


def change_something() -> None:
    """Draw a change number, as any write does: what was kept until a change is out of date."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT nextval('records_change_seq')")
        else:
            cursor.execute("UPDATE records_changecounter SET value = value + 1")
