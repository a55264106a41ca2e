"""Copies of the portal, made by the very script of ``docs/mirror.py`` against a server that runs."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / "docs" / "mirror.py"


@pytest.fixture
def mirror(live_server, tmp_path):
    """Run the script on a file, new or already begun; gives what the copy then holds."""

    def run(name: str) -> dict[tuple[str, str], dict]:
        path = tmp_path / f"{name}.sqlite3"
        done = subprocess.run(
            [sys.executable, SCRIPT, f"{live_server.url}/api/v1/", path], capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        copy = sqlite3.connect(path)
        found = copy.execute("SELECT list, id, data FROM record").fetchall()
        copy.close()
        return {(name, key): json.loads(data) for name, key, data in found}

    return run


def differences(kept: dict, fresh: dict) -> dict:
    """What a copy kept up to date holds otherwise than a fresh one, field by field."""
    found = {}
    for key in kept.keys() | fresh.keys():
        one, other = kept.get(key), fresh.get(key)
        if one is None or other is None:
            found[key] = "manque dans la copie" if one is None else "est resté dans la copie"
        elif one != other:
            found[key] = {name: (one[name], other[name]) for name in other if one[name] != other[name]}
    return found
