from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from observatory.pages import preparation


class Command(BaseCommand):
    help = "Met l’installation en état de servir : base de données, données de référence, fichiers statiques."
    # The checks are run below, when the code has changed since the last start.
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "--host", default="", help="adresse d’écoute : sur la boucle locale, le jeu de démonstration"
        )

    def handle(self, *, host, **options):
        notes = preparation.Notes()
        try:
            self._prepare_database(notes)
            call_command("load_reference")
            self._refuse_demonstration_in_production()
            self._collect_static_files(notes)
            self._load_demonstration(notes, host)
        except OperationalError as error:
            raise CommandError(f"La base de données ne répond pas comme attendu : {error}") from error
        except KeyboardInterrupt as error:
            raise CommandError("Interrompu. Relancez la commande : elle reprendra ce qui manque.") from error

    def _prepare_database(self, notes):
        pending, is_new = preparation.pending_migrations()
        code = preparation.code_fingerprint()
        if is_new:
            notes.forget_database()
        if not pending and notes.database.get("code") == code:
            return
        self.check()
        what = f"migrations à appliquer, {pending}" if pending else "mise à jour"
        self.stdout.write(f"Base de données : {what}")
        call_command("migrate", interactive=False, verbosity=0)
        notes.database["code"] = code
        notes.save()

    def _collect_static_files(self, notes):
        fingerprint = preparation.static_fingerprint()
        if preparation.static_files_are_current(notes, fingerprint):
            return
        self.stdout.write("Fichiers statiques : copie et compression")
        call_command(
            "collectstatic",
            interactive=False,
            verbosity=0,
            ignore_patterns=preparation.UNUSED_STATIC_FILES,
        )
        notes.values["static"] = fingerprint
        notes.save()

    def _refuse_demonstration_in_production(self):
        if settings.PRODUCTION and preparation.holds_demonstration():
            raise CommandError(
                "Cette base contient le jeu de démonstration, que la production refuse. "
                "Retirez-le : manage.py remove_demonstration"
            )

    def _load_demonstration(self, notes, host):
        if not preparation.wants_demonstration(notes, host) and not preparation.lacks_demonstration_rights():
            return
        call_command("load_demonstration")
        notes.database["demonstration"] = True
        notes.save()
