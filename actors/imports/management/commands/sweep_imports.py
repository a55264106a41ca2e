from datetime import timedelta

from django.core.management.base import BaseCommand
from django.utils import timezone

from actors.imports import leases
from actors.imports.models import Import

#: days after which an uploaded file is removed
KEPT = 30


class Command(BaseCommand):
    help = (
        "Signale les chargements dont l’exécuteur s’est arrêté ; efface les fichiers déposés il y a plus de 30 jours."
    )

    def handle(self, *, verbosity, **options):
        for load in leases.sweep():
            if verbosity:
                self.stdout.write(f"Interrompu : {load}. Reprenez-le sur {load.get_absolute_url()}")
        old = Import.objects.filter(created_at__lt=timezone.now() - timedelta(days=KEPT)).exclude(file="")
        for load in old.iterator():
            load.file.delete(save=False)
            Import.objects.filter(pk=load.pk).update(file="")
            load.lines.exclude(row="").update(row="")
        if verbosity:
            self.stdout.write("Chargements : rien d’autre à signaler.")
