"""What each fiche of an edition holds, counted; and the counts of the second reading, to compare with."""

from pathlib import Path

import yaml
from django.db.models import Count

from .models import EditionSheet

#: what is counted, in the order of the columns → its heading
COLUMNS = {
    "levers": "leviers",
    "experiences": "exemples",
    "figures": "chiffres",
    "resources": "ressources",
    "references": "renvois",
    "findings": "dénichés",
    "law": "textes",
    "dates": "dates",
    "competences": "compétences",
}
_LISTS = ("law", "dates", "competences")


def counts(*, carried: bool = False) -> dict[str, dict[str, dict[str, int]]]:
    """Edition → number of the fiche in it, or its key when it has none → what it holds.

    A fiche that an edition takes over unchanged is counted under the edition that wrote it, unless ``carried``.
    """
    places = EditionSheet.objects.select_related("edition__kit", "version__sheet").order_by(
        "edition__kit__order", "edition__year", "edition", "order"
    )
    rows = [name for name in COLUMNS if name not in _LISTS]
    places = places.annotate(**{f"n_{name}": Count(f"version__{name}", distinct=True) for name in rows})
    found: dict[str, dict[str, dict[str, int]]] = {}
    written = set()
    for place in places:
        edition = found.setdefault(place.edition.key, {})
        if carried or place.version_id not in written:
            edition[place.number or place.version.sheet.key] = {
                name: len(getattr(place.version, name)) if name in _LISTS else getattr(place, f"n_{name}")
                for name in COLUMNS
            }
        written.add(place.version_id)
    return found


def differences(path: Path) -> list[str]:
    """Where the database and the second reading disagree, a sentence each."""
    read, stored, said = yaml.safe_load(path.read_text(encoding="utf-8")), counts(), []
    for edition in sorted(read.keys() | stored.keys()):
        ours, theirs = stored.get(edition, {}), read.get(edition, {})
        for sheet in sorted(ours.keys() | theirs.keys()):
            if sheet not in ours or sheet not in theirs:
                where = "la base" if sheet in ours else "la seconde lecture"
                said.append(f"{edition}, fiche {sheet} : dans {where} seulement")
                continue
            for name, count in theirs[sheet].items():
                if ours[sheet][name] != count:
                    said.append(
                        f"{edition}, fiche {sheet}, {COLUMNS[name]} : {ours[sheet][name]}, seconde lecture {count}"
                    )
    return said
