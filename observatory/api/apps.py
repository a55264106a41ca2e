from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "observatory.api"
    label = "api"
    verbose_name = "API"

    def ready(self):
        from . import access_schema, dumps, kept  # noqa: F401 (the OpenAPI document, personal data, chores)
