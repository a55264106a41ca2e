from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SearchConfig(AppConfig):
    name = "observatory.search"
    label = "search"
    verbose_name = "Recherche"

    def ready(self):
        from . import engines

        post_migrate.connect(engines.install, sender=self, dispatch_uid="search.engines")
