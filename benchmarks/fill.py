"""Bring the benchmark's database to N synthetic actors: drawn on every core, written in bulk."""

import multiprocessing
import os
from collections.abc import Callable, Iterator

from django.db import connection, transaction
from django.utils import timezone

from actors.models import Actor, Flag, Mention
from observatory.records import changes, triggers
from observatory.records.models import ReferenceLoad, Source
from observatory.search import engines, words

from . import synthetic, writers

#: the mark of a database that belongs to the benchmarks
MARK = "benchmarks"
SOURCE = "synthetique"
STATEMENT = "Organisation synthétique, tirée au sort pour mesurer la vitesse du portail."

ACTORS = Actor._meta.db_table
THEMES = Actor.themes.through._meta.db_table
NETWORKS = Actor.networks.through._meta.db_table
FLAGS, MENTIONS = Flag._meta.db_table, Mention._meta.db_table
COLUMNS = {
    ACTORS: ["id", "change", *(field.column for field in synthetic.FIELDS)],
    THEMES: ["actor_id", "theme_id"],
    NETWORKS: ["from_actor_id", "to_actor_id"],
    FLAGS: ["actor_id", "label", "source_id"],
    MENTIONS: ["actor_id", "source_id", "locator", "statement", "basis"],
}

#: read by the worker processes, which are forked after it is set
_world: synthetic.World | None = None


def present() -> int:
    """How many synthetic actors the database holds."""
    load = ReferenceLoad.objects.filter(name=MARK).first()
    return load.report.get("actors", 0) if load else 0


def mark(count: int = 0) -> None:
    """Say that this database belongs to the benchmarks and holds ``count`` synthetic actors."""
    ReferenceLoad.objects.update_or_create(name=MARK, defaults={"fingerprint": MARK, "report": {"actors": count}})


def fill(count: int, advance: Callable[[int], None]) -> None:
    """Replace the synthetic actors by ``count`` others, then leave tables and indexes as after a VACUUM."""
    writer = writers.for_connection(connection)
    world = synthetic.World()
    with transaction.atomic():
        source = _source()
        writer.rest_triggers(list(COLUMNS))
        _remove(source)
        writer.prepare(list(COLUMNS))
        first_id = writer.next_id(ACTORS)
        first_change = changes.safe_number() + 1
        stamp = timezone.now().isoformat()
        done = 0
        for part in _chunks(world, count):
            writer.write(_tables(part, first_id + done, first_change + done, source.pk, stamp), COLUMNS)
            done += len(part)
            advance(len(part))
        writer.finish(first_change + done)
        mark(count)
    triggers.install()
    engines.install()
    writer.settle(list(COLUMNS))
    words.refresh()


def _source() -> Source:
    values = {
        "title": "Organisations synthétiques des mesures de vitesse",
        "short_title": "Données synthétiques",
        "publisher": "python -m benchmarks",
        "year": 2020,
        "note": "Rien de réel : tirées au sort avec une graine fixe, dans une base réservée aux mesures.",
    }
    return Source.objects.update_or_create(key=SOURCE, defaults=values)[0]


def _remove(source: Source) -> None:
    """Remove the synthetic actors of a former run, with what hangs on them."""
    with connection.cursor() as cursor:
        synthetic_ids = f"SELECT actor_id FROM {MENTIONS} WHERE source_id = %s"
        for table, column in [(THEMES, "actor_id"), (NETWORKS, "from_actor_id"), (FLAGS, "actor_id")]:
            cursor.execute(f"DELETE FROM {table} WHERE {column} IN ({synthetic_ids})", [source.pk])
        cursor.execute("SELECT COUNT(*) FROM " + MENTIONS + " WHERE source_id = %s", [source.pk])
        if cursor.fetchone()[0]:
            cursor.execute(f"DELETE FROM {ACTORS} WHERE id IN ({synthetic_ids})", [source.pk])
            cursor.execute(f"DELETE FROM {MENTIONS} WHERE source_id = %s", [source.pk])


def _chunks(world: synthetic.World, count: int) -> Iterator[list]:
    """The chunks in order, drawn ahead by one process per core."""
    global _world
    _world = world
    sizes = [synthetic.CHUNK] * (count // synthetic.CHUNK) + [count % synthetic.CHUNK]
    tasks = [(number, size) for number, size in enumerate(sizes) if size]
    if len(tasks) == 1:
        yield _draw(tasks[0])
        return
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        yield from pool.imap(_draw, tasks)


def _draw(task: tuple[int, int]) -> list:
    """Rows and links of one chunk; never touches the connection that the fork inherited."""
    number, size = task
    return [(synthetic.row(actor, ""), links) for actor, links in synthetic.chunk(_world, number, size)]


def _tables(part: list, first_id: int, first_change: int, source: int, stamp: str) -> dict[str, list]:
    """The rows of every table for one chunk."""
    stamps = [i for i, field in enumerate(synthetic.FIELDS) if field.name in ("created_at", "updated_at")]
    tables = {table: [] for table in COLUMNS}
    for offset, (row, links) in enumerate(part):
        pk = first_id + offset
        for i in stamps:
            row[i] = stamp
        tables[ACTORS].append([pk, first_change + offset, *row])
        tables[THEMES] += [[pk, theme] for theme in links.themes]
        tables[NETWORKS] += [[pk, network] for network in links.networks]
        tables[FLAGS] += [[pk, label, source] for label in links.labels]
        tables[MENTIONS].append([pk, source, "", STATEMENT, "stated"])
    return tables
