"""The lines that were not written, as a file with the same columns, the number of the line and the reason."""

import csv
from collections.abc import Iterator

from observatory.pages.downloads import safe_cell

from .enums import Fate
from .models import Import, ImportLine

#: fates whose lines somebody must look at again
UNFIT = (Fate.REFUSED, Fate.AMBIGUOUS, Fate.STALE)


class _Echo:
    def write(self, value):
        return value


def reason(line: ImportLine) -> str:
    """Why a line was not written, in one line of text."""
    return " ; ".join(dict.fromkeys(f"{column} : {text}" if column else text for column, _, text in line.problems))


def lines(load: Import) -> Iterator[str]:
    """A CSV for spreadsheets: semicolons, byte-order mark, no cell that may run as a formula."""
    writer = csv.writer(_Echo(), delimiter=";")
    width = len(load.headers)
    yield "\ufeff" + writer.writerow([*map(safe_cell, load.headers), "ligne", "motif"])
    for line in load.lines.filter(fate__in=UNFIT).order_by("number").iterator(chunk_size=2_000):
        cells = [safe_cell(cell) for cell in line.raw]
        yield writer.writerow([*cells[:width], *[""] * (width - len(cells)), line.number, safe_cell(reason(line))])
