import hashlib

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from observatory.records.files import BrokenFile
from observatory.records.models import ReferenceLoad
from ptce.services import load_panel


class Command(BaseCommand):
    help = "Charge le panel des pôles de l’étude de 2014 (fixtures/ptce/panel.yaml) ; après load_actors."

    def handle(self, **options):
        path = settings.FIXTURES_DIR / "ptce" / "panel.yaml"
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        load = ReferenceLoad.objects.filter(name="ptce").first()
        if load and load.fingerprint == digest:
            self.stdout.write("Pôles : déjà chargés, rien à faire.")
            return
        try:
            count = load_panel(path)
        except BrokenFile as error:
            raise CommandError(f"{error}. Rien n’a été modifié.") from error
        ReferenceLoad.objects.update_or_create(
            name="ptce", defaults={"fingerprint": digest, "report": {"poles": count}}
        )
        self.stdout.write(f"Pôles : {count} pôles du panel.")
