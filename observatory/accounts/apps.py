from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "observatory.accounts"
    label = "accounts"
    verbose_name = "Personnes et droits"

    def ready(self):
        from . import audit, registrations  # noqa: F401 (finders of personal data)

        audit.listen()
