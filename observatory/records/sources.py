"""The documents and data sets that facts come from, from ``fixtures/sources.yaml``."""

import yaml
from django.conf import settings

from .models import Source


def load_sources() -> dict[str, Source]:
    """Bring the table of sources to the fixture; gives key → source."""
    path = settings.FIXTURES_DIR / "sources.yaml"
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    for row in rows:
        Source.objects.update_or_create(key=row["key"], defaults={k: v for k, v in row.items() if k != "key"})
    return {source.key: source for source in Source.objects.all()}
