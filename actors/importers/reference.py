"""Read ``fixtures/actors/*.yaml``: the organisations that the reference documents name.

Gives plain dictionaries by key, checked against the vocabulary; errors name file, line and reason. No database.
"""

from pathlib import Path

from observatory.records.files import BrokenFile, load_yaml

from ..enums import EssReason, Family, Label, LegalForm

_CHOICES = {"family": Family, "legal_form": LegalForm, "ess_reason": EssReason}
_KEYS = {
    "key",
    "name",
    "acronym",
    "aliases",
    "is_ess",
    "ess_reason",
    "family",
    "legal_form",
    "labels",
    "is_network",
    "networks",
    "pole",
    "themes",
    "activities",
    "commune",
    "commune_code",
    "departement",
    "region",
    "place",
    "founded",
    "closed",
    "workforce",
    "members",
    "website",
    "summary",
    "mentions",
    "deduced",
    "__line__",
}


def read(directory: Path, *, themes: set[str], sources: set[str]) -> dict[str, dict]:
    """Every actor of the fixtures, by key, in the order of the files."""
    rows: dict[str, dict] = {}
    for path in sorted(directory.glob("*.yaml")):
        for row in load_yaml(path):
            _check(path.name, row, themes, sources)
            if row["key"] in rows:
                raise BrokenFile(path.name, row["__line__"], f"la clé « {row['key']} » figure deux fois")
            rows[row["key"]] = {**row, "__file__": path.name}
    for row in rows.values():
        for network in row.get("networks") or []:
            if network not in rows:
                raise BrokenFile(row["__file__"], row["__line__"], f"le réseau « {network} » n’est pas dans les fiches")
    return rows


def _check(file: str, row: dict, themes: set[str], sources: set[str]) -> None:
    def broken(reason: str) -> BrokenFile:
        return BrokenFile(file, row["__line__"], f"{row.get('key', 'fiche sans clé')} : {reason}")

    if unknown := set(row) - _KEYS:
        raise broken(f"champ inconnu : {', '.join(sorted(unknown))}")
    if not row.get("key") or not row.get("name"):
        raise broken("clé ou nom absent")
    for field, choices in _CHOICES.items():
        if row.get(field) is not None and row[field] not in choices.values:
            raise broken(f"{field} vaut « {row[field]} », attendu {', '.join(choices.values)}")
    for theme in row.get("themes") or []:
        if theme not in themes:
            raise broken(f"thématique inconnue : {theme}")
    for label in row.get("labels") or []:
        if label["label"] not in Label.values:
            raise broken(f"label inconnu : {label['label']}")
    if not row.get("mentions"):
        raise broken("aucune mention : chaque fiche dit quelle source la nomme")
    for mention in row["mentions"]:
        if mention["source"] not in sources:
            raise broken(f"source inconnue : {mention['source']}")
        if not mention.get("about"):
            raise broken("mention sans ce qui y est dit")
