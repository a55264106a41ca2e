import hashlib
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from observatory.records.files import BrokenFile
from observatory.records.models import ReferenceLoad
from observatory.records.progress import bars
from observatory.records.sources import load_sources
from policies.kits import loading, passages, services
from policies.kits.importers import fixtures


class Command(BaseCommand):
    help = "Charge les kits du RTES, leurs fiches et leurs leviers (fixtures/kits) ; après load_policies."

    def handle(self, *, verbosity, **options):
        directory = settings.FIXTURES_DIR / "kits"
        digest = hashlib.sha256()
        code = [Path(module.__file__) for module in (services, loading, passages, fixtures)]
        for path in [*sorted(directory.glob("*.yaml")), *code]:
            digest.update(path.read_bytes())
        load = ReferenceLoad.objects.filter(name="kits").first()
        if load and load.fingerprint == digest.hexdigest():
            self.stdout.write("Kits : déjà chargés, rien à faire.")
            return
        sources = load_sources()
        try:
            kits = fixtures.kits(directory, sources=set(sources))
            editions = {edition["key"] for kit in kits for edition in kit["editions"]}
            sheets = fixtures.sheets(directory, editions=editions, sources=set(sources))
            with bars(quiet=verbosity == 0) as progress:
                counts = services.load_kits(
                    kits=kits, sheets=sheets, sources=sources, advance=progress("Kits", len(sheets))
                )
        except BrokenFile as error:
            raise CommandError(f"{error}. Rien n’a été modifié.") from error
        ReferenceLoad.objects.update_or_create(
            name="kits", defaults={"fingerprint": digest.hexdigest(), "report": counts}
        )
        said = [f"{counts['kits']} kits", f"{counts['sheets']} fiches", f"{counts['levers']} leviers"]
        said += [f"{counts['experiences']} exemples", f"{counts['findings']} initiatives dénichées"]
        self.stdout.write(f"Kits : {', '.join(said)}.")
