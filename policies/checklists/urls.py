from django.urls import path

from . import (
    slots,
    views_comparison,
    views_evidence,
    views_guest,
    views_pdf,
    views_public,
    views_start,
    views_time,
    views_work,
)

app_name = "checklists"
WORK = "bureau/grille/<slug:code>/<slug:kit>"
LEVER = f"{WORK}/levier/<slug:lever>"
urlpatterns = [
    path("grille/", views_start.begin, name="start"),
    path("grille/sans-compte/", views_guest.new, name="guest-new"),
    path("grille/sans-compte/<str:token>/", views_guest.fill, name="guest"),
    path("grille/sans-compte/<str:token>/imprimer/", views_guest.printed, name="guest-print"),
    path("grille/sans-compte/<str:token>/<slug:part>.pdf", views_pdf.guest, name="guest-pdf"),
    path("grille/sans-compte/<str:token>/reprendre/", views_guest.take_over, name="guest-take-over"),
    path("grille/<slug:code>/", views_public.of_body, name="of-body"),
    path("grille/<slug:code>/<slug:kit>/", views_public.public, name="public"),
    path("grille/<slug:code>/<slug:kit>/imprimer/", views_public.printed, name="public-print"),
    path("grille/<slug:code>/<slug:kit>/export.<slug:form>", views_public.export, name="export"),
    path("grille/<slug:code>/<slug:kit>/<slug:part>.pdf", views_pdf.public, name="pdf"),
    path("bureau/grille/", views_work.mine, name="mine"),
    path(f"{WORK}/", views_work.work, name="work"),
    path(f"{WORK}/ouvrir/", views_work.open_one, name="open"),
    path(f"{WORK}/publier/", views_work.publish, name="publish"),
    path(f"{WORK}/imprimer/", views_work.printed, name="print"),
    path(f"{WORK}/<slug:part>.pdf", views_pdf.work, name="work-pdf"),
    path(f"{WORK}/export.<slug:form>", views_public.work_export, name="work-export"),
    path(f"{WORK}/propositions-ecartees/", views_evidence.set_aside, name="set-aside"),
    path(f"{WORK}/propositions-ecartees/<int:pk>/", views_evidence.take_back, name="proposal-back"),
    path(f"{WORK}/comparer/", views_comparison.compare, name="compare"),
    path(f"{WORK}/etats/", views_time.states, name="states"),
    path(f"{WORK}/etats/comparer/", views_time.moves, name="moves"),
    path(f"{WORK}/edition/", views_time.edition, name="edition"),
    path(f"{LEVER}/", slots.AnswerView.as_view(), name="answer"),
    path(f"{LEVER}/brouillon/", slots.keep_draft, name="draft"),
    path(f"{LEVER}/conseil/", slots.AdviceView.as_view(), name="advice"),
    path(f"{LEVER}/piece/", views_evidence.add, name="evidence"),
    path(f"{LEVER}/piece/retirer/", views_evidence.remove, name="evidence-remove"),
    path(f"{LEVER}/proposition/", views_evidence.decide, name="proposal"),
]
