from django.apps import AppConfig


class ChecklistsConfig(AppConfig):
    name = "policies.checklists"
    label = "checklists"
    verbose_name = "Grilles de leviers"

    def ready(self):
        from . import registrations  # noqa: F401 (what the ground floor learns on start)
