from django.apps import AppConfig


class EditingConfig(AppConfig):
    name = "observatory.editing"
    label = "editing"
    verbose_name = "Bureau"

    def ready(self):
        from . import chores, suggestions_personal, texts_personal  # noqa: F401 (chore, finders of personal data)
