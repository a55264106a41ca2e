from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "actors.imports"
    label = "imports"
    verbose_name = "Chargements de listes"
