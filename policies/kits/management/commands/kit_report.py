from collections import Counter

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from policies.kits import report


class Command(BaseCommand):
    help = "Compte, par édition et par fiche, leviers, exemples, chiffres, ressources, renvois, textes, dates et compétences."

    def add_arguments(self, parser):
        parser.add_argument(
            "--check", action="store_true", help="compare avec la seconde lecture ; échoue si elles diffèrent"
        )
        parser.add_argument(
            "--carried", action="store_true", help="compte aussi les fiches qu’une édition reprend telles quelles"
        )

    def handle(self, *, check, carried, **options):
        for edition, sheets in report.counts(carried=carried).items():
            self._table(edition, sheets)
        differences = report.differences(settings.FIXTURES_DIR / "kits" / "second_reading.yaml")
        if differences and check:
            raise CommandError("La base et la seconde lecture diffèrent.\n" + "\n".join(differences))
        self.stdout.write("\n".join(["", *(differences or ["La base et la seconde lecture sont d’accord."])]))

    def _table(self, edition: str, sheets: dict[str, dict[str, int]]) -> None:
        widest = max(map(len, [*sheets, edition]), default=0)
        self.stdout.write(f"\n{edition:<{widest}}  " + "  ".join(f"{name:>11}" for name in report.COLUMNS.values()))
        total = Counter()
        for sheet, counts in sheets.items():
            total.update(counts)
            self._line(sheet, counts, widest)
        self._line("total", total, widest)

    def _line(self, name: str, counts: dict[str, int], widest: int) -> None:
        self.stdout.write(f"{name:<{widest}}  " + "  ".join(f"{counts[key]:>11}" for key in report.COLUMNS))
