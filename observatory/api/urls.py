"""Addresses under /api/: the guide, version 1 with what each app registered, and problems for the rest."""

from django.urls import include, path, re_path
from rest_framework.routers import SimpleRouter

from .dump_views import DumpsView, DumpView
from .guide import HomeView
from .registry import resources
from .root import RemovedView, RootView
from .schema import DocsView, SchemaView
from .views import UnknownView

router = SimpleRouter()
for resource in resources():
    router.register(resource.prefix, resource.view, basename=resource.prefix)

app_name = "api"
urlpatterns = [
    path("", HomeView.as_view(), name="home"),
    path("v1/schema/", SchemaView.as_view(), name="schema"),
    path("v1/docs/", DocsView.as_view(), name="docs"),
    path("v1/", RootView.as_view(), name="root"),
    path("v1/removed/", RemovedView.as_view(), name="removed"),
    path("v1/dumps/", DumpsView.as_view(), name="dumps"),
    path("v1/dumps/<str:day>/<str:name>", DumpView.as_view(), name="dump"),
    path("v1/", include(router.urls)),
    # Only what ends with a slash: without one, Django first proposes the address that has it.
    re_path(r"^.*/$", UnknownView.as_view()),
]
