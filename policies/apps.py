from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    name = "policies"
    verbose_name = "Politiques locales de l’ESS"

    def ready(self):
        from . import registrations  # noqa: F401 (what the ground floor learns on start)
