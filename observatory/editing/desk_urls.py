from django.urls import path

from . import desk_views as views

urlpatterns = [
    path("", views.home, name="desk"),
    path("a-faire/<slug:kind>/<slug:slug>/", views.work_list, name="work"),
    path("doublons/<slug:kind>/", views.lookalikes, name="alike"),
]
