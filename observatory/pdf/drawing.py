"""The only import of WeasyPrint, and the only files that it may open. Imported when the first fiche is drawn."""

import mimetypes
from functools import cache
from importlib import import_module
from pathlib import Path

from django.contrib.staticfiles import finders
from pydyf import Dictionary
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from .rendering import STYLE

#: fonts stand in their packages, so that a fiche looks the same on every machine
FONT_PACKAGES = ("font_source_sans_pro", "font_source_serif_pro")


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
        path = _font(name) if scheme == "font" else finders.find(name)
        if path is None or ".." in name:
            raise ValueError(f"Rien sous « {url[:80]} »")
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        return URLFetcherResponse(url, Path(path).read_bytes(), {"Content-Type": kind})


def draw(html: str) -> bytes:
    """The PDF/UA-1 of an HTML page."""
    style, fonts = _style()
    page = HTML(string=html, base_url="static:", url_fetcher=Sealed())
    return page.write_pdf(stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1", finisher=_scope_headers)


def _scope_headers(_, pdf) -> None:
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
    for package in FONT_PACKAGES:
        path = Path(import_module(package).__file__).parent / "files" / name
        if path.is_file():
            return path
    return None
