from django.urls import path, re_path

from . import desk, lists, scdl_views, views

app_name = "policies"
#: an opaque id, then a slug that may change
ID = r"(?P<public_id>[0-9a-z]{10})(?:-(?P<slug>[-a-z0-9_]*))?/$"


def _file(folder: str, name: str, view: type):
    """The address of a list as a file."""
    return path(f"{folder}/telecharger/<slug:kind>/", lists.export, {"of": view}, name=f"{name}-export")


urlpatterns = [
    path("dispositifs/", lists.SchemeListView.as_view(), name="schemes"),
    _file("dispositifs", "schemes", lists.SchemeListView),
    path("dispositifs/echeances.ics", views.calendar, name="calendar"),
    path("dispositifs/instruments/", views.instruments, name="instruments"),
    path("dispositifs/seuils/", views.thresholds, name="thresholds"),
    path("dispositifs/appels/", lists.CallListView.as_view(), name="calls"),
    _file("dispositifs/appels", "calls", lists.CallListView),
    re_path(rf"^dispositifs/appels/{ID}", views.call, name="call"),
    re_path(rf"^dispositifs/{ID}", views.scheme, name="scheme"),
    path("conventions/scdl/<slug:code>/<int:year>.csv", scdl_views.file, name="scdl"),
    path("conventions/", lists.AgreementListView.as_view(), name="agreements"),
    _file("conventions", "agreements", lists.AgreementListView),
    re_path(rf"^conventions/{ID}", views.agreement, name="agreement"),
    path("parts-de-scic/", lists.StakeListView.as_view(), name="stakes"),
    _file("parts-de-scic", "stakes", lists.StakeListView),
    re_path(rf"^parts-de-scic/{ID}", views.stake, name="stake"),
    path("bureau/<slug:slug>/plafonds/", desk.limits, name="limits"),
    path("bureau/export-subventions/", scdl_views.index, name="scdl-desk"),
    path("bureau/export-subventions/<slug:code>/<int:year>/", scdl_views.detail, name="scdl-detail"),
]
