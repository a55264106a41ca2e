"""The documents and data sets that facts come from: those of ``fixtures/sources.yaml``, and the desk itself."""

import yaml
from django.conf import settings
from django.utils import timezone

from .models import Source

#: key of the source of what people entered by hand
HAND = "saisie"


def load_sources() -> dict[str, Source]:
    """Bring the table of sources to the fixture; gives key → source."""
    path = settings.FIXTURES_DIR / "sources.yaml"
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    for row in rows:
        Source.objects.update_or_create(key=row["key"], defaults={k: v for k, v in row.items() if k != "key"})
    return {source.key: source for source in Source.objects.all()}


def hand_source() -> Source:
    """What people of this installation entered by hand; each provenance says on which day."""
    source, _ = Source.objects.get_or_create(
        key=HAND,
        defaults={
            "title": "Saisie au bureau de l’observatoire",
            "short_title": "Saisie au bureau",
            "publisher": settings.OBSERVATORY["publisher"],
            "year": timezone.localdate().year,
        },
    )
    return source
