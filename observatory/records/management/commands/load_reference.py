from django.core.management import call_command
from django.core.management.base import BaseCommand

from observatory.records import reference
from observatory.records.models import ReferenceLoad
from observatory.search import words
from observatory.search.models import Word


class Command(BaseCommand):
    help = "Charge toutes les données de référence qui ont changé : géographie, acteurs, pôles."

    def handle(self, *, verbosity, **options):
        before = _state()
        for command in reference.commands():
            call_command(command, verbosity=verbosity)
        if _state() != before or not Word.objects.exists():
            self.stdout.write(f"Mots connus : {words.refresh()}.")


def _state() -> list:
    return list(ReferenceLoad.objects.values_list("name", "fingerprint"))
