"""The rights on poles: the CRESS of the région writes, a pole's staff proposes, nobody else does either."""

from uuid import uuid4

from django.urls import reverse

from observatory.accounts.perms import Action
from observatory.editing import services
from observatory.editing.models import Draft, Suggestion
from observatory.editing.services import Author
from observatory.records.enums import State
from ptce.editing import LABELS
from ptce.models import Pole

from .factories import PoleFactory
from .permissions import PermissionCase
from .test_desk_rights import start


class PoleCase(PermissionCase):
    action = Action.EDIT
    has_form = False

    def record(self, world):
        return world.pole

    def url(self, record):
        return reverse(self.url_name, args=["poles", record.public_id])


class TestEditPole(PoleCase):
    url_name = "editing:edit"
    has_form = True

    def data(self, record):
        return {
            "name": "Un autre nom",
            "region": record.region.code,
            "actor": record.actor.public_id,
            "start": start(record),
        }

    def done(self, record):
        assert Pole.objects.get(pk=record.pk).name == "Un autre nom"


class TestAddPole(PoleCase):
    url_name = "editing:add"
    has_form = True
    # Editors of another territory get the form; those who speak for one record do not.
    elsewhere_get = (200, 403)
    elsewhere_post = (422, 403)

    def url(self, record):
        return reverse(self.url_name, args=["poles"])

    def data(self, record):
        return {"name": "Tout neuf", "region": record.region.code}

    def done(self, record):
        assert Pole.objects.filter(name="Tout neuf").exists()


class TestProposePole(PoleCase):
    url_name = "editing:propose"
    action = Action.PROPOSE
    has_form = True

    def data(self, record):
        return {
            "name": "Un autre nom",
            "region": record.region.code,
            "actor": record.actor.public_id,
            "start": start(record),
        }

    def done(self, record):
        assert Suggestion.objects.filter(public_id=record.public_id).exists()
        assert Pole.objects.get(pk=record.pk).name != "Un autre nom"


class TestVerifyPole(PoleCase):
    url_name = "editing:verify"

    def url(self, record):
        return reverse(self.url_name, args=["poles"])

    def data(self, record):
        return {"champ": "name", "name": "Un nom", "fiche": record.public_id}


class TestDraftPole(TestVerifyPole):
    url_name = "editing:draft-save"

    def data(self, record):
        return {"name": "Un nom", "fiche": record.public_id}

    def done(self, record):
        assert Draft.objects.get().public_id == record.public_id


class TestUnlockPole(PoleCase):
    url_name = "editing:unlock"

    def record(self, world):
        services.change(world.pole, {"carrier": "Quelqu’un"}, Author())
        return world.pole

    def data(self, record):
        return {"lever": "carrier"}

    def done(self, record):
        assert not record.provenances.filter(locked=True).exists()


class TestCheckPole(PoleCase):
    url_name = "editing:check"
    action = Action.CHECK

    def done(self, record):
        assert Pole.objects.get(pk=record.pk).checked_on


class TestArchivePole(PoleCase):
    url_name = "editing:archive"
    action = Action.ARCHIVE
    has_form = True

    def data(self, record):
        return {"motif": "Dissous"}

    def done(self, record):
        assert Pole.objects.get(pk=record.pk).state == State.ARCHIVED


class TestMergePole(PoleCase):
    url_name = "editing:merge"
    action = Action.MERGE
    has_form = True

    def record(self, world):
        self.twin = PoleFactory(name="Jumeau", region=world.region)
        return world.pole

    def data(self, record):
        starts = {"start-one": start(record), "start-other": start(self.twin)}
        choices = {f"choix-{name}": "one" for name in LABELS}
        return {"avec": self.twin.public_id, "garder": record.public_id, "token": uuid4(), **starts, **choices}

    def done(self, record):
        assert Pole.objects.get(pk=self.twin.pk).state == State.MERGED
