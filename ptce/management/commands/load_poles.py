import hashlib
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from observatory.records.files import BrokenFile
from observatory.records.models import ReferenceLoad
from observatory.records.progress import bars
from observatory.records.sources import load_sources
from ptce import loading, services
from ptce.importers import fixtures


class Command(BaseCommand):
    help = "Charge les pôles et les repères de l’étude de 2014 (fixtures/ptce) ; après load_actors."

    def handle(self, *, verbosity, **options):
        directory = settings.FIXTURES_DIR / "ptce"
        digest = hashlib.sha256()
        for path in [*sorted(directory.glob("*.yaml")), Path(loading.__file__), Path(fixtures.__file__)]:
            digest.update(path.read_bytes())
        load = ReferenceLoad.objects.filter(name="ptce").first()
        if load and load.fingerprint == digest.hexdigest():
            self.stdout.write("Pôles : déjà chargés, rien à faire.")
            return
        sources = load_sources()
        try:
            rows = {
                "panel": fixtures.panel(directory),
                "poles": fixtures.poles(directory, sources=set(sources)),
                "indicators": fixtures.indicators(directory, sources=set(sources)),
            }
            with bars(quiet=verbosity == 0) as progress:
                advance = progress("Pôles", len({r["key"] for r in rows["panel"]} | {r["pole"] for r in rows["poles"]}))
                counts = services.load_reference(**rows, sources=sources, advance=advance)
        except BrokenFile as error:
            raise CommandError(f"{error}. Rien n’a été modifié.") from error
        ReferenceLoad.objects.update_or_create(
            name="ptce", defaults={"fingerprint": digest.hexdigest(), "report": counts}
        )
        self.stdout.write(f"Pôles : {counts['poles']} pôles, {counts['indicators']} indicateurs.")
