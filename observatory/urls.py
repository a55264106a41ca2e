"""Addresses, assembled by dotted string so that the ground floor imports nothing from above."""

from django.conf import settings
from django.conf.urls.static import static
from django.contrib import admin
from django.contrib.sitemaps.views import index, sitemap
from django.urls import include, path

from observatory.pages.sitemaps import sitemaps

urlpatterns = [
    path("", include("observatory.pages.urls")),
    path("", include("observatory.editing.public_urls")),
    path("", include("actors.urls")),
    path("", include("policies.urls")),
    path("kit/", include("policies.kits.urls")),
    path("", include("policies.checklists.urls")),
    path("fiches/", include("observatory.pdf.urls")),
    path("carte/", include("observatory.maps.urls")),
    path("collectivites/", include("observatory.territories.urls")),
    path("ptce/", include("ptce.urls")),
    path("connexion/", include("allauth.account.urls")),
    path("connexion/second-facteur/", include("allauth.mfa.urls")),
    path("connexion/sessions/", include("allauth.usersessions.urls")),
    path("", include("observatory.accounts.urls")),
    path("compte/cles/", include("observatory.api.key_urls")),
    path("bureau/imports/", include("actors.imports.urls")),
    path("bureau/", include("observatory.editing.urls")),
    path("aide/", include("observatory.editing.desk_guide")),
    path("api/", include("observatory.api.urls")),
    path("sitemap.xml", index, {"sitemaps": sitemaps}, name="sitemap"),
    path("sitemap-<section>.xml", sitemap, {"sitemaps": sitemaps}, name="django.contrib.sitemaps.views.sitemap"),
    path("admin/", admin.site.urls),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
]

handler400 = "observatory.pages.views.bad_request"
handler403 = "observatory.pages.views.forbidden"
handler404 = "observatory.pages.views.not_found"
handler500 = "observatory.pages.views.server_error"

admin.site.site_header = admin.site.site_title = settings.OBSERVATORY["name"]
