from datetime import timedelta

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class RecordsConfig(AppConfig):
    name = "observatory.records"
    label = "records"
    verbose_name = "Identité, changements et sources"

    def ready(self):
        from . import chores, marks, triggers

        chores.register(
            chores.Chore("change-marks", "Repères des changements (API)", marks.mark, every=timedelta(hours=1))
        )

        # After every migrate rather than in a migration: SQLite rebuilds a table when a column changes
        # and loses its triggers on the way.
        post_migrate.connect(triggers.install, sender=self, dispatch_uid="records.triggers")
        pre_migrate.connect(triggers.lift, sender=self, dispatch_uid="records.triggers.lift")
