"""What partners rely on: ids for life, a change number at every change, tombstones, a safe number to resume from."""

import re
import threading
from concurrent.futures import Future

import pytest
from django.db import connection, transaction

from actors.enums import Label
from actors.models import Actor, Flag, Mention
from observatory.records import changes, triggers
from observatory.records.identity import ALPHABET, public_id_for, slug_for, sort_key
from observatory.records.models import FormerSlug, Tombstone
from observatory.search import engines
from ptce.models import Pole

from .factories import ActorFactory, CommuneFactory, PoleFactory, SourceFactory, TerritoryFactory, ThemeFactory

pytestmark = pytest.mark.django_db


def number(record) -> int:
    return type(record).objects.values_list("change", flat=True).get(pk=record.pk)


def sql(statement: str, *params) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


# Identity ---------------------------------------------------------------------------------------------------


def test_a_public_id_is_ten_unambiguous_characters_and_stays():
    actor = ActorFactory()
    before = actor.public_id
    actor.name = "Un autre nom"
    actor.save()
    actor.refresh_from_db()
    assert re.fullmatch(f"[{ALPHABET}]{{10}}", before)
    assert (actor.public_id, actor.slug) == (before, "un-autre-nom")


def test_a_reference_record_has_the_same_id_in_every_installation():
    assert public_id_for("commune/59350") == public_id_for("commune/59350") != public_id_for("commune/59351")


@pytest.mark.parametrize(
    ("name", "slug"),
    [("L’Œuvre à Évry", "l-oeuvre-a-evry"), ("—", "sans-nom"), ("é" * 200, "e" * 80)],
)
def test_slugs(name, slug):
    assert slug_for(name) == slug


def test_a_former_slug_of_an_actor_or_a_pole_leads_to_its_page(client):
    actor, pole = ActorFactory(name="Avant"), PoleFactory(name="Avant")
    for record in (actor, pole):
        record.name = "Après"
        record.save()
    for old, record in ((f"/annuaire/{actor.public_id}-avant/", actor), ("/ptce/avant/", pole)):
        response = client.get(old)
        assert (response.status_code, response["Location"]) == (301, record.get_absolute_url())


def test_a_slug_taken_back_is_no_longer_a_former_one(client):
    pole = PoleFactory(name="Avant")
    for name in ("Après", "Avant"):
        pole.name = name
        pole.save()
    assert client.get("/ptce/avant/").status_code == 200
    assert set(FormerSlug.objects.values_list("slug", flat=True)) == {"apres"}


def test_names_sort_as_a_french_reader_expects():
    names = ["Zèbre", "Éclair", "Eclair bis", "Œuvre", "Ombre", "Les Étoiles", "L’Étape", "école", "Écrin", "zoo"]
    for name in names:
        ActorFactory(name=name)
    assert list(Actor.objects.values_list("name", flat=True)) == [
        "Éclair", "Eclair bis", "école", "Écrin", "L’Étape", "Les Étoiles", "Œuvre", "Ombre", "Zèbre", "zoo",
    ]  # fmt: skip
    assert sort_key("La") == "la"


# Change numbers ---------------------------------------------------------------------------------------------


def save(actor):
    actor.description = "Autre chose"
    actor.save()


def bulk_update(actor):
    actor.description = "Autre chose"
    Actor.objects.bulk_update([actor], ["description"])


WRITES = {
    "save": save,
    "save d’un champ": lambda a: (setattr(a, "description", "Autre chose"), a.save(update_fields=["description"])),
    "update()": lambda a: Actor.objects.filter(pk=a.pk).update(description="Autre chose"),
    "bulk_update": bulk_update,
    "SQL": lambda a: sql("UPDATE actors_actor SET description = 'Autre chose' WHERE id = %s", a.pk),
    "thématique ajoutée": lambda a: a.themes.add(ThemeFactory()),
    "thématique retirée": lambda a: a.themes.remove(a.themes.first()),
    "thématiques vidées": lambda a: a.themes.clear(),
    "réseau ajouté": lambda a: a.networks.add(ActorFactory()),
    "réseau retiré": lambda a: a.networks.clear(),
    "label ajouté": lambda a: a.flags.create(label=Label.EI),
    "label modifié": lambda a: a.flags.update(since=2001),
    "label retiré": lambda a: a.flags.all().delete(),
    "mention ajoutée": lambda a: Mention.objects.bulk_create([Mention(actor=a, source=SourceFactory(), statement="x")]),
    "mention modifiée": lambda a: a.mentions.update(statement="Autre chose"),
    "mention retirée": lambda a: sql("DELETE FROM actors_mention WHERE actor_id = %s", a.pk),
}


@pytest.fixture
def actor():
    return ActorFactory(
        themes=[ThemeFactory()], networks=[ActorFactory()], labels=[Label.ACI], mentions=["Une phrase."]
    )


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_every_write_path_draws_a_number_above_all_others(actor, write):
    last = highest()
    write(actor)
    assert number(actor) > last


def highest() -> int:
    return max([*Actor.objects.values_list("change", flat=True), *Tombstone.objects.values_list("change", flat=True)])


def test_every_insert_draws_its_own_number():
    names = [f"Acteur {i}" for i in range(5)]
    records = [Actor(name=name) for name in names]
    for record in records:
        record.set_identity()
    Actor.objects.bulk_create(records)
    drawn = list(Actor.objects.order_by("pk").values_list("change", flat=True))
    assert drawn == sorted(set(drawn))
    assert min(drawn) > 0


UNCHANGED = {
    "update()": lambda a: Actor.objects.filter(pk=a.pk).update(description=a.description),
    "bulk_update": lambda a: Actor.objects.bulk_update([a], ["description", "name"]),
    "SQL": lambda a: sql("UPDATE actors_actor SET name = name WHERE id = %s", a.pk),
    "thématiques remises": lambda a: a.themes.set(list(a.themes.all())),
}


@pytest.mark.parametrize("write", UNCHANGED.values(), ids=UNCHANGED)
def test_a_write_that_changes_nothing_draws_nothing(actor, write):
    before = number(actor)
    write(actor)
    assert number(actor) == before


def test_a_link_moved_from_one_record_to_another_changes_both(actor):
    other = ActorFactory()
    last = highest()
    Flag.objects.filter(actor=actor).update(actor=other)
    assert number(actor) > last
    assert number(other) > last


def test_territories_and_poles_draw_from_the_same_sequence(actor):
    commune, park = CommuneFactory(), TerritoryFactory(level="pnr")
    pole = PoleFactory()
    assert number(pole) > number(park) > number(commune) > number(actor)
    last = number(pole)
    park.members.add(commune)
    assert number(park) > last


@pytest.mark.parametrize("delete", [lambda a: a.delete(), lambda a: Actor.objects.filter(pk=a.pk).delete()])
def test_a_removed_record_leaves_a_tombstone(actor, delete):
    last, public_id = highest(), actor.public_id
    delete(actor)
    tombstone = Tombstone.objects.get(kind="actor", public_id=public_id)
    assert tombstone.change > last
    assert tombstone.reason == "deleted"


@pytest.mark.parametrize("write", [lambda a: ActorFactory(**a), lambda a: Actor.objects.bulk_create([Actor(**a)])])
def test_a_record_written_again_under_its_id_is_no_longer_told_as_removed(actor, write):
    again = {"public_id": actor.public_id, "name": "Le même"}
    actor.delete()
    write(again | {"state": "draft"})
    assert Tombstone.objects.filter(kind="actor").exists()  # partners still have to forget it
    Actor.objects.all().delete()
    write(again)
    assert not Tombstone.objects.filter(kind="actor", public_id=actor.public_id).exists()


def test_a_merged_record_leads_to_the_one_that_remains(client, actor):
    kept = ActorFactory()
    gone = actor.get_absolute_url()
    public_id = actor.public_id
    actor.delete()
    assert client.get(gone).status_code == 404
    changes.mark_merged(kind="actor", public_id=public_id, survivor=kept.public_id)
    assert client.get(gone)["Location"] == kept.get_absolute_url()


def test_a_pole_survives_its_actor(actor):
    pole = PoleFactory(actor=actor)
    last = number(pole)
    actor.delete()
    assert Pole.objects.get(pk=pole.pk).actor is None
    assert number(pole) > last


# What changed since -----------------------------------------------------------------------------------------


def changed_since(since: int) -> tuple[int, set[str]]:
    """What a partner does: the safe number first, then what lies between."""
    safe = changes.safe_number()
    return safe, set(Actor.objects.filter(change__gt=since, change__lte=safe).values_list("name", flat=True))


def elsewhere(work):
    """What ``work`` gives on another connection, in a thread of its own."""
    outcome = Future()

    def run():
        try:
            outcome.set_result(work())
        except BaseException as error:
            outcome.set_exception(error)
        finally:
            connection.close()

    threading.Thread(target=run).start()
    return outcome.result(timeout=30)


@pytest.mark.django_db(transaction=True)
def test_a_partner_misses_nothing_of_a_transaction_that_commits_late():
    """On PostgreSQL a slow transaction holds the safe number below its own; SQLite has one writer at a time."""
    ActorFactory(name="Ancien")
    since, seen = changed_since(0)
    assert seen == {"Ancien"}
    with transaction.atomic():
        slow = ActorFactory(name="Lent")
        if connection.vendor == "postgresql":
            fast = elsewhere(lambda: ActorFactory(name="Rapide"))
            assert number(slow) < number(fast)
            since, seen = elsewhere(lambda: changed_since(since))
            assert seen == set()
            assert since < number(slow)
    if connection.vendor == "sqlite":
        ActorFactory(name="Rapide")
    assert changed_since(since)[1] == {"Lent", "Rapide"}


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_gives_up_holds_nobody():
    ActorFactory(name="Ancien")
    since, _ = changed_since(0)
    with pytest.raises(RuntimeError), transaction.atomic():
        ActorFactory(name="Abandonné")
        raise RuntimeError
    ActorFactory(name="Suivant")
    assert changed_since(since)[1] == {"Suivant"}


@pytest.mark.django_db(transaction=True)
def test_triggers_are_lifted_for_migrations_and_put_back():
    """A table that others' triggers name can be rebuilt, as SQLite does when a column changes."""
    if connection.vendor == "sqlite":
        triggers.lift(plan=[object()])
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger'")
            assert cursor.fetchone()[0] == 0
    triggers.install()
    engines.install()
    actor = ActorFactory(name="Le Relais")
    assert actor.change > 0 and Actor.objects.search("relais").get() == actor
