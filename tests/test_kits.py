"""The fiches of the kits as they were read: whole, with identities of their own and known sources."""

from functools import cache

import yaml
from django.conf import settings

KITS = sorted((settings.FIXTURES_DIR / "kits").glob("*.yaml"))


@cache
def sheets() -> list[dict]:
    read = [yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) for path in KITS]
    return [sheet for sheet in read if isinstance(sheet, dict) and "levers" in sheet]


def test_every_fiche_of_the_kit_is_there_with_its_levers():
    numbers = {sheet["number"] for sheet in sheets() if sheet["kit"] == "kit-2020" and sheet.get("number")}
    assert numbers == {str(n) for n in range(1, 25)}
    assert sum(len(sheet["levers"]) for sheet in sheets()) > 100


def test_a_lever_has_one_identity_in_its_kit():
    for kit in ("kit-2020", "animer-2021", "kit-departements", "ptce-leviers"):
        keys = [(sheet["key"], lever["key"]) for sheet in sheets() if sheet["kit"] == kit for lever in sheet["levers"]]
        assert len(keys) == len(set(keys)), kit
        assert all(lever["title"] and lever["text"] for sheet in sheets() for lever in sheet["levers"])


def codes(value) -> set[str]:
    """The typed codes that rows of a fixture name as ``code``, however deep."""
    if isinstance(value, dict):
        own = {value["code"]} if isinstance(value.get("code"), str) and "then" in value else set()
        return own.union(*(codes(inner) for inner in value.values()))
    return set().union(*(codes(inner) for inner in value)) if isinstance(value, list) else set()


def test_project_territories_that_the_documents_name_exist():
    def read(path):
        return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)

    known = {
        f"{row.get('kind', path.stem)}-{row['key']}"
        for path in (settings.FIXTURES_DIR / "territories").glob("*.yaml")
        for row in read(path)
        if path.stem in ("pnr", "pays")
    }
    named = set().union(*(codes(read(p)) for p in [*KITS, *(settings.FIXTURES_DIR / "policies").glob("*.yaml")]))
    assert {code for code in named if code.startswith(("pnr-", "pays-"))} <= known
    assert any(code.startswith("pnr-") for code in named)
