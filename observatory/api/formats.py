"""The formats of whole lists: each writes the same records, some at a time, so that memory stays flat.

JSON is the format of pages (``renderers``). ``files`` reads the records and answers with what ``write`` gives; ``dumps`` puts
the same bytes into files.
"""

import codecs
import csv
import io
import tempfile
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import orjson
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from observatory.pages.downloads import FORMULA, XLSX_ROWS

from .flat import Table
from .renderers import FrenchJSONRenderer

#: records, some at a time
Parts = Iterable[list[dict]]
_BLOCK = 1 << 16
_FORMULA = frozenset(FORMULA)
#: a cell of a spreadsheet holds no more signs than this
_LONGEST = 32_767


class FileRenderer(FrenchJSONRenderer):
    """A format that a whole list is written in; ``render`` is left for problems, which are JSON."""

    #: what the documentation says of it
    label: str
    #: the most records that a file of this format may hold
    most: int | None = None
    #: whether a file is its head and then the bodies of its parts, whatever the parts
    is_cut = False

    def render(self, data, accepted_media_type=None, renderer_context=None):
        return super().render(data, "application/json", renderer_context)

    def head(self, table: Table) -> bytes:
        """What stands before the records."""
        return b""

    def body(self, records: list[dict], table: Table) -> bytes:
        """Some records, or none when all were removed meanwhile; others may precede and follow."""
        raise NotImplementedError

    def write(self, parts: Parts, table: Table) -> Iterator[bytes]:
        """The file of a list."""
        yield self.head(table)
        for records in parts:
            yield self.body(records, table)

    def write_one(self, record: dict, table: Table) -> Iterator[bytes]:
        """The file of one record: a list of one unless the format has a form of its own."""
        return self.write([[record]], table)


class NDJSON(FileRenderer):
    media_type, format, charset = "application/x-ndjson", "ndjson", None
    label = "une fiche JSON par ligne"
    is_cut = True

    def body(self, records, table):
        return b"".join([orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE) for record in records])


class GeoJSON(FileRenderer):
    """One feature per record; those without a point have a null geometry (RFC 7946)."""

    media_type, format, charset = "application/geo+json", "geojson", None
    label = "entités pour les cartes, dont les propriétés sont la fiche"

    def write(self, parts, table):
        yield b'{"type":"FeatureCollection","features":['
        separator = b""
        for records in filter(None, parts):
            yield separator + b",".join(map(_feature, records))
            separator = b","
        yield b"]}"

    def write_one(self, record, table):
        yield _feature(record)


def _feature(record: dict) -> bytes:
    point = record["coordinates"]
    geometry = point and {"type": "Point", "coordinates": [point["longitude"], point["latitude"]]}
    return orjson.dumps({"type": "Feature", "id": record["id"], "geometry": geometry, "properties": record})


class CSV(FileRenderer):
    """For spreadsheets: byte-order mark, semicolons, text that begins like a formula behind an apostrophe."""

    media_type, format, charset = "text/csv", "csv", "utf-8"
    label = "tableau pour tableur : point-virgule, UTF-8, une colonne par champ imbriqué (`place.commune.code`)"
    is_cut = True

    def head(self, table):
        return codecs.BOM_UTF8 + _quoted(table.header).encode()

    def body(self, records, table):
        return "".join([_line(table.words(record), table.free) for record in records]).encode()


def _line(cells: list[str], free: list[int]) -> str:
    """A line of CSV. Most need neither quotes nor apostrophes, which is seen faster in the whole line."""
    line = ";".join(cells)
    if (
        ";=" in line
        or ";+" in line
        or ";-" in line
        or ";@" in line
        or ";\t" in line
        or ";\r" in line
        or line[0] in _FORMULA
    ):
        for place in free:
            if cells[place].startswith(FORMULA):
                cells[place] = f"'{cells[place]}"
        line = ";".join(cells)
    if '"' in line or "\n" in line or "\r" in line or line.count(";") != len(cells) - 1:
        return _quoted(cells)
    return f"{line}\r\n"


def _quoted(cells: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";").writerow(cells)
    return buffer.getvalue()


class XLSX(FileRenderer):
    """One sheet; text stays text, so that a SIRET keeps its zeros and nothing is taken for a formula."""

    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    format, charset = "xlsx", None
    label = "classeur, avec les mêmes colonnes"
    most = XLSX_ROWS - 1

    def write(self, parts, table):
        book = Workbook(write_only=True)
        sheet = book.create_sheet("Données")
        sheet.append(table.header)
        for records in parts:
            for record in records:
                sheet.append([_cell(sheet, value) for value in table.line(record)])
        with tempfile.TemporaryFile() as file:
            book.save(file)
            file.seek(0)
            yield from blocks(file)


def _cell(sheet, value):
    if not isinstance(value, str):
        return value
    cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("", value)[:_LONGEST])
    cell.data_type = "s"  # openpyxl would make a formula of "=…"
    return cell


def blocks(file: BinaryIO) -> Iterator[bytes]:
    """The rest of a file, some at a time."""
    while block := file.read(_BLOCK):
        yield block
