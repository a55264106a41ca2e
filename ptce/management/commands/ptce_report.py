from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from ptce import report
from ptce.models import Pole


class Command(BaseCommand):
    help = "Compte, par source, les pôles et ce que chacune en dit : membres, chiffres, financements, rôles, étapes…"

    def add_arguments(self, parser):
        parser.add_argument("--poles", action="store_true", help="une ligne par pôle aussi")
        parser.add_argument(
            "--check", action="store_true", help="compare avec la seconde lecture ; échoue si elles diffèrent"
        )

    def handle(self, *, poles, check, **options):
        self.stdout.write(f"{Pole.objects.published().count()} pôles publiés.")
        names = dict(Pole._base_manager.values_list("public_id", "name"))
        held = report.counts()
        for source, sums in report.totals().items():
            of_poles = {names[key]: numbers for key, numbers in held.get(source, {}).items()} if poles else {}
            self._table(source, sums, dict(sorted(of_poles.items())))
        second = settings.FIXTURES_DIR / "ptce" / "second_reading.yaml"
        if not second.exists():
            if check:
                raise CommandError("La seconde lecture n’est pas dans les fixtures (ptce/second_reading.yaml).")
            return
        differences = report.differences(second)
        if differences and check:
            raise CommandError("La base et la seconde lecture diffèrent.\n" + "\n".join(differences))
        self.stdout.write("\n".join(["", *(differences or ["La base et la seconde lecture sont d’accord."])]))

    def _table(self, source: str, sums: dict[str, int], poles: dict[str, dict[str, int]]) -> None:
        self.stdout.write(f"\n{source} : {sums['poles']} pôles, {sums['indicators']} indicateurs")
        widest = max(map(len, [*poles, "ensemble"]))
        self.stdout.write(f"{'':<{widest}}  " + "  ".join(f"{name:>11}" for name in report.COLUMNS.values()))
        for name, numbers in {**poles, "ensemble": sums}.items():
            self.stdout.write(f"{name:<{widest}}  " + "  ".join(f"{numbers[key]:>11}" for key in report.COLUMNS))
