from django.core.management.base import BaseCommand, CommandError

from observatory.accounts import matrix


class Command(BaseCommand):
    help = "Écrit docs/permissions.md, le tableau des droits, à partir du code qui décide."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="n’écrit rien ; échoue si le fichier a vieilli")

    def handle(self, *, check, **options):
        document = matrix.document()
        if not check:
            matrix.PATH.write_text(document, encoding="utf-8")
            self.stdout.write("docs/permissions.md est écrit.")
        elif not matrix.PATH.exists() or matrix.PATH.read_text(encoding="utf-8") != document:
            raise CommandError("docs/permissions.md a vieilli : lancez « python manage.py permissions ».")
