from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "actors.imports"
    label = "imports"
    verbose_name = "Chargements de listes"

    def ready(self):
        from . import chores  # noqa: F401 (chores)
