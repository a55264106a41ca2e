"""Where the public proposes, without an account: two addresses and their thanks for each kind that has a form for it."""

from django.urls import path

from . import suggestions_views as views
from .registry import kinds

app_name = "suggest"
urlpatterns = [
    pattern
    for kind in kinds()
    if kind.public_form_path
    for pattern in (
        path(f"{kind.public_path}/proposer/", views.add, {"kind": kind.key}, name="add"),
        path(f"{kind.public_path}/merci/<uuid:token>/", views.thanks, {"kind": kind.key}, name="thanks"),
        path(f"{kind.public_path}/<slug:public_id>/signaler/", views.report, {"kind": kind.key}, name="report"),
    )
]
