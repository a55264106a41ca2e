from django.urls import path, re_path

from . import extract, views

app_name = "actors"
urlpatterns = [
    path("annuaire/", views.ActorListView.as_view(), name="list"),
    path("annuaire/extrait.pdf", extract.extract, name="extract"),
    path("annuaire/export/<slug:kind>/", views.export, name="export"),
    re_path(r"^annuaire/(?P<public_id>[0-9a-z]{10})(?:-(?P<slug>[-a-z0-9_]*))?/$", views.detail, name="detail"),
    path("carte/", views.ActorMapView.as_view(), name="map"),
    path("carte/points.json", views.points, name="points"),
]
