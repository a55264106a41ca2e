"""The nightly dump: whole or not there, of one moment, the last seven kept, taken in parts by whoever was cut short."""

import csv
import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as installed
from django.utils import timezone

from actors.api import ActorViewSet
from actors.models import Actor
from observatory.api import dumps, registry, written
from observatory.records import changes, chores

from . import checklists
from .test_api import check, document, get, refusal  # noqa: F401 (fixtures)
from .world import grow


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.DUMPS_DIR = tmp_path / "dumps"
    settings.OBSERVATORY = settings.OBSERVATORY | {"address": "http://testserver"}
    return settings.DUMPS_DIR


@pytest.fixture
def dump(world) -> dumps.Dump:
    checklists.a_published_one(world)
    dumps.make()
    return dumps.dumps()[0]


def taken(client, name: str, **headers):
    return client.get(f"/api/v1/dumps/{timezone.localdate()}/{name}", headers=headers)


def dump_tag(client) -> str:
    response = taken(client, "actors.csv.gz")
    b"".join(response)
    return response["ETag"]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def records(client, name: str) -> list[dict]:
    text = gzip.decompress(b"".join(taken(client, name))).decode("utf-8-sig")
    if ".ndjson" in name:
        return [json.loads(line) for line in text.splitlines()]
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


def test_a_dump_holds_every_public_record_in_both_formats(client, dump):
    for resource in registry.resources():
        whole = "&ess=all" if resource.prefix == "actors" else ""
        page = get(client, f"/api/v1/{resource.prefix}/?page_size=100{whole}")
        key = "id" if "id" in page["results"][0] else "key"
        found = {record[key]: record for record in records(client, f"{resource.prefix}.ndjson.gz")}
        assert found == {record[key]: record for record in page["results"]}, resource.prefix
        assert {row[key] for row in records(client, f"{resource.prefix}.csv.gz")} == {*found}


def test_the_manifest_says_what_there_is(client, dump):
    manifest = json.loads(b"".join(taken(client, "manifest.json")))
    assert manifest["change"] == changes.safe_number()
    assert manifest["licence"]["name"].startswith("Licence Ouverte 2.0")
    assert {file["name"] for file in manifest["files"]} == {*names(dump.folder)} - {"manifest.json"}
    for file in manifest["files"]:
        body = b"".join(taken(client, file["name"]))
        assert (file["bytes"], file["sha256"]) == (len(body), hashlib.sha256(body).hexdigest())
        assert file["bytes_unpacked"] == len(gzip.decompress(body))
        assert file["count"] == len(records(client, file["name"]))


def test_the_list_of_dumps_is_what_the_document_says(client, dump, check):  # noqa: F811
    found = get(client, "/api/v1/dumps/")
    check(found, "Dumps")
    (day,) = found["results"]
    assert day["date"] == timezone.localdate().isoformat()
    for url in (day["url"], day["files"][0]["url"]):
        response = client.get(url)
        assert response.status_code == 200 and b"".join(response)


def test_the_page_of_data_offers_the_latest_dump(client, world):
    assert "seront écrits cette nuit" in client.get("/donnees/").text
    dumps.make()
    page = client.get("/donnees/").text
    assert f"/api/v1/dumps/{timezone.localdate()}/actors.csv.gz" in page and "Les acteurs de l’annuaire" in page


@pytest.mark.parametrize("form", ["ndjson", "csv"])
def test_what_the_night_has_written_is_read_again_only_where_it_changed(client, world, form, monkeypatch):
    monkeypatch.setattr(written, "SIZE", 5)
    grow(world, 24)
    asked = f"/api/v1/actors/?ess=all&format={form}"
    before = b"".join(client.get(asked))
    dumps.make()
    monkeypatch.setattr(ActorViewSet, "represent", lambda *_: pytest.fail("rien n’a changé"))
    assert b"".join(client.get(asked)) == before
    monkeypatch.undo()
    monkeypatch.setattr(written, "SIZE", 5)
    read = []
    whole = ActorViewSet.represent
    monkeypatch.setattr(ActorViewSet, "represent", lambda view, pks: read.extend(pks) or whole(view, pks))
    Actor.objects.filter(pk=world.actor.pk).update(description="Description réécrite")
    assert b"".join(client.get(asked)).count("Description réécrite".encode()) == 1
    assert world.actor.pk in read and len(read) <= 5


def test_seven_dumps_are_kept_and_the_one_of_today_is_made_anew(world, folder):
    dumps.make()
    today = timezone.localdate()
    for days in range(1, 9):
        shutil.copytree(folder / today.isoformat(), folder / (today - timedelta(days=days)).isoformat())
    Actor.objects.filter(pk=world.actor.pk).update(founded=1999)
    dumps.make()
    kept = dumps.dumps()
    assert [one.day for one in kept] == [today - timedelta(days=days) for days in range(dumps.KEPT)]
    today_s, of_yesterday = (
        next(file["sha256"] for file in one.manifest["files"] if file["name"] == "actors.ndjson.gz") for one in kept[:2]
    )
    assert today_s != of_yesterday and kept[0].manifest["change"] >= kept[1].manifest["change"]
    assert names(folder) == sorted(one.day.isoformat() for one in kept)


def test_a_dump_that_fails_leaves_the_former_one(world, folder, monkeypatch):
    dumps.make()
    before = dumps.dumps()[0].manifest
    monkeypatch.setattr(dumps, "_digest", lambda path: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        dumps.make()
    assert [one.manifest for one in dumps.dumps()] == [before] and names(folder) == [before["date"]]


def test_what_a_killed_worker_left_is_seen_by_nobody_and_removed(client, world, folder):
    left = folder / f".{timezone.localdate()}.1"
    left.mkdir(parents=True)
    (left / "actors.ndjson.gz").write_bytes(b"half")
    assert dumps.dumps() == [] and get(client, "/api/v1/dumps/")["count"] == 0
    dumps.make()
    assert not left.exists() and len(dumps.dumps()) == 1


def test_the_worker_writes_a_dump_every_day():
    (chore,) = (chore for chore in chores.chores() if chore.key == "dump")
    assert chore.every == timedelta(days=1)


# Taking a file ------------------------------------------------------------------------------------------


def test_a_file_is_taken_whole_and_not_again(client, dump):
    response = taken(client, "actors.csv.gz", **{"Accept-Encoding": "gzip", "Accept": "text/csv"})
    body = b"".join(response)
    assert response["Content-Type"] == "application/gzip" and "Content-Encoding" not in response
    assert response["Content-Length"] == str(len(body)) and response["Accept-Ranges"] == "bytes"
    assert response["ETag"] == f'"{hashlib.sha256(body).hexdigest()}"'
    again = taken(client, "actors.csv.gz", **{"If-None-Match": response["ETag"]})
    assert (again.status_code, again["ETag"]) == (304, response["ETag"])


def test_a_part_of_a_file_is_what_the_whole_holds_there(client, dump):
    whole = (dump.folder / "actors.ndjson.gz").read_bytes()
    size = len(whole)
    for asked, start, end in [
        ("bytes=0-9", 0, 10),
        ("bytes=10-", 10, size),
        ("bytes=-7", size - 7, size),
        ("bytes=5-99999999", 5, size),
        ("bytes=-99999999", 0, size),
    ]:
        response = taken(client, "actors.ndjson.gz", Range=asked)
        assert (response.status_code, b"".join(response)) == (206, whole[start:end]), asked
        assert response["Content-Range"] == f"bytes {start}-{end - 1}/{size}"
        assert response["Content-Length"] == str(end - start)


def test_a_range_that_says_nothing_or_is_of_another_edition_gives_the_whole(client, dump):
    size = (dump.folder / "actors.csv.gz").stat().st_size
    tag = dump_tag(client)
    for headers in [
        *({"Range": asked} for asked in ("bytes=9-3", "bytes=0-1,5-6", "lines=0-1", "bytes=-", "bytes=a-b")),
        {"Range": "bytes=0-1", "If-Range": '"autre"'},
    ]:
        response = taken(client, "actors.csv.gz", **headers)
        assert (response.status_code, len(b"".join(response))) == (200, size), headers
    same = taken(client, "actors.csv.gz", **{"Range": "bytes=0-1", "If-Range": tag})
    assert (same.status_code, len(b"".join(same))) == (206, 2)


def test_a_part_past_the_end_is_refused(client, dump):
    size = (dump.folder / "actors.csv.gz").stat().st_size
    for asked in ("bytes=99999999-", "bytes=-0"):
        response = taken(client, "actors.csv.gz", Range=asked)
        assert (response.status_code, refusal(response)["code"]) == (416, "range_not_satisfiable")
        assert response["Content-Range"] == f"bytes */{size}"


def test_what_is_not_there_is_a_problem(client, dump):
    for address in ("2001-01-01/actors.csv.gz", "hier/actors.csv.gz", f"{dump.day}/secret_key", f"{dump.day}/.."):
        assert refusal(client.get(f"/api/v1/dumps/{address}"))["status"] == 404, address
    assert refusal(taken(client, "actors.csv.gz?x=1"))["status"] == 400


# One moment ---------------------------------------------------------------------------------------------

_SQLITE = """
import sqlite3
import django
django.setup()
from django.db import connection
from observatory.records.snapshots import snapshot

def run(statement):
    with connection.cursor() as cursor:
        return cursor.execute(statement).fetchall()

run("CREATE TABLE told (word)")
run("INSERT INTO told VALUES ('before')")
with snapshot():
    assert run("SELECT word FROM told") == [("before",)]
    with sqlite3.connect(connection.settings_dict["NAME"], timeout=1) as other:
        other.execute("UPDATE told SET word = 'after'")
    assert run("SELECT word FROM told") == [("before",)]
run("INSERT INTO told VALUES ('later')")
assert run("SELECT word FROM told") == [("after",), ("later",)]
"""


def test_a_snapshot_of_a_sqlite_file_holds_up_no_writer(tmp_path):
    environment = os.environ | {"OBSERVATORY_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "observatory.settings"}
    environment |= {"DATABASE_URL": f"sqlite:///{tmp_path}/one.sqlite3"}
    done = subprocess.run(
        [sys.executable, "-c", _SQLITE], cwd=installed.BASE_DIR, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
