"""Loading a prepared list: reading, validation, staging and applying, beside the bare COPY of the same rows.

Two lists of one région, with every column that the portal knows, drawn like the other synthetic actors: one into a
directory that holds the reference actors alone, as on the first day; then another, half as long, beside the first. They are
loaded by a process of its own, whose memory is watched with that of its children, and what they made is removed.
The bare work is the COPY of the same records, ready made, into an empty table with the indexes of the directory's: no
reading, no validation, no comparison, no trigger, no foreign key, no history.
"""

import csv
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

from stdnum import luhn

#: the région that the lists are of
REGION = "region-32"
GROUP = "import"
#: budgets: lines per second, megabytes
FASTEST, MOST_MEMORY = 8_000, 500
TITLE = "Liste synthétique des mesures de vitesse"
#: share of the associations whose RNA the list knows, and of the names with an acronym; assumed
WITH_RNA, WITH_ACRONYM = 0.6, 0.1
HEADERS = (
    *("Identifiant", "Nom", "Sigle", "SIRET", "RNA", "Famille", "Forme juridique", "Labels", "Thématiques"),
    *("Activités", "Description", "Adresse", "Code postal", "Commune", "Longitude", "Latitude", "Téléphone"),
    *("Courriel", "Site", "Effectif", "Année de création"),
)


@dataclass(frozen=True)
class ImportResult:
    """Seconds of each part, megabytes of the processes together."""

    name: str
    lines: int
    staging: float
    applying: float
    bare: float
    memory: float

    @property
    def seconds(self) -> float:
        return self.staging + self.applying

    @property
    def speed(self) -> float:
        return self.lines / self.seconds

    @property
    def ratio(self) -> float:
        return self.seconds / self.bare if self.bare else 0.0

    @property
    def within(self) -> bool:
        return self.speed >= FASTEST and self.memory <= MOST_MEMORY

    def as_json(self) -> dict:
        derived = {"speed": round(self.speed), "ratio": round(self.ratio, 1), "within": self.within}
        return {"group": GROUP, **self.__dict__, **derived}

    def __str__(self) -> str:
        return (
            f"import: {self.name}: {self.lines:,} lines, staging {self.staging:.1f} s, applying {self.applying:.1f} s, "
            f"{self.speed:,.0f} lines/s (budget {FASTEST:,}), bare COPY {self.bare:.2f} s, ratio {self.ratio:.1f}, "
            f"{self.memory:.0f} MB (budget {MOST_MEMORY})  {'ok' if self.within else 'OVER'}"
        )


def measure(lines: int) -> list[ImportResult]:
    """Draw the lists, load them in another process, remove what they made."""
    with TemporaryDirectory() as folder:
        paths = [Path(folder) / "premiere.csv", Path(folder) / "seconde.csv"]
        draw(paths[0], lines)
        draw(paths[1], lines // 2, after=lines)
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.imports", *map(str, paths)], env=os.environ | {"OBSERVATORY_VAR": folder},
            stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        memory = 0.0
        while process.poll() is None:
            memory = max(memory, _memory(process.pid))
            time.sleep(0.1)
        if process.returncode:
            raise RuntimeError("The import did not succeed; its process says why above.")
        figures = json.loads(process.stdout.read().splitlines()[-1])
        process.stdout.close()
    return [ImportResult(**part, memory=round(memory)) for part in figures]


def draw(path: Path, lines: int, after: int = 0) -> None:
    """A list of ``lines`` organisations of one région, such as a CRESS keeps it; ``after`` those of another list."""
    from . import synthetic

    world = synthetic.World()
    world.communes = [commune for commune in world.communes if commune.region and commune.region.code == REGION]
    world.weights = list(accumulate(commune.population for commune in world.communes))
    themes = {theme.pk: theme.name for theme in world.themes.values()}
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADERS)
        for start in range(after, after + lines, synthetic.CHUNK):
            size = min(synthetic.CHUNK, after + lines - start)
            for offset, (actor, links) in enumerate(synthetic.chunk(world, 1_000_000 + start, size)):
                writer.writerow(_cells(actor, links, themes, start + offset))


def _cells(actor, links, themes: dict[int, str], n: int) -> list:
    siren = f"{80_000_000 + n:08}"
    siren += luhn.calc_check_digit(siren)
    siret = f"{siren}0001" + luhn.calc_check_digit(f"{siren}0001")
    commune, at_address = actor.territory, actor.precision == "address"
    rna = f"W{595_000_000 + n:09}" if actor.family == "association" and n % 100 < 100 * WITH_RNA else ""
    acronym = "".join(word[0] for word in actor.name.split())[:12].upper() if n % 100 < 100 * WITH_ACRONYM else ""
    return [
        *(f"ADH-{n:07}", actor.name, acronym, siret, rna, actor.get_family_display()),
        *(actor.get_legal_form_display() or "", ", ".join(label.upper() for label in links.labels)),
        *(" | ".join(themes[theme] for theme in links.themes), " | ".join(actor.activities), actor.description),
        *(actor.address, commune.postal_codes[0], commune.name.upper()),
        *((f"{actor.longitude:.6f}", f"{actor.latitude:.6f}") if at_address else ("", "")),
        *(f"03 20 {n // 10_000 % 100:02} {n // 100 % 100:02} {n % 100:02}", f"contact{n}@synthetique.invalid"),
        *(f"https://www.synthetique-{n}.invalid/", actor.workforce or "", actor.founded),
    ]


def _memory(pid: int) -> float:
    """Megabytes of a process and its children, shared pages counted once (Linux; 0 elsewhere)."""
    total, waiting = 0, [pid]
    while waiting:
        one = waiting.pop()
        try:
            waiting += map(int, Path(f"/proc/{one}/task/{one}/children").read_text().split())
            rollup = Path(f"/proc/{one}/smaps_rollup").read_text()
        except OSError:
            continue
        total += next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)
    return total / 1024


def _load(path: Path, title: str) -> tuple:
    """What the other process does: the parts that the worker would do, each timed; gives the import and the figures."""
    from datetime import date

    from django.core.files import File

    from actors.imports import applying, indexes, services, staging
    from actors.imports.enums import Stage
    from actors.imports.models import Import
    from observatory.territories.models import Territory

    territory = Territory.objects.get(code=REGION)
    with path.open("rb") as content:
        load = services.create(
            file=File(content, name=path.name), territory=territory, title=title, edition=date(2020, 1, 1)
        )
    services.set_mapping(load, services.suggested(load, []), {}, "keep")
    start = time.perf_counter()
    staging.stage(load)
    staged = time.perf_counter()
    load.stage = Stage.APPLYING
    load.save()
    begun = time.perf_counter()
    applying.apply(load.pk)
    indexes.settle()
    done = time.perf_counter()
    load = Import.objects.select_related("actor_list__source").get(pk=load.pk)
    return load, {"staging": round(staged - start, 2), "applying": round(done - begun, 2)}


def _load_all(paths: list[Path]) -> list[dict]:
    loads, figures = [], []
    try:
        for path, name in zip(paths, ("first day", "another list"), strict=True):
            load, seconds = _load(path, f"{TITLE} ({name})")
            loads.append(load)
            if load.counts["new"] != load.counts["lines"]:
                raise RuntimeError(f"Not every line made a record: {load.counts}")
            figures.append({"name": name, "lines": load.counts["lines"], "bare": round(_bare(load), 2), **seconds})
    finally:
        for load in reversed(loads):
            _remove(load)
    return figures


def _bare(load) -> float:
    """Seconds of the COPY of the records of an import into a table made like the directory's, indexes included."""
    from django.db import connection, transaction

    if connection.vendor != "postgresql":
        return 0.0
    made = (
        "SELECT a.* FROM actors_actor a JOIN imports_listmembership m ON m.actor_id = a.id"
        f" WHERE m.first_seen_id = {load.pk:d} ORDER BY a.id"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        with cursor.copy(f"COPY ({made}) TO STDOUT") as copy:
            rows = b"".join(bytes(block) for block in copy)
        cursor.execute("CREATE TABLE bare (LIKE actors_actor INCLUDING ALL)")
        start = time.perf_counter()
        with cursor.copy("COPY bare FROM STDIN") as copy:
            copy.write(rows)
        elapsed = time.perf_counter() - start
        cursor.execute("DROP TABLE bare")
    return elapsed


def _remove(load) -> None:
    """Take away what the import made, tombstones included."""
    from django.db import connection, transaction

    made = "SELECT actor_id FROM imports_listmembership WHERE first_seen_id = %s"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE made AS {made}", [load.pk])
        cursor.execute("DELETE FROM editing_revision WHERE batch = %s", [load.batch])
        cursor.execute("DELETE FROM imports_listmembership WHERE actor_list_id = %s", [load.actor_list_id])
        cursor.execute("DELETE FROM records_provenance WHERE source_id = %s", [load.actor_list.source_id])
        for table in ("actors_actor_themes", "actors_flag"):
            cursor.execute(f"DELETE FROM {table} WHERE actor_id IN (SELECT actor_id FROM made)")
        cursor.execute("DELETE FROM actors_actor WHERE id IN (SELECT actor_id FROM made)")
        cursor.execute(
            "DELETE FROM records_tombstone WHERE kind = 'actor' AND public_id IN"
            " (SELECT public_id FROM imports_importline WHERE load_id = %s)",
            [load.pk],
        )
        cursor.execute("DELETE FROM imports_importline WHERE load_id = %s", [load.pk])
        cursor.execute("DROP TABLE made")
    source, actor_list = load.actor_list.source, load.actor_list
    load.delete()
    actor_list.delete()
    source.delete()


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(json.dumps(_load_all([Path(path) for path in sys.argv[1:]])) + "\n")
