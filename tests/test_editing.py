"""The doors of the desk: what is written, kept in history, locked, merged, and brought back."""

from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from actors.models import Actor
from actors.services import load_reference_actors
from observatory.editing import services
from observatory.editing.enums import Deed, Through
from observatory.editing.models import Revision
from observatory.editing.registry import kind_of
from observatory.editing.services import AlreadyDone, Author
from observatory.records.models import Tombstone

from .factories import ActorFactory, CommuneFactory, SourceFactory, ThemeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor():
    return ActorFactory(name="Le Relais", territory=CommuneFactory(name="Lille"), themes=[ThemeFactory(key="textile")])


def values(actor):
    return kind_of(actor).read(actor)


def test_a_change_is_written_kept_and_searchable(actor):
    commune = CommuneFactory(name="Roubaix")
    revision = services.change(actor, {"name": "Relais du Nord", "territory": commune.code, "themes": []}, Author())
    assert revision.fields == {
        "name": ["Le Relais", "Relais du Nord"],
        "territory": [actor.territory.code, commune.code],
        "themes": [["textile"], []],
    }
    found = Actor.objects.search("relais roubaix").get()
    assert (found.slug, found.region_id) == ("relais-du-nord", commune.region_id)
    assert services.change(actor, {"name": "Relais du Nord"}, Author()) is None


def test_a_wrong_value_writes_nothing_and_names_its_field(actor):
    with pytest.raises(ValidationError) as refusal:
        services.change(actor, {"name": "Autre", "siret": "123"}, Author())
    assert "SIRET" in refusal.value.message_dict["siret"][0]
    actor.refresh_from_db()
    assert actor.name == "Le Relais" and not Revision.objects.exists()


def test_a_field_corrected_by_hand_is_locked_and_says_since_when(actor):
    services.change(actor, {"telephone": "03 20 00 00 00"}, Author())
    provenance = actor.provenances.get(field="telephone")
    assert provenance.locked and provenance.recorded_on and provenance.source.key == "saisie"
    services.change(actor, {"email": "contact@exemple.fr"}, Author(through=Through.IMPORT, batch="import:1"))
    assert not actor.provenances.filter(field="email", locked=True).exists()


def test_the_way_back_restores_what_a_record_held(actor):
    first = services.change(actor, {"name": "Deuxième nom"}, Author())
    services.change(actor, {"name": "Troisième nom", "founded": 1999}, Author())
    back = services.revert(actor, first, Author())
    actor.refresh_from_db()
    assert (actor.name, actor.founded, back.deed) == ("Deuxième nom", None, Deed.REVERTED)


def test_a_form_sent_twice_is_done_once(actor):
    author = Author(token=uuid4())
    created = services.create(kind_of(actor), {"name": "Nouvelle"}, author)
    with pytest.raises(AlreadyDone) as again:
        services.create(kind_of(actor), {"name": "Nouvelle"}, author)
    assert again.value.revision.public_id == created.public_id
    assert Actor.objects.filter(name="Nouvelle").count() == 1


def test_archiving_hides_leaves_a_tombstone_and_comes_back(client, actor):
    address = actor.get_absolute_url()
    services.archive(actor, Author())
    assert client.get(address).status_code == 404
    tombstone = Tombstone.objects.get(public_id=actor.public_id)
    assert tombstone.reason == "archived" and tombstone.change > 0
    services.restore(actor, Author())
    assert client.get(address).status_code == 200
    assert not Tombstone.objects.filter(public_id=actor.public_id).exists()


def test_merging_redirects_keeps_both_histories_and_can_be_undone(client, actor):
    siret = "73282932000074"
    other = ActorFactory(name="Relais (Le)", siret=siret, siren=siret[:9], mentions=["Trie le linge."], labels=["ei"])
    address = other.get_absolute_url()
    services.merge(actor, other, {"siret": siret, "siren": siret[:9]}, Author())
    actor.refresh_from_db()
    assert actor.siret == siret and actor.mentions.count() == 1 and actor.flags.count() == 1
    assert client.get(address).headers["Location"] == actor.get_absolute_url()
    tombstone = Tombstone.objects.get(public_id=other.public_id)
    assert (tombstone.reason, tombstone.survivor) == ("merged", actor.public_id)
    assert Revision.objects.of(actor).exists() and Revision.objects.of(other).exists()

    other.refresh_from_db()
    services.separate(other, Author())
    other.refresh_from_db()
    actor.refresh_from_db()
    assert (actor.siret, other.siret, other.mentions.count(), other.flags.count()) == (None, siret, 1, 1)
    assert client.get(address).status_code == 200
    assert not Tombstone.objects.filter(public_id=other.public_id).exists()


def test_look_alikes_are_found_in_the_same_departement(actor):
    far = CommuneFactory(name="Brest")
    kind = kind_of(actor)
    asked = {"name": "Relais, le", "territory": actor.territory.code}
    assert kind.lookalikes(asked, "") == [actor]
    assert kind.lookalikes({**asked, "territory": far.code}, "") == []
    assert kind.lookalikes(asked, actor.public_id) == []


def test_a_reload_of_the_reference_data_keeps_what_was_corrected_by_hand(actor):
    source = SourceFactory(key="document")
    row = {
        "name": "Le Relais (document)", "summary": "Trie le linge.", "themes": ["textile"],
        "mentions": [{"source": "document", "about": "Trie le linge."}],
    }  # fmt: skip
    known = {
        "rows": {"relais": row},
        "sources": {"document": source},
        "themes": {"textile": ThemeFactory(key="textile")},
    }
    loaded = load_reference_actors(**known)["relais"]
    services.change(loaded, {"name": "Relais", "themes": [], "labels": [["ei", 2020, None]]}, Author())
    row["summary"] = "Trie et vend le linge."
    load_reference_actors(**known)
    held = values(Actor.objects.get(pk=loaded.pk))
    assert (held["name"], held["themes"], held["labels"]) == ("Relais", [], [["ei", 2020, None]])
    assert held["description"] == "Trie et vend le linge."
