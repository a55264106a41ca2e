from django.apps import AppConfig


class TerritoriesConfig(AppConfig):
    name = "observatory.territories"
    label = "territories"
    verbose_name = "Territoires et collectivités"

    def ready(self):
        from . import registrations  # noqa: F401
