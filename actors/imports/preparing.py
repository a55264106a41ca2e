"""Lines of the file to candidates, on every core: reading, validation and derived rows need no database."""

import ctypes
import gc
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

from actors.importers.lines import Line, Reader
from actors.importers.tables import Row
from observatory.records.identity import sort_key

from . import derived, writing
from .writing import dump

#: lines of one portion of the work, and portions below which one process is enough
CHUNK, FEW = 2_000, 2
#: portions read ahead of the slowest process
AHEAD = 4

OUTSIDE = "Cette commune est hors du territoire de la liste : une autre CRESS en répond."
NO_PLACE = "La commune manque : une fiche nouvelle dit où elle se trouve."


class Candidate(NamedTuple):
    """A line with all that needs no look at the directory."""

    number: int
    #: JSON
    raw: str
    problems: list
    refusal: str
    key: str
    name: str
    sort_key: str
    siret: str
    rna: str
    commune: int | None
    values: dict[str, Any]
    #: the packed staging line of the new record that the line would make; empty without one
    packed: str


@dataclass
class Preparer:
    """What every process knows; ``derive`` makes the row of a new record at once."""

    reader: Reader
    themes: dict[str, tuple[int, str]]
    derive: bool
    load_id: int

    def __post_init__(self):
        self.writer = writing.writer()

    def chunk(self, rows: list[Row]) -> list[Candidate]:
        return [self.one(self.reader.read(number, cells)) for number, cells in rows]

    def one(self, line: Line) -> Candidate:
        values, refusal, problems = line.values, line.refusal, line.problems
        if not refusal and line.place is not None and not line.place.inside:
            refusal = OUTSIDE
            problems = [*problems, ("", line.place.name, OUTSIDE)]
        name = values.get("name", "")
        candidate = Candidate(
            line.number,
            dump(line.raw),
            problems,
            refusal,
            line.key,
            name,
            sort_key(name) if name else "",
            values.get("siret", ""),
            values.get("rna", ""),
            line.place and line.place.commune,
            values,
            "",
        )
        if self.derive and not refusal and line.place is not None:
            return self.as_new(candidate, line.place)
        return candidate

    def as_new(self, candidate: Candidate, place) -> Candidate:
        """The candidate with the record that it would make."""
        values = derived.new_values(candidate.values)
        row = derived.new_row(values, place, self.themes, self.writer.search)
        labels = [[label, None, None] for label, *_ in values.get("labels", ())]
        themes = [self.themes[key][0] for key in values.get("themes", ())]
        return candidate._replace(
            packed=self.writer.pack(
                (
                    *(self.load_id, candidate.number, "new", candidate.raw, dump(candidate.problems), candidate.key),
                    *(candidate.name, candidate.siret, row[0], None, None),
                    dump({field: [None, value] for field, value in values.items()}),
                    *("{}", self.writer.pack(row)),
                    dump({"themes": themes, "labels": labels}) if themes or labels else None,
                    *(len(candidate.problems), 0),
                )
            )
        )


def _portions(rows: Iterable[Row]) -> Iterator[list[Row]]:
    rows = iter(rows)
    while portion := list(islice(rows, CHUNK)):
        yield portion


#: set before the processes are forked; they never touch the connection that they inherit
_preparer: Preparer | None = None


def _in_process(portion: list[Row]) -> list[Candidate]:
    return _preparer.chunk(portion)


def _die_with_parent(parent: int) -> None:
    """A worker that is killed leaves no process behind (Linux; elsewhere they end with the pipe)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)


def candidates(preparer: Preparer, rows: Iterable[Row], *, processes: int | None = None) -> Iterator[list[Candidate]]:
    """The candidates in the order of the file, by portions; few of them are in memory at a time."""
    global _preparer
    portions = _portions(rows)
    first = list(islice(portions, FEW))
    processes = processes or os.cpu_count() or 1
    if len(first) < FEW or processes < 2 or sys.platform == "win32":
        yield from map(preparer.chunk, first)
        yield from map(preparer.chunk, portions)
        return
    _preparer = preparer
    # What the processes share stays shared: the collector of garbage would write to every page of it.
    gc.freeze()
    context = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(processes, context, initializer=_die_with_parent, initargs=(os.getpid(),))
    try:
        yield from _in_order(pool.submit, [*first], portions, processes + AHEAD)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        gc.unfreeze()
        _preparer = None


def _in_order(
    submit: Callable[..., Future], first: list[list[Row]], portions: Iterator[list[Row]], ahead: int
) -> Iterator[list[Candidate]]:
    waiting = deque(submit(_in_process, portion) for portion in first)
    for portion in portions:
        waiting.append(submit(_in_process, portion))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
