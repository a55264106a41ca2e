from django.urls import path

from . import queue_views as views
from . import suggestions_desk

urlpatterns = [
    path("suggestions/", views.index, name="queue"),
    path("suggestions/<int:pk>/", views.show, name="suggestion"),
    path("suggestions/<int:pk>/refuser/", views.refuse, name="suggestion-refuse"),
    path("suggestions/<int:pk>/fiche/", views.identify, name="suggestion-identify"),
    path("suggestions/<int:pk>/rouvrir/", views.reopen, name="suggestion-reopen"),
    path("<slug:kind>/<slug:public_id>/proposer/", suggestions_desk.propose, name="propose"),
]
