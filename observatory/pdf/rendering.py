"""HTML to PDF/UA-1, one page at a time in a process. WeasyPrint stands behind ``drawing`` alone."""

import logging
from functools import cache
from hashlib import sha256
from importlib.metadata import version as installed
from pathlib import Path
from threading import BoundedSemaphore, Lock

from django.conf import settings
from django.contrib.staticfiles import finders

logger = logging.getLogger(__name__)

#: style sheet of all fiches, among the static files
STYLE = "pdf/fiche.css"
#: seconds that a visitor waits while the process draws other fiches
PATIENCE = 20

#: WeasyPrint's fonts belong to one thread at a time
_turn = Lock()
#: one fiche is drawn and two wait: of its four threads, a process keeps one for pages
_seats = BoundedSemaphore(3)
_BUSY = "Beaucoup de fiches sont demandées en ce moment : attendez une vingtaine de secondes."


class NotDrawn(Exception):
    """No PDF now: a French sentence says why."""


def render(html: str) -> bytes:
    """The PDF/UA-1 of an HTML page. Raises ``NotDrawn`` when others keep the process busy, or a library is missing."""
    if not _seats.acquire(blocking=False):
        raise NotDrawn(_BUSY)
    try:
        return _in_turn(html)
    finally:
        _seats.release()


def _in_turn(html: str) -> bytes:
    if not _turn.acquire(timeout=PATIENCE):
        raise NotDrawn(_BUSY)
    try:
        try:
            from .drawing import draw
        except OSError:
            logger.exception("WeasyPrint ne s’ouvre pas")
            raise NotDrawn(
                "Une bibliothèque manque à cette installation pour dessiner les PDF : bin/run la nomme."
            ) from None
        return draw(html)
    finally:
        _turn.release()


@cache
def version() -> str:
    """Changes with WeasyPrint, the style sheet and the templates: what was drawn under another one is drawn again."""
    digest = sha256(installed("weasyprint").encode())
    for path in [Path(finders.find(STYLE)), *sorted(Path(settings.BASE_DIR).glob("templates/**/*.html"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
