from django.apps import AppConfig


class ActorsConfig(AppConfig):
    name = "actors"
    verbose_name = "Annuaire des acteurs"

    def ready(self):
        from . import admin, registrations  # noqa: F401 (what the ground floor learns on start)
