from django.urls import path

from . import views

app_name = "maps"
urlpatterns = [
    path("contours/<slug:level>/<int:detail>.geojson", views.layer, name="layer"),
    path("contours/<slug:level>/<int:detail>/<slug:within>.geojson", views.layer, name="layer-within"),
    path("contours/territoire/<slug:code>.geojson", views.contour, name="contour"),
]
