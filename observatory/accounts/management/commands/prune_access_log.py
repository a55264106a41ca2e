from django.core.management.base import BaseCommand, CommandError

from observatory.accounts import audit


class Command(BaseCommand):
    help = "Retire du journal des accès ce qui est plus ancien que la durée de conservation."

    def add_arguments(self, parser):
        parser.add_argument("--keep-days", type=int, default=365, help="jours à garder (365 par défaut)")

    def handle(self, *, keep_days, **options):
        if keep_days < 1:
            raise CommandError("La durée de conservation est d’un jour au moins.")
        self.stdout.write(f"Lignes retirées du journal des accès : {audit.prune(keep_days)}.")
