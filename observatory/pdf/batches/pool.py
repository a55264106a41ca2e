"""Fiches drawn over processes of their own: WeasyPrint holds one core, and its memory goes with its process."""

import logging
import multiprocessing
import os
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing.connection import wait as wait_for
from threading import Thread

from django.conf import settings
from django.db import connection, connections

logger = logging.getLogger(__name__)
#: seconds after which whoever waits for a fiche is heard again
PATIENCE = 1
#: fiches asked of each process in advance, so that none waits for work
AHEAD = 2
#: fiches of each process, which then gives its place, and its memory, to a new one
LIFETIME = 500
GONE = "n’est plus publiée"
BROKEN = "n’a pas pu être dessinée"


class Unable(Exception):
    """No fiche at all can be drawn here: a French sentence says why."""


@dataclass(frozen=True)
class Drawn:
    """A fiche of a batch: its PDF, or the reason why there is none."""

    key: str
    title: str = ""
    pdf: bytes = b""
    reason: str = ""


def cores() -> int:
    """How many processes draw; none: the worker draws by itself."""
    return len(os.sched_getaffinity(0)) if settings.PDF_PROCESSES is None else settings.PDF_PROCESSES


def draw(kind: str, key: str, base: str) -> Drawn:
    """One fiche as any visitor may read it. Raises ``Unable``; any other fault is that of this fiche alone."""
    from observatory.pdf import fiches, registry, rendering

    try:
        fiche = registry.get(kind)
        record = fiche.find(key)
        if record is None:
            return Drawn(key, reason=GONE)
        return Drawn(key, str(record), fiches.printed(fiche, record, base=base).pdf())
    except rendering.NotDrawn as refusal:
        raise Unable(str(refusal)) from None
    except Exception:
        logger.exception("Fiche %s %s", kind, key)
        return Drawn(key, reason=BROKEN)


def drawn(kind: str, keys: Iterable[str], base: str) -> Iterator[Drawn | None]:
    """Each fiche as it comes, in no order; None now and then while all are at work. Raises ``Unable``.

    Closing the iterator waits for the fiches that were begun, no longer.
    """
    if not (count := cores()):
        yield from (draw(kind, key, base) for key in keys)
        return
    keys = iter(keys)
    for key in keys:  # one more: another set of processes
        yield from _by_processes(count, kind, chain([key], islice(keys, count * LIFETIME - 1)), base)


def _by_processes(count: int, kind: str, keys: Iterator[str], base: str) -> Iterator[Drawn | None]:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([f"{__package__}.ready"])
    database = connection.settings_dict["NAME"]
    pool = ProcessPoolExecutor(count, mp_context=context, initializer=_begin, initargs=(database,))
    try:
        at_work: set[Future] = {pool.submit(draw, kind, key, base) for key in islice(keys, count * (1 + AHEAD))}
        while at_work:
            ready, at_work = wait(at_work, timeout=PATIENCE, return_when=FIRST_COMPLETED)
            if not ready:
                yield None
            at_work |= {pool.submit(draw, kind, key, base) for key in islice(keys, len(ready))}
            while ready:
                yield ready.pop().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(database: str) -> None:
    """What a process does first: its data base, and a place behind the visitors."""
    from . import ready  # noqa: F401 (already there, unless the server could not import it)

    os.nice(5)
    Thread(target=_end_with_parent, daemon=True).start()
    connections["default"].settings_dict["NAME"] = database


def _end_with_parent() -> None:
    """A worker that is killed takes its processes along: they would wait for work for ever."""
    wait_for([multiprocessing.parent_process().sentinel])
    os._exit(1)
