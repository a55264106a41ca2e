"""The number of queries of each page and API list, held to ``query_counts.json``.

``OBSERVATORY_QUERY_COUNTS=update python -m pytest tests/test_query_counts.py`` writes what SQLite asks now, the same after
``python tests/postgres.py`` what PostgreSQL asks; the difference is then reviewed like code.
"""

import json
import os
from pathlib import Path

from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from .world import grow

BASELINE = Path(__file__).with_name("query_counts.json")
#: kind of address → the most queries it may ask (DESIGN §6)
BUDGETS = {"page": 15, "list": 12, "api": 8}
LISTS = {
    "recherche", "annuaire", "annuaire, mots et filtres", "annuaire, sans résultat", "carte", "collectivités", "pôles", "pôles, filtrés", "pôles, fichier", "dispositifs", "dispositifs, filtrés",
    "appels", "conventions", "parts de SCIC", "dispositifs, fichier", "conventions, fichier",
}  # fmt: skip


def budget(name: str) -> int:
    return BUDGETS["api" if name.startswith("API") else "list" if name in LISTS else "page"]


def measure(client, addresses: dict[str, str]) -> dict[str, int]:
    counts = {}
    for name, address in addresses.items():
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
            b"".join(response) if response.streaming else response.content
        assert response.status_code == 200, f"{name} : {address} répond {response.status_code}"
        counts[name] = len(queries)
    return counts


def test_queries_are_few_and_do_not_grow_with_the_data(client, world):
    # Content types are read once per process.
    measure(client, world.addresses())
    grow(world, 4)
    few = measure(client, world.addresses())
    grow(world, 24)
    many = measure(client, world.addresses())
    assert many == few, "le nombre de requêtes croît avec les données"
    assert {name: n for name, n in many.items() if n > budget(name)} == {}, "budget dépassé"

    baseline = json.loads(BASELINE.read_text(encoding="utf-8")) if BASELINE.exists() else {}
    if os.environ.get("OBSERVATORY_QUERY_COUNTS") == "update":
        baseline[connection.vendor] = many
        BASELINE.write_text(json.dumps(baseline, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    assert many == baseline[connection.vendor], "OBSERVATORY_QUERY_COUNTS=update écrit les nouveaux nombres"
