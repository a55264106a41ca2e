"""XLSX as lines of text: one sheet, read as a stream. No database."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path

from openpyxl import load_workbook

#: bytes of a workbook once unpacked, above which it is not opened
MOST_UNPACKED = 1 << 30


class Unreadable(ValueError):
    """A file that cannot be read as a list; the message is a French sentence."""


_BROKEN = "Le classeur XLSX est incomplet ou abîmé : téléchargez-le de nouveau, ou enregistrez-le encore une fois."


def sheet_names(path: Path) -> list[str]:
    """The sheets of a workbook; raises ``Unreadable`` for any other archive."""
    _check_archive(path)
    book = _open(path)
    try:
        names = [sheet.title for sheet in book.worksheets]
    finally:
        book.close()
    if not names:
        raise Unreadable("Le classeur n’a aucune feuille de cellules.")
    return names


def rows(path: Path, sheet: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells as text; dates as ``2014-07-31``, whole numbers without decimals."""
    book = _open(path)
    try:
        cells = book[sheet]
        cells.reset_dimensions()
        for number, values in enumerate(cells.iter_rows(values_only=True), start=1):
            yield number, [text(value) for value in values]
    except Unreadable:
        raise
    except Exception as error:  # openpyxl lets through whatever its XML and ZIP readers meet
        raise Unreadable(_BROKEN) from error
    finally:
        book.close()


def text(value) -> str:
    """A cell as somebody would have typed it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value.replace("\x00", "").strip()
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)


def _check_archive(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            names = {member.filename for member in members}
            kind = archive.read("mimetype")[:100] if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise Unreadable(_BROKEN) from error
    if b"opendocument" in kind:
        raise Unreadable("Ce fichier est au format OpenDocument (ODS) : enregistrez-le au format XLSX ou CSV.")
    if "xl/workbook.xml" not in names:
        raise Unreadable("Ce fichier est une archive ou un autre document, pas un classeur XLSX.")
    if sum(member.file_size for member in members) > MOST_UNPACKED:
        raise Unreadable("Le classeur est trop grand une fois ouvert : enregistrez la liste au format CSV.")


def _open(path: Path):
    try:
        return load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl lets through whatever its XML and ZIP readers meet
        raise Unreadable(_BROKEN) from error
