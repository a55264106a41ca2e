"""Read ``fixtures/kits/*.yaml``: plain dictionaries, checked; errors name file, line and reason. No database.

``kits.yaml`` holds the kits and their editions; every other file holds one fiche of one edition, or a part of a fiche that has a
file of its own (the ten dates of fiche 1, the areas of competence of fiche 3).
"""

from dataclasses import dataclass
from pathlib import Path

import yaml

from observatory.records.files import BrokenFile, typeset

from ..enums import ChangeKind, LeverLevel, SheetKind

#: files of the folder that are no fiche
OTHERS = {"kits.yaml", "second_reading.yaml"}
_WHERE = frozenset({"page", "lines", "line", "deduced", "note"})
_WHO = frozenset({"name", "key"})
_SHEET = frozenset({
    *("kit", "number", "key", "title", "title_in_contents", "kind", "page", "pages", "source", "lines", "themes", "summary"),
    *("context", "actors", "levers", "experiences", "figures", "resources", "references", "denich", "law", "changes"),
    *("sections", "mentions", "deduced"),
})  # fmt: skip
#: a file that completes a fiche → the list that it brings
_PARTS = {"areas": "competences", "dates": "dates"}


@dataclass(frozen=True)
class Shape:
    """The keys of the rows of a list, those that each must have, and the words that some take."""

    keys: frozenset[str]
    needed: tuple[str, ...]
    words: dict[str, list[str]]


def _shape(keys: str, needed: str, words: dict[str, list[str]] | None = None) -> Shape:
    return Shape(frozenset(keys.split()) | _WHERE, tuple(needed.split()), words or {})


LISTS = {
    "levers": _shape(
        "key title title_ours text levels instruments themes actors order", "key title text levels",
        {"levels": LeverLevel.values},
    ),
    "experiences": _shape(
        "key title lever bodies actors places year amounts themes instruments text url", "key title text"
    ),
    "figures": _shape(
        "key label value unit year period qualifier source_as_printed", "key label value unit"
    ),
    "resources": _shape("title author author_key author_keys date url", "title"),
    "references": _shape("to text lever", "to"),
    "denich": _shape("number title section themes text actor bodies places", "number title section"),
    "law": _shape("text date reference", "text"),
    "changes": _shape("since kind what experience levers", "since kind what", {"kind": ChangeKind.values}),
    "sections": _shape("key title themes", "key title"),
    "mentions": _shape("source date", "source"),
    "actors": Shape(_WHO, ("name", "key"), {}),
    "dates": _shape("order year key text actors", "order year text"),
    "competences": _shape(
        "order key title title_as_printed actions open_list levels themes instruments", "order key title actions",
        {"levels": LeverLevel.values},
    ),
}  # fmt: skip
_KIT = Shape(frozenset({"key", "name", "audience", "levels", "summary", "editions"}),
             ("key", "name", "audience", "levels", "summary", "editions"), {"levels": LeverLevel.values})  # fmt: skip
_EDITION = Shape(frozenset({"key", "name", "year", "source", "after", "current", "note", "same_as"}),
                 ("key", "name", "year", "source"), {})  # fmt: skip
#: column of the rows that no two of a fiche may share
_UNIQUE = {"levers": "key", "experiences": "key", "figures": "key", "denich": "number"}


class _LineLoader(yaml.CSafeLoader):
    """Keeps the line of each mapping as ``__line__``, so that an error can name it."""

    def construct_mapping(self, node, deep=False):
        return {**super().construct_mapping(node, deep=deep), "__line__": node.start_mark.line + 1}


def kits(directory: Path, *, sources: set[str]) -> list[dict]:
    """The kits with their editions, in order; in each kit exactly one edition is current."""
    path, rows, seen = directory / "kits.yaml", _load(directory / "kits.yaml"), set()
    for kit in rows:
        _check(path.name, kit, _KIT)
        for edition in kit["editions"]:
            _check(path.name, edition, _EDITION)
            if edition["source"] not in sources:
                raise BrokenFile(path.name, edition["__line__"], f"source inconnue : {edition['source']}")
            if edition.get("after") and edition["after"] not in seen:
                raise BrokenFile(path.name, edition["__line__"], f"édition précédente inconnue : {edition['after']}")
            if edition["key"] in seen:
                raise BrokenFile(path.name, edition["__line__"], f"l’édition « {edition['key']} » figure deux fois")
            seen.add(edition["key"])
        if sum(bool(edition.get("current")) for edition in kit["editions"]) != 1:
            raise BrokenFile(path.name, kit["__line__"], f"{kit['key']} : une édition, et une seule, est en vigueur")
    return rows


def sheets(directory: Path, *, editions: set[str], sources: set[str]) -> list[dict]:
    """The fiches of all editions, each with ``__file__`` and, when a file of its own holds them, its dates and areas."""
    read, parts = [], []
    for path in sorted(directory.glob("*.yaml")):
        if path.name in OTHERS:
            continue
        row = _load(path)
        if not isinstance(row, dict):
            raise BrokenFile(path.name, 1, "une fiche est attendue")
        if row.get("kit") not in editions:
            raise BrokenFile(path.name, 1, f"édition inconnue : {row.get('kit')}")
        row["__file__"] = path.name
        (parts if "sheet" in row else read).append(row)
    for row in read:
        _check_sheet(row, sources)
    for part in parts:
        _complete(read, part)
    placed = [(row["kit"], row["key"]) for row in read]
    for row in read:
        if placed.count((row["kit"], row["key"])) > 1:
            raise broken(row, "la clé figure deux fois dans cette édition")
    return read


def broken(row: dict, reason: str, line: int | None = None) -> BrokenFile:
    """The error to raise about a fiche that ``sheets`` gave, at a line of it if one is known."""
    return BrokenFile(row["__file__"], line or row["__line__"], f"{row['key']} : {reason}")


def _load(path: Path):
    try:
        rows = yaml.load(path.read_text(encoding="utf-8"), Loader=_LineLoader)
    except FileNotFoundError:
        raise BrokenFile(path.name, 0, "fichier absent") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise BrokenFile(path.name, line, f"YAML illisible ({error.problem})") from None
    return _tidy(rows)


def _tidy(value):
    """French no-break spaces; ``deduced`` holds reasons by field, without a line of its own."""
    if isinstance(value, str):
        return typeset(value)
    if isinstance(value, list):
        return [_tidy(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    value = {key: _tidy(inner) for key, inner in value.items()}
    if isinstance(value.get("deduced"), dict):
        value["deduced"] = {str(k): v for k, v in value["deduced"].items() if k != "__line__"}
    return value


def _check_sheet(row: dict, sources: set[str]) -> None:
    _check(
        row["__file__"],
        row,
        Shape(_SHEET | {"__file__"}, ("key", "title", "kind", "summary"), {"kind": SheetKind.values}),
    )
    if row.get("source") and row["source"] not in sources:
        raise broken(row, f"source inconnue : {row['source']}")
    if row.get("number") and not str(row["number"]).isdecimal():
        raise broken(row, f"number vaut « {row['number']} », attendu un nombre")
    for name in LISTS:
        if name in row and name not in _PARTS.values():
            _check_list(row, name, row[name])
    for figure in row.get("figures") or []:
        if not isinstance(figure["value"], int | float):
            raise broken(row, f"value vaut « {figure['value']} », attendu un nombre", figure["__line__"])
    levers = {lever["key"] for lever in row.get("levers") or []}
    for item in (*(row.get("experiences") or []), *(row.get("references") or [])):
        if item.get("lever") and item["lever"] not in levers:
            raise broken(row, f"levier inconnu : {item['lever']}", item["__line__"])
    sections = {section["key"] for section in row.get("sections") or []}
    for item in row.get("denich") or []:
        if item["section"] not in sections:
            raise broken(row, f"rubrique inconnue : {item['section']}", item["__line__"])
    for mention in row.get("mentions") or []:
        if mention["source"] not in sources:
            raise broken(row, f"source inconnue : {mention['source']}", mention["__line__"])


def _check_list(row: dict, name: str, items: list[dict] | None) -> None:
    seen = set()
    for item in items or []:
        _check(row["__file__"], item, LISTS[name])
        if column := _UNIQUE.get(name):
            if item[column] in seen:
                raise BrokenFile(row["__file__"], item["__line__"], f"{item[column]} figure deux fois dans {name}")
            seen.add(item[column])


def _complete(read: list[dict], part: dict) -> None:
    """Add the list of a file that completes a fiche."""
    file = part["__file__"]
    sheet = next((r for r in read if r["kit"] == part["kit"] and r.get("number") == part["sheet"]), None)
    if sheet is None:
        raise BrokenFile(file, 1, f"fiche inconnue : {part['sheet']}")
    lists = {name: key for key, name in _PARTS.items() if key in part}
    if len(lists) != 1:
        raise BrokenFile(file, 1, f"une liste est attendue : {' ou '.join(_PARTS)}")
    for name, key in lists.items():
        _check_list({**sheet, "__file__": file}, name, part[key])
        sheet[name] = part[key]


def _check(file: str, row: dict, shape: Shape) -> None:
    def wrong(reason: str) -> BrokenFile:
        return BrokenFile(file, row.get("__line__", 1), f"{row.get('key') or row.get('title') or 'ligne'} : {reason}")

    if not isinstance(row, dict):
        raise BrokenFile(file, 1, "une fiche est attendue")
    if unknown := set(row) - shape.keys - {"__line__"}:
        raise wrong(f"champ inconnu : {', '.join(sorted(unknown))}")
    if missing := [key for key in shape.needed if row.get(key) is None or row[key] in ("", [])]:
        raise wrong(f"champ absent : {', '.join(missing)}")
    for key, words in shape.words.items():
        values = row.get(key) or []
        for value in values if isinstance(values, list) else [values]:
            if value not in words:
                raise wrong(f"{key} vaut « {value} », attendu {', '.join(words)}")
