from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "observatory.accounts"
    label = "accounts"
    verbose_name = "Personnes et droits"

    def ready(self):
        from . import audit, chores, kept, registrations  # noqa: F401 (chores, personal data)

        audit.listen()
