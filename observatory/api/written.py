"""Parts of whole lists that the night has already written, given again while none of their records changes.

A record draws a number whenever something that it shows changes (``records.triggers``, ``records.references``), so the numbers
of some records name what a file says of them. Each night's dump keeps what it writes, part by part; a caller who asks for the
whole list gets these parts as they are, and only those that changed since are read. Nothing is kept while answering: a
visitor cannot fill the disk.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from itertools import groupby, islice

from django.core.cache import caches
from django.utils import timezone
from rest_framework.views import APIView

from observatory.pages.preparation import code_fingerprint

from .flat import Table
from .formats import FileRenderer

#: keys of a part, at most; a part is cut by the keys, so that a record removed moves no other part
SIZE = 2_000
#: keys are cut by themselves when they span no more than so many times their number
_SPARSE = 2
#: until the dump of the next night, with a night to spare
KEPT = 3 * 24 * 3600  # seconds

#: (primary key, change number) of each record
Numbered = Sequence[tuple[int, int]]
#: keys → the records that are still there, in that order
Read = Callable[[list[int]], list[dict]]


def cut(rows: Numbered) -> Iterator[list[tuple[int, int]]]:
    """The rows of each part; ``rows`` are in the order of their keys."""
    if rows and rows[-1][0] - rows[0][0] > _SPARSE * len(rows):
        # The few that answer to filters: cut by keys, they would be read one by one.
        rest = iter(rows)
        while part := list(islice(rest, SIZE)):
            yield part
        return
    for _, part in groupby(rows, key=lambda row: row[0] // SIZE):
        yield list(part)


def name(view: APIView, form: type[FileRenderer], rows: Numbered) -> str:
    """What a part is kept under: its records with their numbers, the fields, the address of the portal, code and day."""
    told = (
        type(view).__qualname__,
        form.format,
        view.fields,
        view.base,
        code_fingerprint(),
        timezone.localdate(),
        rows,
    )
    return sha256(repr(told).encode()).hexdigest()


def bodies(
    view: APIView, forms: Sequence[FileRenderer], table: Table, rows: Numbered, read: Read, *, keep: bool = False
) -> Iterator[list[bytes]]:
    """The bytes of each part in each format: as written before, else read now, and then ``keep`` them or not."""
    store = caches["files"]
    for part in cut(rows):
        names = [name(view, type(form), part) for form in forms]
        found = store.get_many(names)
        if len(found) < len(names):
            records = read([pk for pk, _ in part])
            for form, named in zip(forms, names, strict=True):
                if named not in found:
                    found[named] = form.body(records, table)
                    if keep:
                        store.set(named, found[named], timeout=KEPT)
        yield [found[named] for named in names]
