"""What partners read before they write a program: examples that run, refusals that are the real ones, a page that works."""

import csv
import gzip
import html
import io
import json
import os
import re
import subprocess
import sys
from datetime import date
from urllib.request import urlopen

import pytest
from django.conf import settings as installed
from django.core.management import call_command
from django.db import OperationalError
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

from observatory.accounts.enums import Role
from observatory.api import deprecation, dumps, examples, formats, limits
from observatory.api.document import HEADERS
from observatory.api.models import ApiKey
from observatory.api.refusals import REFUSALS
from observatory.territories.api import TerritoryViewSet

from .permissions import person
from .test_api import check, document  # noqa: F401 (fixtures)

EXAMPLES = re.compile(r'<code class="language-([a-z]+)">(.*?)</code>', re.DOTALL)


def told(page: str, language: str) -> list[str]:
    """The examples of a page, as people copy them."""
    return [html.unescape(text) for found, text in EXAMPLES.findall(page) if found == language]


def get(url: str) -> str:
    """A page as from a browser that reads no compressed answer."""
    with urlopen(url) as answer:
        return answer.read().decode("utf-8-sig")


def follow(document: dict, node: dict) -> dict:  # noqa: F811
    while "$ref" in node:
        reference, node = node["$ref"], document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
    return node


# The guide ----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_examples_of_the_guide_run_as_they_stand(live_server, world, tmp_path):
    page = get(f"{live_server.url}/api/")
    key, text = ApiKey.objects.create_key(user=person(Role.PARTNER, territory=world.region), name="Essai")

    def run(*command: str) -> str:
        environment = {"PATH": os.environ["PATH"], "CLE": text, "PYTHONIOENCODING": "utf-8", "NO_PROXY": "*"}
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        return done.stdout

    shell = told(page, "sh")
    answers = [run("bash", "-c", f"{line} --silent --fail") for line in shell]
    assert len(answers) == 3 and "Garage solidaire de Lille" in answers[0]
    table = (tmp_path / "acteurs.csv").read_text(encoding="utf-8-sig")
    assert table.startswith("id;name;") and "Garage solidaire de Lille" in table
    assert (tmp_path / "acteurs.etag").read_text().strip() and "resources" in answers[2]
    key.refresh_from_db()
    assert key.last_used_at
    printed = [run(sys.executable, "-c", program) for program in told(page, "python")]
    assert "Garage solidaire de Lille Lille\n" in printed[0]
    assert f"Pôle Mobilité {live_server.url}/ptce/" in printed[1]


@pytest.mark.django_db(transaction=True)
def test_a_spreadsheet_reads_what_the_guide_tells_it_to(live_server, world):
    page = get(f"{live_server.url}/api/")
    (query,), (address,) = told(page, "powerquery"), told(page, "text")
    assert f'Web.Contents("{address}")' in query and 'Delimiter=";", Encoding=65001' in query
    rows = list(csv.DictReader(io.StringIO(get(address), newline=""), delimiter=";"))
    communes = {row["name"]: row["place.commune.code"] for row in rows}
    assert communes["Garage solidaire de Lille"] == "commune-59350"


def test_the_guide_shows_the_program_that_copies_and_every_refusal(client, db):
    page = client.get("/api/").text
    assert told(page, "mirror")[0] == (installed.BASE_DIR / "docs" / "mirror.py").read_text(encoding="utf-8").rstrip()
    assert all(f"<code>{refusal.code}</code>" in page for refusal in REFUSALS)


def test_the_version_of_the_document_stands_in_the_journal(client, db, document):  # noqa: F811
    assert f'<h3 id="v{document["info"]["version"]}">' in client.get("/api/").text
    assert document["externalDocs"]["url"] == "/api/"


# The document -------------------------------------------------------------------------------------------


def test_every_operation_has_examples_that_its_schema_allows(document):  # noqa: F811
    schemas = document["components"]["schemas"]
    for path, operations in document["paths"].items():
        for status, response in operations["get"]["responses"].items():
            for media, content in follow(document, response).get("content", {}).items():
                shown = [follow(document, one)["value"] for one in content.get("examples", {}).values()]
                shown += [content["example"]] if "example" in content else []
                assert shown or "spreadsheetml" in media or media == "application/gzip" or status == "206", (
                    path,
                    status,
                    media,
                )
                checker = Draft202012Validator({"components": {"schemas": schemas}, **content["schema"]})
                assert [(path, media, error.message) for one in shown for error in checker.iter_errors(one)] == []


def test_examples_of_records_have_every_field(document, check):  # noqa: F811
    for name, example in document["components"]["examples"].items():
        if name.endswith("_retrieve.json"):
            path = f"/api/v1/{name.removesuffix('_retrieve.json')}/{{key}}/"
            content = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
            check(example["value"], content["schema"]["anyOf"][0]["$ref"].rpartition("/")[2])


def test_examples_are_written_from_the_loaded_data_without_people(world, settings, tmp_path, monkeypatch):
    settings.ALLOWED_HOSTS = ["localhost"]
    world.actor.contacts.create(name="Une personne", show_name=True, consent_on=date(2026, 1, 1))
    monkeypatch.setattr(examples, "FOLDER", tmp_path)
    call_command("api_examples", stdout=io.StringIO())
    written = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in tmp_path.iterdir()}
    assert written["territories"]["code"] == "commune-59350" and written["root"]["resources"]
    assert written["actors"]["contacts"] == [] and written["actors"]["url"].startswith(examples.ADDRESS)


def test_every_refusal_has_its_status_and_headers_in_the_document(document):  # noqa: F811
    shown = {
        code: problem
        for response in document["components"]["responses"].values()
        for code, problem in response["content"]["application/problem+json"]["examples"].items()
    }
    assert {code: problem["value"] for code, problem in shown.items()} == {one.code: one.body for one in REFUSALS}
    assert HEADERS.keys() <= document["components"]["headers"].keys()
    limited = document["components"]["responses"]["Problem429"]["headers"]
    assert {"Retry-After", "RateLimit-Remaining"} <= limited.keys()


def test_what_will_leave_is_announced_a_year_before(client, world, monkeypatch):
    with pytest.raises(ValueError, match="365 jours"):
        deprecation.Notice("/api/v1/actors/", date(2026, 1, 1), date(2026, 6, 1), "v1.1.0")
    whole = deprecation.Notice("/api/v1/actors/{key}/", date(2026, 1, 1), date(2027, 2, 1), "v1.1.0")
    part = deprecation.Notice("/api/v1/actors/", date(2026, 1, 1), date(2027, 1, 1), "v1.1.0", parameter="label")
    monkeypatch.setattr(deprecation, "NOTICES", (whole, part))
    answer = client.get(f"/api/v1/actors/{world.actor.public_id}/")
    assert (answer["Deprecation"], answer["Sunset"]) == ("@1767225600", "Mon, 01 Feb 2027 00:00:00 GMT")
    assert answer["Link"].startswith("</api/#v1.1.0>")
    assert client.get("/api/v1/actors/?label=aci")["Sunset"] == "Fri, 01 Jan 2027 00:00:00 GMT"
    assert "Deprecation" not in client.get("/api/v1/actors/?q=garage")
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]
    assert paths["/api/v1/actors/{key}/"]["get"]["deprecated"] and "deprecated" not in paths["/api/v1/actors/"]["get"]
    assert [one["name"] for one in paths["/api/v1/actors/"]["get"]["parameters"] if one.get("deprecated")] == ["label"]


# The refusals -------------------------------------------------------------------------------------------


def same(answer, refusal) -> None:
    """Whether a refusal is the one documented, whatever the numbers of its sentence."""
    said, known = answer.json(), refusal.body
    for problem in (said, known):
        problem["detail"] = re.sub("[0-9]+", "0", problem["detail"])
    assert (answer.status_code, said) == (refusal.status, known)


@pytest.mark.parametrize("refusal", [one for one in REFUSALS if one.address], ids=lambda one: one.code)
def test_a_documented_refusal_is_what_the_request_gets(client, world, refusal):
    same(client.get(refusal.address, headers=refusal.headers), refusal)


def documented(code: str):
    return next(one for one in REFUSALS if one.code == code)


def test_a_sheet_too_small_is_refused_as_documented(client, world, monkeypatch):
    monkeypatch.setattr(formats.XLSX, "most", 1)
    same(client.get("/api/v1/territories/?format=xlsx"), documented("too_many_rows"))


def test_the_rate_is_refused_as_documented(client, world, settings, monkeypatch):
    monkeypatch.setattr(limits, "time", lambda: 1_700_000_000 // 86_400 * 86_400 + 20)
    settings.API_RATES = {"anonymous": {"minute": 1, "day": 9}, "key": {"minute": 1, "day": 9}}
    client.get("/api/v1/territories/")
    same(client.get("/api/v1/territories/"), documented("too_many_requests"))


def test_keys_are_refused_as_documented(client, world):
    holder = person(Role.PARTNER, territory=world.region)
    key, text = ApiKey.objects.create_key(user=holder, name="Essai")
    holder.grants.all().delete()
    ask = {"Authorization": f"Api-Key {text}"}
    same(client.get("/api/v1/territories/", headers=ask), documented("key_without_right"))
    key.revoke()
    answer = client.get("/api/v1/territories/", headers=ask).json()
    assert answer["code"] == "revoked_key" and answer["detail"].startswith("Cette clé a été révoquée le ")


def test_a_part_past_the_end_is_refused_as_documented(client, world, settings, tmp_path):
    settings.DUMPS_DIR = tmp_path
    dumps.make()
    day = dumps.dumps()[0].day
    address = f"/api/v1/dumps/{day}/actors.csv.gz"
    assert gzip.decompress(b"".join(client.get(address)))
    same(client.get(address, headers={"Range": "bytes=999999-"}), documented("range_not_satisfiable"))


@pytest.mark.parametrize(("fault", "code"), [(KeyError, "server_error"), (OperationalError, "unavailable")])
def test_faults_of_ours_are_told_as_documented(client, world, monkeypatch, fault, code):
    def fail(self, pks):
        raise fault("…")

    monkeypatch.setattr(TerritoryViewSet, "represent", fail)
    client.raise_request_exception = False
    same(client.get("/api/v1/territories/"), documented(code))
