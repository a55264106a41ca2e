"""Fiches: a new one beside bare WeasyPrint, one that is kept, and a thousand as a batch beside one process.

The bare work draws the same HTML with the style sheet and the fonts ready: no record read, no template, no cache. The
batch goes through the task of the portal, its ZIP included, beside the same task in one process (``PDF_PROCESSES=0``: the
worker draws by itself) and beside what the cores gain for bare WeasyPrint; memory is that of the worker and of the
processes that draw, shared pages counted once.
"""

import os
import statistics
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from threading import Event, Thread

from .imports import _memory as memory_of

GROUP = "fiches"
FICHES, TIMES = 1_000, 15
#: parts that one process and all draw by turns
TURNS = 10
#: fiches that bare WeasyPrint draws by one process, then by all
ALONE = 60
#: budgets: times bare WeasyPrint, milliseconds, times one process on two cores
NEW, KEPT, GAIN = 1.3, 15, 1.8
#: by how much memory may grow between the first tenth of a batch and its end
GROWTH = 1.5
BASE = "https://portail.invalid"


@dataclass(frozen=True)
class FicheResult:
    """A figure under its budget; ``told`` holds what else was measured."""

    name: str
    value: float
    budget: float
    unit: str
    told: str
    #: whether the budget is the least that is asked
    is_least: bool = False

    @property
    def within(self) -> bool:
        return self.value >= self.budget if self.is_least else self.value <= self.budget

    def as_json(self) -> dict:
        return {"group": GROUP, **asdict(self), "within": self.within}

    def __str__(self) -> str:
        sign = "≥" if self.is_least else "≤"
        told = f"{self.value:.2f} {self.unit} (budget {sign} {self.budget:g}), {self.told}"
        return f"{GROUP}: {self.name}: {told}  {'ok' if self.within else 'OVER'}"


def measure(count: int = FICHES) -> list[FicheResult]:
    """One fiche, then ``count`` of them."""
    return [*_one(), *_batches(count)]


def _one() -> list[FicheResult]:
    from django.core.cache import cache, caches
    from django.test import Client

    from actors.models import Actor
    from observatory.pdf import fiches, registry

    key = Actor.objects.published().exclude(commune=None).order_by("pk").first().public_id
    fiche, client, address = registry.get("acteur"), Client(SERVER_NAME="127.0.0.1"), f"/fiches/acteur/{key}.pdf"
    html = fiches.printed(fiche, fiche.find(key), base="http://127.0.0.1").html

    def bare():
        _bare(html)

    def new():
        cache.clear()
        caches["pdf"].clear()
        asked()

    def asked():
        assert client.get(address).content.startswith(b"%PDF")

    for each in (bare, new, asked):
        each()
    taken = [(_seconds(bare), _seconds(new), _seconds(asked)) for _ in range(TIMES)]
    plain, drawn, kept = (statistics.median(column) * 1000 for column in zip(*taken, strict=True))
    return [
        FicheResult("a new one", drawn / plain, NEW, "× bare", f"{drawn:.0f} ms, bare {plain:.0f} ms"),
        FicheResult("one that is kept", kept, KEPT, "ms", f"median of {TIMES}"),
    ]


def _bare(html: str, times: int = 1) -> None:
    """Draw a page by WeasyPrint alone."""
    from observatory.pdf import drawing

    style, fonts = drawing._style()
    for _ in range(times):
        page = drawing.HTML(string=html, base_url="static:", url_fetcher=drawing.Sealed())
        page.write_pdf(stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1")


def _bare_gain(cores: int) -> float:
    """How many times faster the cores draw together than one of them: what the machine itself allows a batch."""
    from actors.models import Actor
    from observatory.pdf import fiches, registry

    fiche = registry.get("acteur")
    key = Actor.objects.published().exclude(commune=None).order_by("pk").first().public_id
    html = fiches.printed(fiche, fiche.find(key), base=BASE).html
    taken = []
    for processes in (1, cores):
        with ProcessPoolExecutor(processes, get_context("spawn"), initializer=_begin) as pool:
            share = [html] * processes
            list(pool.map(_bare, share))  # every process has begun, its style sheet read
            start = time.perf_counter()
            list(pool.map(_bare, share, [ALONE // processes] * processes))
            taken.append(time.perf_counter() - start)
    return taken[0] / taken[1]


def _begin() -> None:
    import django

    django.setup()


def _seconds(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _batches(count: int) -> list[FicheResult]:
    cores = len(os.sched_getaffinity(0))
    keys = _keys(count)
    alone, together = _in_turn(keys, cores)
    whole, memory = _batch(keys, cores)
    tenth, half, end = memory[len(memory) // 10], memory[len(memory) // 2], memory[-1]
    told = (
        f"{together:.0f} s by {cores} processes, {alone:.0f} s by one; at one go {whole:.0f} s, {count / whole:.1f} "
        f"fiches/s; bare WeasyPrint: {_bare_gain(cores):.2f} × one process"
    )
    grown = (
        f"{tenth:.0f} MB at the first tenth, {half:.0f} MB at half, {end:.0f} MB at the end, most {max(memory):.0f} MB"
    )
    return [
        FicheResult(f"{count:,} as batches", alone / together, GAIN, "× one process", told, is_least=True),
        FicheResult("memory of the batch", end / tenth, GROWTH, "× the first tenth", grown),
    ]


def _in_turn(keys: list[str], cores: int) -> tuple[float, float]:
    """Seconds that the fiches take one process, then as many as there are cores.

    A tenth of them at a time, the one and the others going first by turns: a shared machine changes speed within a minute.
    """
    alone = together = 0.0
    size = max(1, len(keys) // TURNS)
    for turn, start in enumerate(range(0, len(keys), size)):
        part = keys[start : start + size]
        if turn % 2:
            together += _batch(part, cores)[0]
        alone += _batch(part, 0)[0]
        if not turn % 2:
            together += _batch(part, cores)[0]
    return alone, together


def _keys(count: int) -> list[str]:
    from django.http import QueryDict

    from observatory.pdf import registry

    found = registry.batchable("annuaire").found(QueryDict("ess=all"))
    return list(found.sorted(found.qs).values_list("public_id", flat=True)[:count])


def _batch(keys: list[str], processes: int) -> tuple[float, list[float]]:
    """Seconds of a batch with nothing kept, drawn by the worker itself or by processes of their own, and its memory from
    beginning to end (megabytes, every other second: reading it takes time of a core)."""
    from django.conf import settings
    from django.core.cache import caches
    from django.http import QueryDict

    from observatory.pdf import registry
    from observatory.pdf.batches import services, tasks
    from observatory.pdf.batches.models import Batch

    caches["pdf"].clear()
    settings.PDF_PROCESSES = processes
    search, query = registry.batchable("annuaire"), QueryDict("ess=all")
    batch = services.ask(search, query, keys, told=[], base=BASE, origin="")
    seen, over = [], Event()

    def watch():
        while not over.wait(2):
            seen.append(memory_of(os.getpid()))

    watcher = Thread(target=watch, daemon=True)
    watcher.start()
    sys.stderr.write(f"  {GROUP}: {len(keys):,} by {processes or 'one'}…")
    seconds = _seconds(lambda: tasks.run(batch.pk))
    sys.stderr.write(f" {seconds:.0f} s\n")
    over.set()
    watcher.join()
    batch.refresh_from_db()
    assert (batch.state, batch.done, batch.failures) == ("done", len(keys), []), batch.error
    batch.path.unlink()
    Batch.objects.filter(pk=batch.pk).delete()
    return seconds, seen[:-1] or [0.0]
