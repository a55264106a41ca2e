from django.urls import path

from . import views

app_name = "ptce"
urlpatterns = [
    path("", views.pole_list, name="list"),
    path("reperes/", views.reperes, name="reperes"),
    path("export/<slug:kind>/", views.export, name="export"),
    path("<slug:slug>/", views.pole_detail, name="detail"),
]
