"""Lines of the file to candidates, on every core: reading, validation and derived rows need no database."""

import ctypes
import gc
import json
import multiprocessing
import os
import signal
import sys
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from actors.importers.lines import Line, Reader
from actors.importers.tables import Portion, Table
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
    #: None beside ``packed``: read them again from ``raw`` if they must be compared after all
    values: dict[str, Any] | None
    #: the packed staging line of the new record that the line would make; empty without one
    packed: str


@dataclass
class Preparer:
    """What every process knows; ``derive`` makes the row of a new record at once."""

    table: Table
    reader: Reader
    themes: dict[str, tuple[int, str]]
    derive: bool
    load_id: int

    def __post_init__(self):
        self.writer = writing.writer()
        self.rows = derived.NewRows(self.themes, self.writer)

    def chunk(self, portion: Portion) -> list[Candidate]:
        return [self.one(self.reader.read(number, cells)) for number, cells in self.table.cells(portion)]

    def one(self, line: Line) -> Candidate:
        values, refusal, problems, place = line.values, line.refusal, line.problems, line.place
        if not refusal and place is not None and not place.inside:
            refusal = OUTSIDE
            problems = [*problems, ("", place.name, OUTSIDE)]
        name, raw = values.get("name", ""), dump(line.raw)
        filed, siret = sort_key(name) if name else "", values.get("siret") or ""
        packed = ""
        if self.derive and not refusal and place is not None:
            packed, values = self.as_new(line.number, raw, line.key, problems, values, place, filed), None
        return Candidate(
            *(line.number, raw, problems, refusal, line.key, name, filed, siret, line.values.get("rna") or ""),
            *(place and place.commune, values, packed),
        )

    def as_new(self, number: int, raw: str, key: str, problems: list, values: dict, place, filed: str) -> str:
        """The packed staging line of the record that the line would make."""
        values = derived.new_values(values)
        public_id, row = self.rows.draw(values, place, filed)
        links = None
        if "themes" in values or "labels" in values:
            labels = [[label, None, None] for label, *_ in values.get("labels", ())]
            links = dump({"themes": [self.themes[key][0] for key in values.get("themes", ())], "labels": labels})
        line = (
            *(self.load_id, number, "new", raw, dump(problems) if problems else "[]", key),
            *(values["name"], values.get("siret") or "", public_id, None, None),
            *(_created(values), "{}", links, len(problems), 0),
        )
        return self.writer.append(self.writer.pack(line), row)

    def again(self, candidate: Candidate) -> Line:
        """What the line of a candidate says."""
        return self.reader.read(candidate.number, json.loads(candidate.raw))


def _created(values: dict[str, Any]) -> str:
    """The differences of a new record as JSON: field → [nothing, value]."""
    parts = [
        f'"{field}":[null,{encode_basestring(value) if value.__class__ is str else dump(value)}]'
        for field, value in values.items()
    ]
    return "{" + ",".join(parts) + "}"


#: set before the processes are forked; they never touch the connection that they inherit
_preparer: Preparer | None = None


def _in_process(portion: Portion) -> list[Candidate]:
    return _preparer.chunk(portion)


def _die_with_parent(parent: int) -> None:
    """A worker that is killed leaves no process behind (Linux; elsewhere they end with the pipe)."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
        if os.getppid() != parent:
            os._exit(1)


def candidates(preparer: Preparer, *, processes: int | None = None) -> Iterator[list[Candidate]]:
    """The candidates in the order of the file, by portions; few of them are in memory at a time."""
    global _preparer
    portions = preparer.table.portions(CHUNK)
    first = list(islice(portions, FEW))
    processes = processes or os.cpu_count() or 1
    if len(first) < FEW or processes < 2 or sys.platform == "win32":
        yield from map(preparer.chunk, chain(first, portions))
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
    submit: Callable[..., Future], first: list[Portion], portions: Iterator[Portion], ahead: int
) -> Iterator[list[Candidate]]:
    waiting = deque(submit(_in_process, portion) for portion in first)
    for portion in portions:
        waiting.append(submit(_in_process, portion))
        if len(waiting) >= ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
