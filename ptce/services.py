"""Loading of the panel of poles of the 2014 study (annex A)."""

from pathlib import Path

from django.db import transaction

from actors.models import Actor
from observatory.records.files import BrokenFile, load_yaml
from observatory.records.identity import public_id_for
from observatory.records.models import Source
from observatory.territories.models import Territory

from .models import Pole


@transaction.atomic
def load_panel(path: Path) -> int:
    """Bring the poles of the panel to the fixture; gives their number. Errors name file, line and reason."""
    source = Source.objects.get(key="ptce-2014")
    regions = {t.name: t for t in Territory.objects.filter(level="former-region").prefetch_related("successors")}
    rows = load_yaml(path)
    for row in rows:
        then = regions.get(row["region_2014"].replace("'", "’"))
        if then is None:
            raise BrokenFile(path.name, row["__line__"], f"région inconnue : {row['region_2014']}")
        public_id = public_id_for(f"pole/{row['key']}")
        actor = Actor.objects.filter(public_id=public_id_for(f"actor/{row['actor']}")).first()
        if actor is None:
            raise BrokenFile(path.name, row["__line__"], f"acteur inconnu : {row['actor']}")
        pole = Pole.objects.filter(public_id=public_id).first() or Pole(public_id=public_id)
        pole.name, pole.actor, pole.source = row["name"], actor, source
        pole.region_then, pole.region = then, then.successors.first()
        pole.website = row.get("website") or ""
        pole.website_as_written = row.get("website_as_written") or ""
        pole.rank, pole.pages, pole.note = row["number"], row.get("pages") or [], row.get("note") or ""
        pole.index_search()
        pole.full_clean(exclude=["slug", "sort_key", "pages"])
        pole.save()
    return len(rows)
