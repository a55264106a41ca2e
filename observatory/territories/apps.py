from django.apps import AppConfig


class TerritoriesConfig(AppConfig):
    name = "observatory.territories"
    label = "territories"
    verbose_name = "Territoires et collectivités"

    def ready(self):
        from observatory.records import reference

        reference.register("load_territories", order=10)
