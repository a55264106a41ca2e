"""Read ``fixtures/ptce/*.yaml``: plain dictionaries, checked; errors name file, line and reason. No database.

``panel.yaml`` holds the 45 rows of annex A; each ``poles-<source>.yaml`` holds what one document says of poles, those of the
panel and others; ``study.yaml`` and ``national.yaml`` hold indicators.
"""

from pathlib import Path

from actors.enums import LegalForm
from observatory.records.files import BrokenFile, load_yaml, typeset

from ..enums import (
    Dynamic,
    FigureKey,
    Impulsion,
    IndicatorKind,
    MemberCategory,
    MoneyLevel,
    Objective,
    Perimeter,
    RecognitionKind,
    RoleKind,
    RoleLevel,
    Stage,
)

#: field of a ``facts`` row → the words that its value takes, or its type
FACTS: dict[str, list[str] | type] = {
    "carrier": str,
    "legal_form": LegalForm.values,
    "created": int,
    "perimeter": Perimeter.values,
    "impulsion": Impulsion.values,
    "dynamic": Dynamic.values,
    "place_name": str,
    "place_address": str,
    "place_area": int,
    "place_opened": int,
    "website": str,
    "is_active": bool,
    "departement": str,
}
_WHERE = {"page", "lines", "deduced", "note"}
_WHO = {"name", "actor", "body"}
#: list of a pole → the keys of its rows, those that each must have, and the words that some take
LISTS: dict[str, tuple[set[str], tuple[str, ...], dict[str, list[str]]]] = {
    "facts": ({"field", "value", "actor"}, ("field",), {"field": list(FACTS)}),
    "territories": ({"code", "name"}, ("name",), {}),
    "filieres": ({"name"}, ("name",), {}),
    "themes": ({"key"}, ("key",), {}),
    "objectives": ({"key"}, ("key",), {"key": Objective.values}),
    "place_shares": ({"text"}, ("text",), {}),
    "milestones": ({"stage", "year", "month", "text"}, (), {"stage": Stage.values}),
    "recognitions": ({"kind", "year", "name"}, ("kind",), {"kind": RecognitionKind.values}),
    "members": (
        {*_WHO, "category", "role", "since", "until"},
        ("name",),
        {"category": MemberCategory.values},
    ),
    "figures": (
        {"key", "label", "value", "unit", "year", "approximate"},
        ("key",),
        {"key": FigureKey.values},
    ),
    "money": ({*_WHO, "level", "year", "amount", "purpose"}, ("name", "level"), {"level": MoneyLevel.values}),
    "roles": (
        {*_WHO, "level", "role", "text", "year"},
        ("name", "level", "role", "text"),
        {"level": RoleLevel.values, "role": RoleKind.values},
    ),
    "statements": ({"text"}, ("text",), {}),
    "claims": ({"field", "text"}, ("field", "text"), {}),
}
_POLE = {"pole", "name", "new", "actor", "region_then", "departement", "other_names", "description", "__line__"}
_INDICATOR = {
    *("key", "section", "title", "kind", "unit", "year", "base", "note", "claims", "source", "page", "lines", "rows"),
    "__line__",
}


def panel(directory: Path) -> list[dict]:
    """The rows of annex A, in its order."""
    return load_yaml(directory / "panel.yaml")


def poles(directory: Path, *, sources: set[str]) -> list[dict]:
    """What each document says of each pole, as ``{"source": key, "__file__": name, …}``, in the order of the files' names."""
    rows = []
    for path in sorted(directory.glob("poles-*.yaml")):
        source = path.stem.removeprefix("poles-")
        if source not in sources:
            raise BrokenFile(path.name, 1, f"source inconnue : {source}")
        for row in load_yaml(path):
            row["__file__"], row["source"] = path.name, source
            _check_pole(row)
            rows.append(_tidy(row))
    return rows


def indicators(directory: Path, *, sources: set[str]) -> list[dict]:
    """The indicators of the study, then those of the other documents."""
    rows, seen = [], set()
    for name in ("study.yaml", "national.yaml"):
        for row in load_yaml(directory / name):
            row["__file__"] = name
            if unknown := set(row) - _INDICATOR - {"__file__"}:
                raise broken(row, f"champ inconnu : {', '.join(sorted(unknown))}")
            if row.get("kind") not in IndicatorKind.values:
                raise broken(row, f"kind vaut « {row.get('kind')} »")
            if row.get("source") not in sources:
                raise broken(row, f"source inconnue : {row.get('source')}")
            if row["key"] in seen:
                raise broken(row, f"la clé « {row['key']} » figure deux fois")
            if not row.get("rows"):
                raise broken(row, "aucune ligne")
            seen.add(row["key"])
            rows.append(_tidy(row))
    return rows


def broken(row: dict, reason: str) -> BrokenFile:
    """The error to raise about a row that this module gave."""
    return BrokenFile(row["__file__"], row["__line__"], f"{row.get('pole') or row.get('key')} : {reason}")


def _tidy(value):
    """The same with French no-break spaces in every text."""
    if isinstance(value, dict):
        return {key: _tidy(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_tidy(inner) for inner in value]
    return typeset(value) if isinstance(value, str) else value


def _check_pole(row: dict) -> None:
    if unknown := set(row) - _POLE - set(LISTS) - {"source", "__file__"}:
        raise broken(row, f"champ inconnu : {', '.join(sorted(unknown))}")
    if not row.get("pole") or not row.get("name"):
        raise broken(row, "clé ou nom absent")
    for name, (keys, needed, words) in LISTS.items():
        for item in row.get(name) or []:
            _check_item(row, name, item, keys | _WHERE, needed, words)
    for fact in row.get("facts") or []:
        expected = FACTS[fact["field"]]
        right = fact["value"] in expected if isinstance(expected, list) else isinstance(fact["value"], expected)
        if not right:
            raise broken(row, f"{fact['field']} vaut « {fact['value']} »")


def _check_item(row: dict, name: str, item: dict, keys: set[str], needed: tuple, words: dict) -> None:
    if unknown := set(item) - keys:
        raise broken(row, f"{name} : champ inconnu : {', '.join(sorted(unknown))}")
    if missing := [key for key in needed if item.get(key) in (None, "")]:
        raise broken(row, f"{name} : champ absent : {', '.join(missing)} ({item})")
    for key, known in words.items():
        if item.get(key) is not None and item[key] not in known:
            raise broken(row, f"{name} : {key} vaut « {item[key]} »")
