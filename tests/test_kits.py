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
