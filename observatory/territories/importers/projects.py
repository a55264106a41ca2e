"""Read the territories that the official package lacks from ``fixtures/territories/*.yaml``.

Each file holds a list of EPT, parcs naturels régionaux, pays or former régions, with communes (or départements) and
sources. Gives rows under the same keys as ``data_france.read``.
"""

from pathlib import Path

from observatory.records.files import BrokenFile, load_yaml

from ..enums import BodyKind, Level
from .data_france import Geography

_LEVELS = {
    "ept": (Level.EPT, BodyKind.EPT),
    "pnr": (Level.PNR, BodyKind.PNR),
    "pays": (Level.PAYS, BodyKind.PAYS),
    "petr": (Level.PAYS, BodyKind.PAYS),
    "former_region": (Level.FORMER_REGION, None),
}


def read(directory: Path, geography: Geography, *, sources: set[str]) -> dict[str, dict]:
    """Project territories and former régions, by typed code; communes and sources are checked."""
    territories = {}
    for path in sorted(directory.glob("*.yaml")):
        for row in load_yaml(path):
            try:
                code, territory = _row(path.name, row, geography)
            except KeyError as error:
                raise BrokenFile(path.name, row["__line__"], f"{error} absent ou inconnu") from None
            if row["source"] not in sources:
                raise BrokenFile(path.name, row["__line__"], f"la source « {row['source']} » est inconnue")
            if code in territories:
                raise BrokenFile(path.name, row["__line__"], f"{code} figure deux fois")
            territories[code] = territory
    return territories


def _row(file: str, row: dict, geography: Geography) -> tuple[str, dict]:
    line = row["__line__"]
    level, kind = _LEVELS[row["kind"]]
    key, name = str(row["key"]), row["name"]
    territory = {
        "level": level,
        "official_code": key,
        "name": name,
        "source": row["source"],
        "note": row.get("note", ""),
    }
    if level == Level.FORMER_REGION:
        territory["departements"] = [f"departement-{d}" for d in row["departements"]]
        territory["successors"] = [f"region-{row['successor']}"]
        wanted = territory["departements"] + territory["successors"]
    else:
        territory["communes"] = [f"commune-{c}" for c in row.get("communes") or []]
        for siren in row.get("epcis") or []:
            territory["communes"] += [c for c, t in geography.territories.items() if t.get("epci") == f"epci-{siren}"]
            if f"epci-{siren}" not in geography.territories:
                raise BrokenFile(file, line, f"epci-{siren} est inconnu de la géographie officielle")
        territory["communes"] = sorted({geography.absorbed.get(c, c) for c in territory["communes"]})
        wanted = territory["communes"]
        territory["body"] = {"kind": kind, "name": row.get("body") or name, "siren": row.get("siren")}
        if territory["communes"]:
            _settle(territory, geography)
    for code in wanted:
        if code not in geography.territories:
            raise BrokenFile(file, line, f"{code} est inconnu de la géographie officielle")
    return f"{level}-{key}", territory


def _settle(territory: dict, geography: Geography) -> None:
    """Population, and the département and région where most of it lives (deduced)."""
    weights = {}
    population = 0
    for code in territory["communes"]:
        commune = geography.territories.get(code)
        if commune:
            population += commune["population"] or 0
            weights[commune["departement"]] = weights.get(commune["departement"], 0) + (commune["population"] or 0) + 1
    if weights:
        departement = max(weights, key=weights.get)
        territory.update(
            population=population or None,
            departement=departement,
            region=geography.territories[departement]["region"],
        )
