"""Loading a prepared list: reading, validation, staging and applying, beside the bare COPY of the same lines.

The list is of one région, drawn like the other synthetic actors; it is loaded by a process of its own, whose memory is
watched with that of its children, and its records are removed afterwards.
"""

import csv
import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory

from stdnum import luhn

#: lines of the list and the région that it is of
LINES, REGION = 50_000, "region-32"
GROUP = "import"
#: budgets: lines per second, megabytes
FASTEST, MOST_MEMORY = 8_000, 500
TITLE = "Liste synthétique des mesures de vitesse"
HEADERS = (
    *("Nom", "SIRET", "Famille", "Forme juridique", "Activités", "Adresse", "Code postal", "Commune", "Téléphone"),
    *("Courriel", "Site", "Effectif", "Année de création"),
)


@dataclass(frozen=True)
class ImportResult:
    """Seconds of each part, megabytes of the processes together."""

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
        return {"group": GROUP, "name": f"{self.lines} lines", **self.__dict__, **derived}

    def __str__(self) -> str:
        return (
            f"import: {self.lines:,} lines, staging {self.staging:.1f} s, applying {self.applying:.1f} s, "
            f"{self.speed:,.0f} lines/s (budget {FASTEST:,}), bare COPY {self.bare:.2f} s, ratio {self.ratio:.0f}, "
            f"{self.memory:.0f} MB (budget {MOST_MEMORY})  {'ok' if self.within else 'OVER'}"
        )


def measure(lines: int = LINES) -> ImportResult:
    """Draw a list, load it in another process, remove what it made."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "liste.csv"
        draw(path, lines)
        bare = statistics.median(_bare(path) for _ in range(3))
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.imports", str(path)], env=os.environ | {"OBSERVATORY_VAR": folder},
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
    return ImportResult(lines, figures["staging"], figures["applying"], round(bare, 3), round(memory))


def draw(path: Path, lines: int) -> None:
    """A list of ``lines`` organisations of one région, such as a CRESS keeps it."""
    from . import synthetic

    world = synthetic.World()
    world.communes = [commune for commune in world.communes if commune.region and commune.region.code == REGION]
    world.weights = list(accumulate(commune.population for commune in world.communes))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADERS)
        for start in range(0, lines, synthetic.CHUNK):
            size = min(synthetic.CHUNK, lines - start)
            for offset, (actor, _) in enumerate(synthetic.chunk(world, 1_000_000 + start, size)):
                writer.writerow(_cells(actor, start + offset))


def _cells(actor, n: int) -> list:
    siren = f"{80_000_000 + n:08}"
    siren += luhn.calc_check_digit(siren)
    siret = f"{siren}0001" + luhn.calc_check_digit(f"{siren}0001")
    commune = actor.territory
    return [
        *(actor.name, siret, actor.get_family_display(), actor.get_legal_form_display() or ""),
        *(" | ".join(actor.activities), actor.address, commune.postal_codes[0], commune.name.upper()),
        *(f"03 20 {n // 10_000 % 100:02} {n // 100 % 100:02} {n % 100:02}", f"contact{n}@synthetique.invalid"),
        *(f"https://www.synthetique-{n}.invalid/", actor.workforce or "", actor.founded),
    ]


def _bare(path: Path) -> float:
    """Seconds of the COPY of the same lines into columns of text, without index."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE bare ({', '.join(f'c{i} text' for i in range(len(HEADERS)))})")
        start = time.perf_counter()
        with cursor.copy("COPY bare FROM STDIN (FORMAT csv, DELIMITER ';', HEADER)") as copy, path.open("rb") as file:
            while block := file.read(1 << 16):
                copy.write(block)
        elapsed = time.perf_counter() - start
        cursor.execute("DROP TABLE bare")
    return elapsed


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


def _load(path: Path) -> dict:
    """What the other process does: the parts that the worker would do, each timed."""
    from datetime import date

    from django.core.files import File

    from actors.imports import applying, services, staging
    from actors.imports.enums import Stage
    from actors.imports.models import Import
    from observatory.territories.models import Territory

    territory = Territory.objects.get(code=REGION)
    with path.open("rb") as content:
        load = services.create(
            file=File(content, name=path.name), territory=territory, title=TITLE, edition=date(2020, 1, 1)
        )
    services.set_mapping(load, services.suggested(load, []), {}, "keep")
    start = time.perf_counter()
    staging.stage(load)
    staged = time.perf_counter()
    load.stage = Stage.APPLYING
    load.save()
    begun = time.perf_counter()
    applying.apply(load.pk)
    applying.settle_search_index()
    done = time.perf_counter()
    load = Import.objects.get(pk=load.pk)
    try:
        if load.counts["new"] != load.counts["lines"]:
            raise RuntimeError(f"Not every line made a record: {load.counts}")
    finally:
        _remove(load)
    return {"staging": round(staged - start, 2), "applying": round(done - begun, 2)}


def _remove(load) -> None:
    """Take away what the import made, tombstones included."""
    from django.db import connection, transaction

    made = "SELECT actor_id FROM imports_listmembership WHERE first_seen_id = %s"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE made AS {made}", [load.pk])
        cursor.execute("DELETE FROM editing_revision WHERE batch = %s", [load.batch])
        cursor.execute("DELETE FROM imports_listmembership WHERE actor_list_id = %s", [load.actor_list_id])
        cursor.execute("DELETE FROM records_provenance WHERE source_id = %s", [load.actor_list.source_id])
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
    sys.stdout.write(json.dumps(_load(Path(sys.argv[1]))) + "\n")
