"""Read a list that somebody exported: CSV or XLSX, whatever its encoding, separator and title lines. No database.

``open_table(path)`` says what the file is; ``Table.rows()`` gives the lines with their number in the file. Whatever cannot
be read raises ``Unreadable`` with a French sentence.
"""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from observatory.records.identity import fold

from . import workbooks
from .workbooks import Unreadable

SEPARATORS = ";,\t|"
#: lines looked at to find separator and header
HEAD = 60
#: most columns of a list
MOST_COLUMNS = 200

_FOREIGN = {
    b"%PDF": "un document PDF",
    b"\xd0\xcf\x11\xe0": "un ancien fichier Excel (.xls) ou Word",
    b"\x89PNG": "une image",
    b"\xff\xd8\xff": "une image",
    b"GIF8": "une image",
    b"\x1f\x8b": "une archive compressée",
    b"Rar!": "une archive compressée",
    b"7z\xbc\xaf": "une archive compressée",
    b"{\\rtf": "un document RTF",
    b"SQLite format 3": "une base de données",
}
_MARKUP = re.compile(rb"\s*(?:<!doctype|<html|<\?xml|<svg|\{\s*\")", re.IGNORECASE)
_ASK = "Enregistrez la liste au format CSV ou XLSX, puis chargez-la de nouveau."
#: what a cell of data looks like, and the name of a column does not
_DATA = re.compile(r"\S+@\S+\.\S+|https?://\S+|[\d\s.,/€%+-]+")

Row = tuple[int, list[str]]


class Block(NamedTuple):
    """Whole records of a CSV as they stand in the file, to be cut into cells elsewhere."""

    #: number of the first line
    number: int
    lines: list[str]


#: some lines of a list; ``Table.cells`` reads them, in any process
Portion = Block | list[Row]


@dataclass
class Table:
    """A list as it lies in its file."""

    path: Path
    #: ``csv`` or ``xlsx``
    kind: str
    headers: list[str]
    #: line of the header in the file, from 1
    header_line: int
    encoding: str = ""
    separator: str = ""
    sheet: str = ""
    sheets: list[str] = field(default_factory=list)

    def rows(self) -> Iterator[Row]:
        """Line number and cells of every line below the header that holds something; longer ones keep what exceeds."""
        return self._filled(self._all())

    def portions(self, size: int) -> Iterator[Portion]:
        """The file in parts of ``size`` records or so, in its order: cutting them into cells is most of the reading."""
        if self.kind == "xlsx":
            rows = self.rows()
            while portion := list(islice(rows, size)):
                yield portion
        else:
            yield from _blocks(self.path, self.encoding, self.separator, size)

    def cells(self, portion: Portion) -> Iterator[Row]:
        """The lines of a portion, as ``rows`` gives them."""
        if isinstance(portion, Block):
            return self._filled(_records(portion.lines, self.separator, portion.number))
        return iter(portion)

    def _all(self) -> Iterator[Row]:
        if self.kind == "xlsx":
            return workbooks.rows(self.path, self.sheet)
        return _records(_lines(self.path, self.encoding), self.separator)

    def _filled(self, rows: Iterator[Row]) -> Iterator[Row]:
        width = len(self.headers)
        for number, cells in rows:
            if number > self.header_line and any(cells):
                yield number, cells if len(cells) >= width else cells + [""] * (width - len(cells))


def open_table(path: Path, *, sheet: str = "") -> Table:
    """What the file is and where its header stands; raises ``Unreadable``."""
    path = Path(path)
    with path.open("rb") as file:
        start = file.read(8_192)
    if not start.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise Unreadable("Le fichier est vide.")
    if start.startswith(b"PK"):
        sheets = workbooks.sheet_names(path)
        if sheet and sheet not in sheets:
            raise Unreadable(f"Le classeur n’a pas de feuille « {sheet} ».")
        table = Table(path, "xlsx", [], 0, sheet=sheet or sheets[0], sheets=sheets)
    else:
        _refuse_foreign(start)
        encoding = _encoding(path, start)
        table = Table(path, "csv", [], 0, encoding, _separator(path, encoding))
    _find_header(table)
    return table


def _refuse_foreign(start: bytes) -> None:
    for magic, what in _FOREIGN.items():
        if start.startswith(magic):
            raise Unreadable(f"Ce fichier est {what}, pas une liste. {_ASK}")
    if _MARKUP.match(start):
        raise Unreadable(f"Ce fichier est une page web ou un échange de données, pas une liste. {_ASK}")
    text = not start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    strange = sum(start.count(byte) for byte in (b"\x00", b"\x01", b"\x02", b"\x03", b"\x04", b"\x05", b"\x06"))
    if text and strange * 50 > len(start):
        raise Unreadable(f"Ce fichier n’est pas du texte : ce n’est ni un CSV ni un XLSX. {_ASK}")


def _encoding(path: Path, start: bytes) -> str:
    """UTF-16 by its mark, UTF-8 when the whole file is, else the Windows code page of western Europe."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while block := file.read(1 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8-sig"


def _lines(path: Path, encoding: str) -> Iterator[str]:
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        for line in file:
            yield line.replace("\x00", "") if "\x00" in line else line


def _records(lines: Iterable[str], separator: str, first: int = 1) -> Iterator[Row]:
    """Number and cells of each record of a CSV whose first line is number ``first``."""
    reader = csv.reader(lines, delimiter=separator)
    number = first
    try:
        for cells in reader:
            yield number, [cell.strip() for cell in cells]
            number = first + reader.line_num
    except csv.Error:
        raise Unreadable(
            f"La ligne {number} ne se lit pas : une case dépasse {csv.field_size_limit():,} caractères, ".replace(",", "\u202f")
            + "ou un guillemet ouvert n’est pas refermé."
        ) from None  # fmt: skip


def _blocks(path: Path, encoding: str, separator: str, size: int) -> Iterator[Block]:
    """The records of a CSV, uncut: only a line with a quote may go on in the next one."""
    lines = _lines(path, encoding)
    number, block = 1, []

    def taken() -> Iterator[str]:
        for line in lines:
            block.append(line)
            yield line

    for line in lines:
        block.append(line)
        if '"' in line:
            next(_records(chain([line], taken()), separator, number + len(block) - 1), None)
        if len(block) >= size:
            yield Block(number, block)
            number, block = number + len(block), []
    if block:
        yield Block(number, block)


def _head(rows: Iterator[Row]) -> list[Row]:
    found = []
    for row in rows:
        found.append(row)
        if len(found) == HEAD:
            break
    return found


def _separator(path: Path, encoding: str) -> str:
    """The separator that cuts most lines into the same number of cells."""
    best = (0.0, ",")
    for separator in SEPARATORS:
        try:
            rows = [cells for _, cells in _head(_records(_lines(path, encoding), separator)) if any(cells)]
        except Unreadable:
            continue
        widths = Counter(len(cells) for cells in rows if len(cells) > 1)
        if widths:
            width, lines = widths.most_common(1)[0]
            # A second separator inside the cells cuts unevenly: regularity counts before width.
            best = max(best, (lines / len(rows) + min(width, 20) / 100, separator))
    if best[0] == 0.0:
        for _ in _head(_records(_lines(path, encoding), ",")):  # a file that no separator reads says why
            pass
    return best[1]


def _find_header(table: Table) -> None:
    """The first line that names most columns; raises when none does, or when two columns bear one name."""
    head = [(number, cells) for number, cells in _head(table._all()) if any(cells)]
    if not head:
        raise Unreadable("Le fichier est vide.")
    # A header is about as full as the fullest line; what stands above it as a title is not.
    wanted = 0.6 * max(sum(map(bool, cells)) for _, cells in head)
    number, cells = next(row for row in head if sum(map(bool, row[1])) >= wanted)
    named = [cell for cell in cells if cell]
    if sum(1 for cell in named if _DATA.fullmatch(cell)) * 4 >= len(named):
        raise Unreadable(
            f"La ligne {number} devrait porter le nom des colonnes : elle porte déjà des données "
            f"(« {next(cell for cell in named if _DATA.fullmatch(cell))[:40]} »). Ajoutez une ligne d’en-tête."
        )
    while cells and not cells[-1]:
        cells = cells[:-1]
    if len(cells) > MOST_COLUMNS:
        raise Unreadable(f"La liste a {len(cells)} colonnes : {MOST_COLUMNS} au plus.")
    seen: dict[str, str] = {}
    for cell in named:
        if fold(cell) in seen:
            raise Unreadable(f"Deux colonnes portent le même nom, « {cell} » : renommez l’une des deux.")
        seen[fold(cell)] = cell
    table.headers = [cell[:200] or f"Colonne {column_letter(n)}" for n, cell in enumerate(cells)]
    table.header_line = number


def column_letter(index: int) -> str:
    """The letter of a column as a spreadsheet shows it: 0 gives ``A``, 26 gives ``AA``."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
