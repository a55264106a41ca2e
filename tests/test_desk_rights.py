"""The rights of every view of the desk that writes records, each under ``PermissionCase``."""

from uuid import uuid4

from django.urls import reverse

from actors.models import Actor
from observatory.accounts.perms import Action
from observatory.editing import conflicts, services
from observatory.editing.models import Draft, Revision
from observatory.editing.registry import kind_of
from observatory.editing.services import Author
from observatory.records.enums import State

from .factories import ActorFactory
from .permissions import PermissionCase


def start(record) -> str:
    kind = kind_of(record)
    return conflicts.sign(kind, record.public_id, kind.read(record))


class RecordCase(PermissionCase):
    """A view at ``/bureau/acteurs/<public id>/…``."""

    action = Action.EDIT
    has_form = False

    def url(self, record):
        return reverse(self.url_name, args=["acteurs", record.public_id])


class WithoutRecordCase(PermissionCase):
    action = Action.EDIT
    has_form = False

    def url(self, record):
        return reverse(self.url_name, args=["acteurs"])


class TestEdit(RecordCase):
    url_name = "editing:edit"
    has_form = True

    def data(self, record):
        return {"name": "Un autre nom", "territory": record.territory.code, "start": start(record)}

    def done(self, record):
        assert Actor.objects.get(pk=record.pk).name == "Un autre nom"


class TestAdd(WithoutRecordCase):
    url_name = "editing:add"
    has_form = True
    # Editors of another territory get the form; agents, who add the acts of their body alone, do not.
    elsewhere_get = (200, 403)
    elsewhere_post = (422, 403)

    def data(self, record):
        return {"name": "Toute neuve", "territory": record.territory.code}

    def done(self, record):
        assert Actor.objects.filter(name="Toute neuve").exists()


class TestVerify(WithoutRecordCase):
    url_name = "editing:verify"

    def data(self, record):
        return {"champ": "name", "name": "Un nom", "fiche": record.public_id}


class TestSaveDraft(WithoutRecordCase):
    url_name = "editing:draft-save"

    def data(self, record):
        return {"name": "Un nom", "fiche": record.public_id}

    def done(self, record):
        assert Draft.objects.get().public_id == record.public_id


class TestUnlock(RecordCase):
    url_name = "editing:unlock"

    def record(self, world):
        services.change(world.actor, {"telephone": "03"}, Author())
        return world.actor

    def data(self, record):
        return {"lever": "telephone"}

    def done(self, record):
        assert not record.provenances.filter(locked=True).exists()


class RevisionCase(RecordCase):
    action = Action.REVERT

    def record(self, world):
        services.change(world.actor, {"name": "Deuxième nom"}, Author())
        services.change(world.actor, {"name": "Troisième nom"}, Author())
        return world.actor

    def done(self, record):
        assert Actor.objects.get(pk=record.pk).name == "Deuxième nom"


class TestGoBack(RevisionCase):
    url_name = "editing:go-back"
    has_form = True

    def url(self, record):
        return reverse(self.url_name, args=["acteurs", record.public_id, Revision.objects.of(record).last().pk])


class TestUndo(RevisionCase):
    url_name = "editing:undo"

    def url(self, record):
        return reverse(self.url_name, args=["acteurs", record.public_id, Revision.objects.of(record).first().pk])


class TestCheck(RecordCase):
    url_name = "editing:check"
    action = Action.CHECK

    def done(self, record):
        assert Actor.objects.get(pk=record.pk).checked_on


class TestArchive(RecordCase):
    url_name = "editing:archive"
    action = Action.ARCHIVE
    has_form = True

    def data(self, record):
        return {"motif": "Dissoute"}

    def done(self, record):
        assert Actor.objects.get(pk=record.pk).state == State.ARCHIVED


class TestRestore(RecordCase):
    url_name = "editing:restore"
    action = Action.ARCHIVE

    def record(self, world):
        services.archive(world.actor, Author())
        return world.actor

    def done(self, record):
        assert Actor.objects.get(pk=record.pk).state == State.PUBLISHED


class MergeCase(RecordCase):
    action = Action.MERGE

    def record(self, world):
        twin = ActorFactory(name=world.actor.name, territory=world.commune)
        self.twin = twin
        return world.actor


class TestMerge(MergeCase):
    url_name = "editing:merge"
    has_form = True

    def data(self, record):
        fields = {f"choix-{name}": "one" for name in kind_of(record).labels}
        starts = {"start-one": start(record), "start-other": start(self.twin)}
        return {"avec": self.twin.public_id, "garder": record.public_id, "token": uuid4(), **starts, **fields}

    def done(self, record):
        assert Actor.objects.get(pk=self.twin.pk).state == State.MERGED


class TestSeparate(MergeCase):
    url_name = "editing:separate"

    def record(self, world):
        super().record(world)
        services.merge(world.actor, self.twin, {}, Author())
        return Actor.objects.get(pk=self.twin.pk)

    def done(self, record):
        assert Actor.objects.get(pk=record.pk).state == State.PUBLISHED


class TestTellApart(MergeCase):
    url_name = "editing:tell-apart"

    def data(self, record):
        return {"avec": self.twin.public_id}
