import hashlib
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from actors import services
from actors.importers import reference
from observatory.records.files import BrokenFile
from observatory.records.models import ReferenceLoad
from observatory.records.progress import bars
from observatory.records.sources import load_sources


class Command(BaseCommand):
    help = "Charge les organisations que les documents de référence nomment (fixtures/actors)."

    def handle(self, *, verbosity, **options):
        directory = settings.FIXTURES_DIR / "actors"
        digest = hashlib.sha256()
        for path in [
            *sorted(directory.glob("*.yaml")),
            settings.FIXTURES_DIR / "themes.yaml",
            settings.FIXTURES_DIR / "sources.yaml",
            Path(services.__file__),
            Path(reference.__file__),
        ]:
            digest.update(path.read_bytes())
        load = ReferenceLoad.objects.filter(name="actors").first()
        if load and load.fingerprint == digest.hexdigest():
            self.stdout.write("Acteurs : déjà chargés, rien à faire.")
            return
        sources, themes = load_sources(), services.load_themes()
        try:
            rows = reference.read(directory, themes=set(themes), sources=set(sources))
        except BrokenFile as error:
            raise CommandError(f"{error}. Rien n’a été modifié.") from error
        with bars(quiet=verbosity == 0) as progress:
            services.load_reference_actors(
                rows=rows, sources=sources, themes=themes, advance=progress("Acteurs", len(rows))
            )
        ReferenceLoad.objects.update_or_create(
            name="actors", defaults={"fingerprint": digest.hexdigest(), "report": {"actors": len(rows)}}
        )
        self.stdout.write(f"Acteurs : {len(rows)} organisations.")
