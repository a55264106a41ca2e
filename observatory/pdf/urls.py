from django.urls import path

from .views import fiche

app_name = "pdf"
urlpatterns = [path("<slug:kind>/<slug:key>.pdf", fiche, name="fiche")]
