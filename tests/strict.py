"""Fails on carelessness, in every test: unknown template variables, GET requests that write, unsound HTML.

Warnings are errors too, so an unordered paginated queryset fails (pyproject.toml). The guards stand where every test
client passes, the API's included; ``tests/test_strict.py`` sees each of them bite.
"""

import inspect
import re
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.http import HttpResponse
from django.template import engines
from django.template.base import FilterExpression, Node
from django.test import Client

from .markup import faults

#: pages drawn by Django's or a package's own templates
FOREIGN_PAGES = re.compile(r"/admin/")
#: (page, fault) that stand, with the reason
ALLOWED_FAULTS: dict[tuple[str, str], str] = {
    ("/api/v1/docs/", "0 titres h1"): "Swagger UI écrit le sien",
    ("/api/v1/docs/", "un seul <main> est attendu"): "Swagger UI écrit le sien",
}
#: tables that a GET may write, with the reason (DESIGN §4.14)
ALLOWED_WRITES: dict[str, str] = {
    "account_emailaddress": "allauth recopie l’adresse du compte à la première visite de sa page",
    "django_session": "la clé d’un second facteur qui se met en place, la page où revenir, ce qui attend d’être repris",
    "api_apikey": "la dernière utilisation d’une clé de l’API, notée une fois par minute au plus",
    "accounts_accesslog": "lire ou emporter ce qui n’est pas public laisse une trace",
    "mfa_authenticator": "allauth note que les codes de secours ont été montrés",
    "usersessions_usersession": "la liste des sessions oublie celles qui sont closes",
}

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
_READS = re.compile(
    r"[\s(]*(?:SELECT|WITH|VALUES|EXPLAIN|SHOW|PRAGMA \w+(?:\(|;|$)|SAVEPOINT|RELEASE|ROLLBACK|BEGIN|DECLARE|FETCH|CLOSE)\b",
    re.IGNORECASE,
)
_WRITES = re.compile(
    r"\b(?:INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|MERGE\s+INTO|nextval|setval)\b", re.IGNORECASE
)


class UnknownVariable(str):
    """Django's ``string_if_invalid``: fails in our templates, stays silent in those of packages."""

    def __bool__(self):
        variable, node = _being_resolved()
        if node is None or not _is_ours(node):
            return False
        pytest.fail(f"{node.origin.template_name}, ligne {node.token.lineno} : variable « {variable} » inconnue", False)

    def __contains__(self, text):
        return False


def _being_resolved() -> tuple[str, Node | None]:
    """The variable that Django is resolving and the node that asks for it."""
    variable = ""
    frame = inspect.currentframe()
    while frame is not None:
        owner = frame.f_locals.get("self")
        if isinstance(owner, FilterExpression) and not variable:
            variable = str(owner)
        if isinstance(owner, Node) and hasattr(owner, "origin"):
            return variable, owner
        frame = frame.f_back
    return variable, None


def _is_ours(node: Node) -> bool:
    return Path(node.origin.name).is_relative_to(settings.BASE_DIR / "templates")


def refuse_writes(execute, sql, params, many, context):
    """Database wrapper: a statement that writes fails the test, but for the named tables."""
    writes = not _READS.match(sql) or _WRITES.search(sql)
    if writes and not any(re.search(rf"\b{table}\b", sql) for table in ALLOWED_WRITES):
        pytest.fail(f"GET, HEAD et OPTIONS n’écrivent pas : {sql[:300]}", False)
    return execute(sql, params, many, context)


def check_answer(path: str, response: HttpResponse) -> None:
    """Fail with every fault of an HTML answer at once."""
    if response.streaming or FOREIGN_PAGES.match(path):
        return
    if not response.headers.get("Content-Type", "").startswith("text/html") or not response.content:
        return
    policy = response.headers.get("Content-Security-Policy", "")
    found = [fault for fault in faults(response.text, policy=policy) if (path, fault) not in ALLOWED_FAULTS]
    if found:
        pytest.fail("\n  ".join([f"{path} ({response.status_code}) :", *found]), False)


_request = Client.request


def strict_request(client: Client, **request):
    """``Client.request`` under the guards."""
    with ExitStack() as stack:
        if request.get("REQUEST_METHOD", "GET") in SAFE_METHODS:
            for connection in connections.all(initialized_only=True):
                stack.enter_context(connection.execute_wrapper(refuse_writes))
        response = _request(client, **request)
    check_answer(request.get("PATH_INFO", "/"), response)
    return response


@pytest.fixture(autouse=True, scope="session")
def _strict():
    """Set the guards for the whole run."""
    engine = engines["django"].engine
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "request", strict_request)
        patch.setattr(engine, "string_if_invalid", UnknownVariable())
        yield
