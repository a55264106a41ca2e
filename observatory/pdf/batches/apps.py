from django.apps import AppConfig


class BatchesConfig(AppConfig):
    name = "observatory.pdf.batches"
    label = "batches"
    verbose_name = "Lots de fiches"

    def ready(self):
        from . import chores  # noqa: F401 (chores, what is kept of people)
