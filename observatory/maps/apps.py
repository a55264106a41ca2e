from django.apps import AppConfig


class MapsConfig(AppConfig):
    name = "observatory.maps"
    label = "maps"
    verbose_name = "Cartes"
