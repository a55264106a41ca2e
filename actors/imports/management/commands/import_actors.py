from datetime import date
from itertools import islice
from pathlib import Path

import yaml
from django.core.files import File
from django.core.management.base import BaseCommand, CommandError

from actors.importers import columns
from actors.importers.tables import open_table
from actors.importers.workbooks import Unreadable
from actors.imports import refused, services, tasks
from actors.imports.enums import Fate, Stage, WhenEmpty
from observatory.territories.models import Territory

SAMPLE = 30


class Command(BaseCommand):
    help = "Charge une liste d’acteurs (CSV ou XLSX) ; montre ce qui changerait, et n’écrit qu’avec --apply."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--territory", required=True, metavar="CODE", help="code typé, par exemple region-32")
        parser.add_argument("--source", default="", metavar="TITRE", help="titre de la liste ; le nom du fichier sinon")
        parser.add_argument("--edition", type=date.fromisoformat, default=None, metavar="AAAA-MM-JJ")
        parser.add_argument("--sheet", default="", metavar="FEUILLE")
        parser.add_argument(
            "--mapping", type=Path, metavar="FILE.yaml", help="columns: {en-tête: champ}, constants: {…}"
        )
        parser.add_argument("--clear", action="store_true", help="une case vide vide le champ de la fiche")
        parser.add_argument("--refused", type=Path, metavar="FILE", help="où écrire les lignes refusées")
        parser.add_argument("--apply", action="store_true", help="écrit dans l’annuaire")

    def handle(self, *, file: Path, territory: str, **options):
        place = Territory.objects.filter(code=territory).first()
        if place is None:
            raise CommandError(f"Territoire inconnu : {territory}. Un code typé est attendu, par exemple region-32.")
        if not file.is_file():
            raise CommandError(f"Fichier absent : {file}.")
        try:
            load = self._staged(file, place, options)
        except Unreadable as refusal:
            raise CommandError(f"{refusal} Rien n’a été modifié.") from refusal
        self._report(load)
        if options["refused"]:
            with options["refused"].open("w", encoding="utf-8", newline="") as output:
                output.writelines(refused.lines(load))
        if not options["apply"]:
            services.cancel(load)
            load.file.delete()
            self.stdout.write("Rien n’a été écrit : ajoutez --apply pour appliquer.")
            return
        services.start(load, Stage.APPLYING, enqueue=False)
        self._done(load, Stage.APPLIED)
        self.stdout.write(f"Appliqué : chargement {load.pk}.")

    def _staged(self, file: Path, place: Territory, options: dict):
        title = options["source"] or file.stem
        edition = options["edition"] or date.today()
        with file.open("rb") as content:
            load = services.create(
                file=File(content, name=file.name),
                territory=place,
                title=title,
                edition=edition,
                sheet=options["sheet"],
            )
        mapping, constants = self._mapping(load, options["mapping"])
        if found := columns.problems(mapping, constants):
            raise CommandError(" ".join(found))
        services.set_mapping(load, mapping, constants, WhenEmpty.CLEAR if options["clear"] else WhenEmpty.KEEP)
        services.start(load, Stage.STAGING, enqueue=False)
        self._done(load, Stage.STAGED)
        return load

    def _done(self, load, wanted: Stage) -> None:
        tasks.run(load.pk)
        load.refresh_from_db()
        if load.stage != wanted:
            raise CommandError(f"{load.error or 'Le travail n’a pas abouti.'} Rien n’a été modifié.")

    def _mapping(self, load, path: Path | None) -> tuple[dict[int, str], dict]:
        if path is None:
            samples = [row for _, row in islice(open_table(load.file.path, sheet=load.sheet).rows(), SAMPLE)]
            return services.suggested(load, samples), {}
        try:
            given = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
            wanted = given.get("columns") or {}
            constants = given.get("constants") or {}
        except (OSError, yaml.YAMLError, AttributeError) as error:
            raise CommandError(f"{path} ne se lit pas : {error}") from error
        if unknown := set(wanted) - set(load.headers):
            raise CommandError(f"La liste n’a pas de colonne {', '.join(sorted(unknown))}.")
        if unknown := set(wanted.values()) - set(columns.BY_KEY):
            raise CommandError(f"Champ inconnu : {', '.join(sorted(unknown))}. Connus : {', '.join(columns.BY_KEY)}.")
        return {load.headers.index(header): field for header, field in wanted.items()}, constants

    def _report(self, load) -> None:
        for fate in Fate:
            if fate != Fate.STALE:
                self.stdout.write(f"  {fate.label:<12} {load.counts[fate]:>8}")
        self.stdout.write(f"  {'absentes':<12} {load.counts['gone']:>8}   (marquées, jamais supprimées)")
        if load.counts["kept"]:
            self.stdout.write(f"  {load.counts['kept']} lignes ont des valeurs saisies à la main : elles sont gardées.")
        unfit = load.lines.filter(fate__in=(Fate.REFUSED, Fate.AMBIGUOUS))
        for line in unfit[:10]:
            self.stdout.write(f"  ligne {line.number} : {refused.reason(line)}")
