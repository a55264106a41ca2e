from django.core.management.base import BaseCommand

from observatory.accounts import demonstration


class Command(BaseCommand):
    help = "Retire tous les comptes de démonstration et leurs droits."

    def handle(self, **options):
        count = demonstration.remove()
        self.stdout.write(f"Comptes de démonstration retirés : {count}." if count else "Aucun compte de démonstration.")
