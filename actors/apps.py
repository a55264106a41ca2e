from django.apps import AppConfig


class ActorsConfig(AppConfig):
    name = "actors"
    verbose_name = "Annuaire des acteurs"

    def ready(self):
        from . import registrations  # noqa: F401 (tiles, search kinds and API routes of this floor)
