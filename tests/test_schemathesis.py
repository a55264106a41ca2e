"""The whole API held against its own document with requests that nobody thought of (schemathesis, in bounded time).

No fault of ours, and every answer of a status, a type, a shape and headers that the document names, whatever is asked. Real
keys are mixed in, since made ones hardly ever name a record. The seed is fixed: what fails once fails again.
"""

import json
import re
from zlib import crc32

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection
from schemathesis.config import SchemathesisConfig

from observatory.api import dumps, registry

from . import checklists
from .strict import refuse_writes

#: as in reality, changes are committed before anybody reads them
pytestmark = pytest.mark.django_db(transaction=True)
CONFIG = {
    "seed": 7,
    "continue-on-failure": True,
    "checks": {"positive_data_acceptance": {"enabled": False}},
    "phases": {"stateful": {"enabled": False}},
    "generation": {"max-examples": 12, "database": "none"},
}
#: of the five thousand requests at the bounds of every parameter, one in so many is made: the lists share their code
SHARE = 4
#: codes of refusals that hang on several parameters, or on the day
UNFORESEEN = {"contradiction", "no_word", "unknown_number"}
#: parameters whose values stand in the database, or must agree with each other
KNOWN_TO_THE_DATA = {"bbox", "filiere", "network", "page_size", "region", "theme"}


@pytest.fixture
def api_schema(request, world, settings, tmp_path):
    """The document that the portal serves, and the portal behind it."""
    # Schemathesis 4.32 names each operation in an attribute that nodes of pytest 9.2 no longer have.
    request.node._nodeid = request.node.nodeid
    settings.DUMPS_DIR = tmp_path
    checklists.a_published_one(world)
    dumps.make()
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    config = SchemathesisConfig.from_dict(CONFIG)
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", get_wsgi_application(), config=config)
    schema.hook("map_path_parameters")(_named(_keys()))
    with connection.execute_wrapper(refuse_writes):
        yield schema
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def _keys() -> dict[str, list[str]]:
    """The keys of the records of each resource."""
    return {
        resource.prefix: [
            str(key)
            for row in resource.view.queryset.values_list(*(key.column for key in resource.view.keys))
            for key in row
            if key
        ]
        for resource in registry.resources()
    }


def _named(keys: dict[str, list[str]]):
    """Two made keys in three, when well formed, become one of a record."""

    def name(context, path_parameters):
        known = keys.get(context.operation.path.split("/")[3], [])
        key = (path_parameters or {}).get("key")
        if known and isinstance(key, str) and re.fullmatch("[-a-z0-9]+", key) and crc32(key.encode()) % 3:
            return path_parameters | {"key": known[crc32(key.encode()) % len(known)]}
        return path_parameters

    return name


schema = schemathesis.pytest.from_fixture("api_schema")


@schema.parametrize()
def test_every_answer_is_what_the_document_says(case):
    if case.meta.phase.name == "coverage" and crc32(repr((case.method, case.path, case.query)).encode()) % SHARE:
        return
    # The client of schemathesis asks for compressed answers and does not read them.
    case.call_and_validate(headers={"Accept-Encoding": "identity"}, additional_checks=[well_formed_is_understood])


def well_formed_is_understood(context, response, case):
    """What the document allows is refused only for a reason that no document can tell in advance."""
    if case.meta.generation.mode.is_positive and response.status_code == 400:
        problem = json.loads(response.content)
        assert problem["code"] in UNFORESEEN or problem["field"] in KNOWN_TO_THE_DATA, problem["detail"]
