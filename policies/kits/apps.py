from django.apps import AppConfig


class KitsConfig(AppConfig):
    name = "policies.kits"
    label = "kits"
    verbose_name = "Kits et leviers"

    def ready(self):
        from . import registrations  # noqa: F401 (what the ground floor learns on start)
