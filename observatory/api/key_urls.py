"""Addresses of one's own keys, beside those of one's account."""

from django.urls import path

from . import key_views

app_name = "keys"
urlpatterns = [
    path("", key_views.keys, name="list"),
    path("<str:prefix>/revoquer/", key_views.revoke, name="revoke"),
]
