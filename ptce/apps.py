from django.apps import AppConfig


class PtceConfig(AppConfig):
    name = "ptce"
    verbose_name = "Pôles territoriaux de coopération économique"

    def ready(self):
        from . import registrations  # noqa: F401
