from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from policies.checklists import finders

PATH = Path(settings.BASE_DIR) / "docs" / "evidence-rules.md"


class Command(BaseCommand):
    help = "Écrit docs/evidence-rules.md, la liste des règles qui trouvent des pièces, d’après le code."

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="dire seulement si la page est à jour")

    def handle(self, **options):
        written = finders.document()
        if not options["check"]:
            PATH.write_text(written, encoding="utf-8")
        elif not PATH.exists() or PATH.read_text(encoding="utf-8") != written:
            raise CommandError("docs/evidence-rules.md n’est pas à jour : lancez « manage.py evidence_rules ».")
