"""The only import of WeasyPrint, and the only files that it may open. Imported when the first fiche is drawn."""

import mimetypes
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote

from django.contrib.staticfiles import finders
from pydyf import Dictionary
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from .rendering import STYLE

#: fonts stand in their packages, so that a fiche looks the same on every machine: package and folder in it
FONT_PACKAGES = (("font_source_sans_pro", "files"), ("font_source_serif_pro", "files"), ("manimgx_fonts", ""))
#: what stands for a sign that no font of the machine has: PDF/UA-1 forbids the empty box
NO_GLYPH = "\N{REPLACEMENT CHARACTER}"


class Sealed(URLFetcher):
    """Opens static files (``static:name``), fonts of our packages (``font:name``) and what the page itself holds (``data:``).

    Whatever a description contains, nothing else is read: neither the network nor another file.
    """

    def __init__(self):
        super().__init__(allowed_protocols=("data",), allow_redirects=False)

    def fetch(self, url, headers=None):
        scheme, _, name = url.partition(":")
        if scheme not in ("static", "font"):
            return super().fetch(url, headers)
        path = _font(unquote(name)) if scheme == "font" else finders.find(name)
        if path is None or ".." in name:
            raise ValueError(f"Rien sous « {url[:80]} »")
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        return URLFetcherResponse(url, Path(path).read_bytes(), {"Content-Type": kind})


def draw(html: str) -> bytes:
    """The PDF/UA-1 of an HTML page; a sign that no font has is drawn as ``NO_GLYPH``."""
    pdf, missing = _draw(html)
    return _draw(html.translate(dict.fromkeys(missing, NO_GLYPH)))[0] if missing else pdf


def _draw(html: str) -> tuple[bytes, set[int]]:
    """The PDF, and the signs (code points) that it shows as an empty box."""
    style, fonts = _style()
    missing: set[int] = set()

    def finish(document, pdf):
        missing.update(sign for font in document.fonts.values() for sign in font.missing)
        _scope_headers(pdf)

    page = HTML(string=html, base_url="static:", url_fetcher=Sealed())
    pdf = page.write_pdf(stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1", finisher=finish)
    return pdf, missing


def _scope_headers(pdf) -> None:
    """Say which way each header cell of a table goes, which WeasyPrint leaves out. Heads are the first row, on each page."""
    for element in pdf.objects:
        if isinstance(element, Dictionary) and element.get("S") == "/TH" and "ID" in element:
            row = element["ID"].string.split("-")[-2]
            element["A"]["Scope"] = "/Column" if row == "0" else "/Row"


@cache
def _style() -> tuple[CSS, FontConfiguration]:
    fonts = FontConfiguration()
    return CSS(f"static:{STYLE}", url_fetcher=Sealed(), font_config=fonts), fonts


@cache
def _font(name: str) -> Path | None:
    for package, folder in FONT_PACKAGES:
        path = Path(find_spec(package).origin).parent / folder / name
        if path.is_file():
            return path
    return None
