"""The desk: ``/bureau/``. Each list of addresses stands beside its views."""

from . import desk_urls, form_urls, queue_urls

app_name = "editing"
urlpatterns = [*desk_urls.urlpatterns, *queue_urls.urlpatterns, *form_urls.urlpatterns]
