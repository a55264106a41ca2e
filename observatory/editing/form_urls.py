"""Addresses of the records at the desk: ``/bureau/acteurs/…``; only registered kinds, so that nothing else is shadowed."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from . import (
    registry,
    views_drafts,
    views_forms,
    views_history,
    views_merge,
    views_records,
    views_states,
)


class KindConverter(StringConverter):
    """The slug of a registered kind, given to views as the kind itself."""

    regex = "[a-z-]+"

    def to_python(self, value):
        kind = registry.by_slug(value)
        if kind is None:
            raise ValueError(value)
        return kind

    def to_url(self, value):
        return value.slug if isinstance(value, registry.Kind) else value


class PublicIdConverter(StringConverter):
    regex = "[0-9a-z]{10}"


register_converter(KindConverter, "kind")
register_converter(PublicIdConverter, "public_id")

ONE = "<kind:kind>/<public_id:public_id>"
urlpatterns = [
    path("brouillons/", views_drafts.index, name="drafts"),
    path("brouillons/<int:pk>/supprimer/", views_drafts.throw, name="draft-throw"),
    path("brouillons/revenir/", views_drafts.bring_back, name="draft-back"),
    path("<kind:kind>/", views_records.records, name="records"),
    path("<kind:kind>/ajouter/", views_forms.RecordFormView.as_view(), name="add"),
    path("<kind:kind>/verifier/", views_forms.verify, name="verify"),
    path("<kind:kind>/brouillon/", views_drafts.save, name="draft-save"),
    path(f"{ONE}/modifier/", views_forms.RecordFormView.as_view(), name="edit"),
    path(f"{ONE}/protection/", views_forms.unlock, name="unlock"),
    path(f"{ONE}/historique/", views_history.history, name="history"),
    path(f"{ONE}/historique/<int:revision>/", views_history.go_back, name="go-back"),
    path(f"{ONE}/historique/<int:revision>/annuler/", views_history.undo_revision, name="undo"),
    path(f"{ONE}/verifie/", views_states.check, name="check"),
    path(f"{ONE}/archiver/", views_states.archive, name="archive"),
    path(f"{ONE}/retablir/", views_states.restore, name="restore"),
    path(f"{ONE}/fusionner/", views_merge.merge, name="merge"),
    path(f"{ONE}/separer/", views_merge.separate, name="separate"),
    path(f"{ONE}/distinguer/", views_merge.tell_apart, name="tell-apart"),
]
