from django.urls import path

from . import views

app_name = "kits"
urlpatterns = [
    path("", views.home, name="home"),
    path("deniche-pour-vous/", views.findings, name="findings"),
    path("<slug:kit>/", views.kit, name="kit"),
    path("<slug:kit>/<slug:sheet>/", views.sheet, name="sheet"),
    path("<slug:kit>/<slug:sheet>/<slug:lever>/", views.lever, name="lever"),
]
