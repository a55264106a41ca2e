"""Addresses of one's own account, of invitations and of the desk's pages about people."""

from django.urls import path

from . import joining, staff_log, staff_people, views

app_name = "accounts"
urlpatterns = [
    path("compte/", views.me, name="me"),
    path("compte/mes-donnees.json", views.my_data, name="my-data"),
    path("compte/fermer/", views.close, name="close"),
    path("invitation/<str:token>/", joining.invitation, name="invitation"),
    path("bureau/personnes/", staff_people.people, name="people"),
    path("bureau/personnes/inviter/", staff_people.invite, name="invite"),
    path("bureau/personnes/invitations/", staff_people.invitations, name="invitations"),
    path("bureau/personnes/invitations/<int:pk>/renvoyer/", staff_people.resend, name="resend"),
    path("bureau/personnes/invitations/<int:pk>/annuler/", staff_people.revoke, name="revoke"),
    path("bureau/personnes/droits/<int:pk>/retirer/", staff_people.withdraw, name="withdraw"),
    path("bureau/journal/", staff_log.log, name="log"),
    path("bureau/donnees-personnelles/", staff_log.personal_data, name="personal"),
    path("bureau/donnees-personnelles/export.json", staff_log.personal_export, name="personal-export"),
    path("bureau/donnees-personnelles/effacer/", staff_log.personal_erase, name="personal-erase"),
]
