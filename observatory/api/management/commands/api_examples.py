"""Writes ``fixtures/api``: the examples of the OpenAPI document, taken from the loaded reference data."""

import json

from django.core.management.base import BaseCommand
from django.test import RequestFactory
from django.urls import resolve

from observatory.api import dumps, examples, registry

#: a longer example hides what it should show
_LONGEST = 2_500
#: records that the guide speaks of
_KNOWN = {"territories": "commune-59350", "collectivities": "commune-59350"}
_HERE = "http://localhost"


class Command(BaseCommand):
    help = (
        "Réécrit les exemples de la documentation de l’API d’après les données de référence chargées (développement)."
    )

    def handle(self, **options):
        for resource in registry.resources():
            if record := _record(resource.prefix):
                _write(resource.prefix, record)
            else:
                self.stdout.write(f"{resource.prefix} : aucune fiche, l’exemple reste comme il est")
        _write("root", _answer("/api/v1/"))
        if dumps.dumps():
            listed = _answer("/api/v1/dumps/")
            latest = listed["results"][0]
            latest["files"] = latest["files"][:2]
            _write("dumps", listed | {"count": 1, "results": [latest]})


def _record(prefix: str) -> dict | None:
    """The record that says most in few words; without what people let us show of themselves."""
    if prefix in _KNOWN:
        return _answer(f"/api/v1/{prefix}/{_KNOWN[prefix]}/")
    records = [one for one in _answer(f"/api/v1/{prefix}/", page_size=100)["results"] if not one.get("contacts")]
    short = [one for one in records if len(json.dumps(one, ensure_ascii=False)) <= _LONGEST]
    return max(short, key=lambda one: sum(value not in (None, [], "") for value in one.values()), default=None)


def _answer(path: str, **query) -> dict:
    request = RequestFactory(SERVER_NAME="localhost").get(path, query)
    view, args, kwargs = resolve(path)
    return view(request, *args, **kwargs).data


def _write(name: str, value: dict) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=1).replace(_HERE, examples.ADDRESS)
    (examples.FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")
