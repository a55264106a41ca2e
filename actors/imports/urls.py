from django.urls import path

from . import views

app_name = "imports"
urlpatterns = [
    path("", views.imports, name="list"),
    path("charger/", views.upload, name="upload"),
    path("absents/", views.gone, name="gone"),
    path("<int:pk>/", views.detail, name="detail"),
    path("<int:pk>/colonnes/", views.columns, name="columns"),
    path("<int:pk>/appliquer/", views.apply, name="apply"),
    path("<int:pk>/defaire/", views.undo, name="undo"),
    path("<int:pk>/reprendre/", views.resume, name="resume"),
    path("<int:pk>/abandonner/", views.cancel, name="cancel"),
    path("<int:pk>/lignes-refusees.csv", views.refused_lines, name="refused"),
]
