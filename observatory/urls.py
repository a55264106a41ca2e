"""Addresses, assembled by dotted string so that the ground floor imports nothing from above."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
]
