from django.core.management.base import BaseCommand

from observatory.editing import suggestions


class Command(BaseCommand):
    help = (
        "Efface les courriels six mois après la décision, les empreintes d’adresse après un jour. À lancer chaque jour."
    )

    def handle(self, *args, verbosity, **options):
        for deed, count in suggestions.prune().items():
            if verbosity:
                self.stdout.write(f"{deed} : {count}")
