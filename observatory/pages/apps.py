from importlib import import_module

from django.apps import AppConfig

#: the admin modules of the portal; named, since autodiscovery would import leaflet.admin and GDAL with it
ADMINS = ["records", "accounts", "territories", "api"]


class PagesConfig(AppConfig):
    name = "observatory.pages"
    label = "pages"
    verbose_name = "Pages"

    def ready(self):
        for room in ADMINS:
            import_module(f"observatory.{room}.admin")
        from . import registrations  # noqa: F401 (chores)
