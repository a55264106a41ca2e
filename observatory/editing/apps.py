from django.apps import AppConfig


class EditingConfig(AppConfig):
    name = "observatory.editing"
    label = "editing"
    verbose_name = "Bureau"

    def ready(self):
        from . import suggestions_personal  # noqa: F401 (finder of personal data)
