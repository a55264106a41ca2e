"""Addresses under /api/: the guide, version 1 with what each app registered, and problems for the rest."""

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from .registry import resources
from .schema import DocsView, SchemaView
from .views import HomeView, UnknownView

router = SimpleRouter()
for resource in resources():
    router.register(resource.prefix, resource.view, basename=resource.prefix)

app_name = "api"
urlpatterns = [
    path("", HomeView.as_view(), name="home"),
    path("v1/schema/", SchemaView.as_view(), name="schema"),
    path("v1/docs/", DocsView.as_view(), name="docs"),
    path("v1/", include(router.urls)),
    # Only what ends with a slash: without one, Django first proposes the address that has it.
    re_path(r"^.*/$", UnknownView.as_view()),
]
