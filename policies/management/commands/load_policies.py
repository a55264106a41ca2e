import hashlib
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from observatory.records.files import BrokenFile
from observatory.records.models import ReferenceLoad
from observatory.records.progress import bars
from observatory.records.sources import load_sources
from policies import services
from policies.importers import fixtures


class Command(BaseCommand):
    help = "Charge les instruments, seuils, dispositifs, conventions et parts de SCIC (fixtures/policies) ; après load_actors."

    def handle(self, *, verbosity, **options):
        directory = settings.FIXTURES_DIR / "policies"
        digest = hashlib.sha256()
        for path in [*sorted(directory.glob("*.yaml")), Path(services.__file__), Path(fixtures.__file__)]:
            digest.update(path.read_bytes())
        load = ReferenceLoad.objects.filter(name="policies").first()
        if load and load.fingerprint == digest.hexdigest():
            self.stdout.write("Politiques : déjà chargées, rien à faire.")
            return
        sources = load_sources()
        try:
            rows = {kind: fixtures.read(directory, kind, sources=set(sources)) for kind in fixtures.SHAPES}
            with bars(quiet=verbosity == 0) as progress:
                advance = progress("Politiques", sum(map(len, rows.values())))
                counts = services.load_reference(rows=rows, sources=sources, advance=advance)
        except BrokenFile as error:
            raise CommandError(f"{error}. Rien n’a été modifié.") from error
        ReferenceLoad.objects.update_or_create(
            name="policies", defaults={"fingerprint": digest.hexdigest(), "report": counts}
        )
        said = [f"{counts['instruments']} instruments", f"{counts['thresholds']} seuils"]
        said += [f"{counts['schemes']} dispositifs", f"{counts['agreements']} conventions", f"{counts['stakes']} parts"]
        self.stdout.write(f"Politiques : {', '.join(said)}.")
