"""Tables to download: CSV for spreadsheets, XLSX; each is a list of ``(name of the column, value of a row)``."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

#: a spreadsheet holds no more rows than this, header included
XLSX_ROWS = 1_048_576
#: rows read from the database at a time
CHUNK = 2_000

Columns = Sequence[tuple[str, Callable[[Any], Any]]]


#: signs that make a formula of a text
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(value):
    """A value that no spreadsheet takes for a formula: text that begins like one gets an apostrophe."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


class _Echo:
    def write(self, value):
        return value


def csv_response(rows: Iterable, columns: Columns, name: str) -> StreamingHttpResponse:
    """Semicolons and a byte-order mark, as French spreadsheets expect; streamed."""
    writer = csv.writer(_Echo(), delimiter=";")

    def lines() -> Iterable[str]:
        yield "\ufeff" + writer.writerow([column for column, _ in columns])
        for row in rows:
            yield writer.writerow([safe_cell(value(row)) for _, value in columns])

    return attach(StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8"), f"{name}.csv")


def xlsx_response(rows: Iterable, columns: Columns, name: str, *, sheet: str) -> HttpResponse:
    """One sheet; text stays text, so that a SIRET keeps its zeros and nothing is taken for a formula."""
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.append([column for column, _ in columns])
    for row in rows:
        page.append([_cell(page, value(row)) for _, value in columns])
    buffer = io.BytesIO()
    book.save(buffer)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return attach(HttpResponse(buffer.getvalue(), content_type=kind), f"{name}.xlsx")


def _cell(page, value):
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("", value)
    cell = WriteOnlyCell(page, value=value)
    if isinstance(value, str):
        cell.data_type = "s"  # openpyxl would make a formula of "=…"
    return cell


def attach(response, filename: str):
    """The response as a file to save under ``filename``."""
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
