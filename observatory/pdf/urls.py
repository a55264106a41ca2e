from django.urls import path

from .batches import views as batches
from .views import fiche

app_name = "pdf"
urlpatterns = [
    path("lots/<uuid:token>/", batches.batch, name="batch"),
    path("lots/<uuid:token>/fiches.zip", batches.download, name="batch-file"),
    path("lots/<uuid:token>/abandonner/", batches.cancel, name="batch-cancel"),
    path("lots/<uuid:token>/recommencer/", batches.restart, name="batch-restart"),
    path("lots/<slug:search>/", batches.prepare, name="prepare"),
    path("<slug:kind>/<slug:key>.pdf", fiche, name="fiche"),
]
