"""The rights on the acts of a body: its agents and the CRESS of its région write them, nobody else."""

from django.urls import reverse

from observatory.accounts.perms import Action
from observatory.records.enums import State
from policies.models import Agreement, Call

from .permissions import PermissionCase
from .test_desk_rights import start


class AgreementCase(PermissionCase):
    has_form = False

    def record(self, world):
        return world.agreement

    def url(self, record):
        return reverse(self.url_name, args=["conventions", record.public_id])


class TestEditAgreement(AgreementCase):
    url_name = "editing:edit"
    action = Action.EDIT
    has_form = True

    def data(self, record):
        return {
            "name": "Un autre objet", "instrument": "subvention", "body": record.body.code,
            "actor": record.actor.public_id, "start": start(record), "sans_motif": "1",
        }  # fmt: skip

    def done(self, record):
        assert Agreement.objects.get(pk=record.pk).name == "Un autre objet"


class TestAddAgreement(AgreementCase):
    url_name = "editing:add"
    action = Action.EDIT
    elsewhere_post = (422,)

    def url(self, record):
        return reverse(self.url_name, args=["conventions"])

    def data(self, record):
        codes = {"body": record.body.code, "actor": record.actor.public_id}
        return {"name": "Toute neuve", "instrument": "subvention", **codes}

    def done(self, record):
        assert Agreement.objects.filter(name="Toute neuve", body=record.body).exists()


class TestArchiveAgreement(AgreementCase):
    url_name = "editing:archive"
    action = Action.ARCHIVE

    def data(self, record):
        return {"motif": "Saisie deux fois"}

    def done(self, record):
        assert Agreement.objects.get(pk=record.pk).state == State.ARCHIVED


class TestCheckCall(PermissionCase):
    url_name = "editing:check"
    action = Action.CHECK
    has_form = False

    def record(self, world):
        return world.call

    def url(self, record):
        return reverse(self.url_name, args=["appels", record.public_id])

    def done(self, record):
        assert Call.objects.get(pk=record.pk).checked_on


class TestLimits(AgreementCase):
    url_name = "policies:limits"
    action = Action.EDIT

    def url(self, record):
        return reverse(self.url_name, args=["conventions"])

    def data(self, record):
        return {"fiche": record.public_id}
