from django.apps import AppConfig


class PtceConfig(AppConfig):
    name = "ptce"
    verbose_name = "Pôles territoriaux de coopération économique"

    def ready(self):
        from . import admin, registrations  # noqa: F401 (what the ground floor learns on start)
