"""Read ``fixtures/policies/*.yaml``: plain dictionaries, checked; errors name file, line and reason. No database."""

from dataclasses import dataclass
from pathlib import Path

from observatory.records.files import BrokenFile, load_yaml

from ..enums import Give, InstrumentFamily, Nature, StakeKind, Unit

_MENTIONED = {"key", "mentions", "deduced", "__line__"}


@dataclass(frozen=True)
class Shape:
    """The keys of a kind of row, those that it must have, and the words that some of them take."""

    keys: frozenset[str]
    needed: tuple[str, ...]
    words: dict[str, list[str]]


SHAPES = {
    "instruments": Shape(
        frozenset({"key", "name", "acronym", "family", "summary", "explanation", "legal_basis", "links", "mentions",
                   "__line__"}),
        ("key", "name", "family", "summary"),
        {"family": InstrumentFamily.values},
    ),
    "thresholds": Shape(
        frozenset({"key", "name", "unit", "scope", "consequence", "instruments", "values", "__line__"}),
        ("key", "name", "unit", "scope", "consequence", "values"),
        {"unit": Unit.values},
    ),
    "schemes": Shape(
        frozenset({"name", "bodies", "instrument", "themes", "audience", "gives", "since", "until", "state", "url",
                   "contact_service", "summary", "calls", *_MENTIONED}),
        ("key", "name", "instrument", "summary", "mentions"),
        {"state": ["active", "ended"]},
    ),
    "agreements": Shape(
        frozenset({"name", "body", "beneficiary", "instrument", "object", "start", "end", "year", "total",
                   "instalments", "nature", "scheme", "conditions", "reference", "summary", *_MENTIONED}),
        ("key", "body", "beneficiary", "instrument", "object", "mentions"),
        {"nature": Nature.values},
    ),
    "stakes": Shape(
        frozenset({"scic", "body", "year", "date", "amount", "percent", "kind", "text", *_MENTIONED}),
        ("key", "scic", "body", "text", "mentions"),
        {"kind": StakeKind.values},
    ),
}  # fmt: skip


def read(directory: Path, kind: str, *, sources: set[str]) -> dict[str, dict]:
    """The rows of a kind by key: ``schemes.yaml`` and every ``schemes-*.yaml``, in the order of their names."""
    shape, rows = SHAPES[kind], {}
    for path in sorted({*directory.glob(f"{kind}.yaml"), *directory.glob(f"{kind}-*.yaml")}):
        for row in load_yaml(path):
            _check(path.name, row, shape, sources)
            if row["key"] in rows:
                raise BrokenFile(path.name, row["__line__"], f"la clé « {row['key']} » figure deux fois")
            rows[row["key"]] = {**row, "__file__": path.name}
    return rows


def broken(row: dict, reason: str) -> BrokenFile:
    """The error to raise about a row that ``read`` gave."""
    return BrokenFile(row["__file__"], row["__line__"], f"{row['key']} : {reason}")


def _check(file: str, row: dict, shape: Shape, sources: set[str]) -> None:
    def wrong(reason: str) -> BrokenFile:
        return BrokenFile(file, row["__line__"], f"{row.get('key', 'fiche sans clé')} : {reason}")

    if unknown := set(row) - shape.keys:
        raise wrong(f"champ inconnu : {', '.join(sorted(unknown))}")
    if missing := [key for key in shape.needed if not row.get(key)]:
        raise wrong(f"champ absent : {', '.join(missing)}")
    for key, words in shape.words.items():
        if row.get(key) is not None and row[key] not in words:
            raise wrong(f"{key} vaut « {row[key]} », attendu {', '.join(words)}")
    for give in (row.get("gives") or {}).get("kind", []):
        if give not in Give.values:
            raise wrong(f"apport inconnu : {give}")
    for mention in row.get("mentions") or []:
        if mention.get("source") not in sources:
            raise wrong(f"source inconnue : {mention.get('source')}")
        if not mention.get("about"):
            raise wrong("mention sans ce qui y est dit")
