from django.urls import path, re_path

from . import views

app_name = "collectivities"
urlpatterns = [
    path("", views.collectivity_list, name="list"),
    # The codes of bodies hold one hyphen, after their level; what follows a second one is the slug.
    re_path(
        r"^(?P<code>[a-z]+-[0-9A-Za-z]+)(?:-(?P<slug>[a-z0-9_-]*))?/$",
        views.collectivity_detail,
        name="detail",
    ),
]
