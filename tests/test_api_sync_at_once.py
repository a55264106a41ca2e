"""A copy made while somebody writes misses nothing: real connections, PostgreSQL alone."""

import threading

import pytest
from django.db import connection, connections, transaction

from actors.models import Actor

from .factories import ActorFactory
from .mirrors import differences, mirror

__all__ = ["mirror"]

#: SQLite has one writer at a time: nothing to try there
__test__ = connection.vendor == "postgresql"
pytestmark = pytest.mark.django_db(transaction=True)


def test_what_is_not_committed_while_a_copy_is_made_is_not_missed(client, world, mirror):
    slow, quick = ActorFactory(name="Lent", is_ess=True), ActorFactory(name="Rapide", is_ess=True)
    wrote, may_commit = threading.Event(), threading.Event()

    def write_slowly():
        try:
            with transaction.atomic():
                Actor.objects.filter(pk=slow.pk).update(name="Lent, enfin écrit")
                wrote.set()
                may_commit.wait(60)
        finally:
            connections.close_all()

    thread = threading.Thread(target=write_slowly)
    thread.start()
    assert wrote.wait(60)
    # A higher number, committed first.
    Actor.objects.filter(pk=quick.pk).update(name="Rapide, écrit d’abord")
    kept = mirror("kept")
    # Nothing is promised while a number is drawn that nobody sees yet.
    assert "ETag" not in client.get("/api/v1/actors/")
    names = {record.get("name") for record in kept.values()}
    assert "Lent, enfin écrit" not in names
    may_commit.set()
    thread.join()
    kept = mirror("kept")
    assert differences(kept, mirror("fresh")) == {}
    assert {kept["actors", one.public_id]["name"] for one in (slow, quick)} == {
        "Lent, enfin écrit",
        "Rapide, écrit d’abord",
    }
    assert "ETag" in client.get("/api/v1/actors/")
