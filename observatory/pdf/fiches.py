"""From a record to its fiche: one HTML page, one PDF kept by its content."""

from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings
from django.core.cache import caches
from django.db.models import Model
from django.template.loader import render_to_string
from django.utils import timezone

from observatory.records.identity import slug_for

from . import rendering
from .images import qr_code
from .registry import Fiche

#: seconds that a PDF is kept; one that changed is drawn under another key
KEPT = 30 * 24 * 3600


@dataclass(frozen=True)
class Printed:
    """A fiche ready to be drawn: its HTML decides of its PDF."""

    html: str
    filename: str
    #: whether the PDF stays on disk; what is not public is drawn each time
    is_kept: bool = True

    @property
    def digest(self) -> str:
        """What names this content: an ETag, and the key of the PDF."""
        return sha256(f"{rendering.version()}\n{self.html}".encode()).hexdigest()[:32]

    def pdf(self) -> bytes:
        """The PDF, drawn once for a content when it is kept. Raises ``rendering.NotDrawn``."""
        if not self.is_kept:
            return rendering.render(self.html)
        store = caches["pdf"]
        kept = store.get(self.digest)
        if kept is None:
            kept = rendering.render(self.html)
            store.set(self.digest, kept, timeout=KEPT)
        return kept


def printed(fiche: Fiche, record: Model, *, base: str) -> Printed:
    """The fiche of a record as any visitor may read it; ``base`` makes its addresses absolute (scheme and host)."""
    return page(
        fiche.template,
        {"record": record, "title": fiche.title, **fiche.context(record)},
        base=base,
        path=fiche.page(record),
        name=f"{fiche.kind}-{slug_for(str(record))[:60]}",
    )


def page(template: str, context: dict, *, base: str, path: str, name: str, is_kept: bool = True) -> Printed:
    """Any page in the look of the fiches. ``path`` is the page of the portal that the QR code leads to."""
    address = f"{base}{path}"
    html = render_to_string(
        template,
        {
            "observatory": settings.OBSERVATORY,
            "base": base,
            "address": address,
            "qr": qr_code(address),
            "today": timezone.localdate(),
            **context,
        },
    )
    return Printed(html, f"{name}.pdf", is_kept)
