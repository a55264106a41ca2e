"""How many facts of each kind the database holds on the poles, by source: what two readings of the documents agree on."""

from collections import defaultdict
from pathlib import Path

import yaml
from django.contrib.contenttypes.models import ContentType
from django.db.models import Count

from observatory.records.identity import public_id_for
from observatory.records.models import Citation

from .models import Claim, Indicator, Pole
from .models.parts import PARTS

#: what is counted of each pole, in the order of the report, as its columns call it
COLUMNS = {
    "project_territories": "territoires",
    "milestones": "étapes",
    "recognitions": "reconnais.",
    "members": "membres",
    "figures": "chiffres",
    "money": "argent",
    "roles": "rôles",
    "claims": "versions",
    "statements": "passages",
}
#: of a whole source
WHOLE = {"poles": "pôles", "indicators": "indicateurs"}
#: in the second reading, the line of a source that is no pole
ALL = "ensemble"
#: the source of the rows that no document states
DESK = "bureau"


def counts() -> dict[str, dict[str, dict[str, int]]]:
    """Source key → public id of each pole that it tells of → counts."""
    ids = dict(Pole._base_manager.values_list("pk", "public_id"))
    found: dict[str, dict[str, dict[str, int]]] = defaultdict(dict)
    for name, rows in _counted():
        for pole, source, number in rows:
            found[source or DESK].setdefault(ids[pole], dict.fromkeys(COLUMNS, 0))[name] = number
    return dict(sorted(found.items()))


def totals() -> dict[str, dict[str, int]]:
    """Source key → poles that it tells of, indicators, and the sum of each count."""
    found = {
        source: {"poles": len(poles), "indicators": 0}
        | {name: sum(p[name] for p in poles.values()) for name in COLUMNS}
        for source, poles in counts().items()
    }
    blank = dict.fromkeys([*WHOLE, *COLUMNS], 0)
    for source, number in Indicator.objects.order_by().values_list("source__key").annotate(n=Count("pk")):
        found[source] = found.get(source, blank) | {"indicators": number}
    return dict(sorted(found.items()))


def differences(path: Path) -> list[str]:
    """Where the database and the second reading disagree, one French sentence each; only what the file names is compared.

    The file holds source key → key of a pole in the fixtures, or ``ensemble`` for the whole source → name → number.
    """
    expected = yaml.safe_load(path.read_text(encoding="utf-8"))
    held, sums = counts(), totals()
    found = []
    for source, poles in expected.items():
        for key, numbers in poles.items():
            ours = sums.get(source) if key == ALL else held.get(source, {}).get(public_id_for(f"pole/{key}"))
            found += [
                f"{source}, {key}, {(WHOLE | COLUMNS).get(name, name)} : {number} à la seconde lecture, "
                f"{(ours or {}).get(name, 0)} en base"
                for name, number in numbers.items()
                if number != (ours or {}).get(name, 0)
            ]
    return found


def _counted():
    """(name, rows of pole, source key, number) of each kind of fact."""
    for name, model in {**PARTS, "claims": Claim}.items():
        yield name, model.objects.order_by().values_list("pole_id", "source__key").annotate(n=Count("pk"))
    statements = Citation.objects.filter(content_type=ContentType.objects.get_for_model(Pole)).order_by()
    yield "statements", statements.values_list("object_id", "source__key").annotate(n=Count("pk"))
