"""Two people at the desk at the same instant: real connections on PostgreSQL, one after the other on SQLite."""

import re
import time

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from actors.models import Actor
from observatory.accounts.enums import Role
from observatory.editing import services, suggestions, suggestions_forms
from observatory.editing.models import Revision, Suggestion

from .desk import at_once, opened, to
from .desk import filled as sent_back
from .factories import ActorFactory
from .permissions import person
from .suggesting import left

pytestmark = pytest.mark.django_db(transaction=connection.vendor == "postgresql")


@pytest.fixture(autouse=True)
def _slow(monkeypatch):
    """Each write lasts long enough for the other to come upon it."""
    monkeypatch.setattr(suggestions_forms, "QUICKEST", 0)
    for module, name in ((services, "_note"), (suggestions, "_decide")):
        monkeypatch.setattr(module, name, _after_a_while(getattr(module, name)))


def _after_a_while(deed):
    def later(*args, **kwargs):
        if connection.vendor == "postgresql":
            time.sleep(0.2)
        return deed(*args, **kwargs)

    return later


def browsers(role, world, number=2) -> list[Client]:
    found = [Client() for _ in range(number)]
    for browser in found:
        browser.force_login(person(role, territory=world.region))
    return found


def answers(browsers, *requests) -> list:
    """What each gets for its own POST, all sent at once."""
    got = {}
    at_once(lambda n: got.update({n: browsers[n].post(*requests[n])}), range(len(requests)))
    return [got[n] for n in range(len(requests))]


def decide(suggestion, *fields, seen):
    return reverse("editing:suggestion", args=[suggestion.pk]), {"field": fields, "action": "ticked", "seen": seen}


def test_two_moderators_decide_one_suggestion_and_the_second_is_told(client, world):
    suggestion = left(
        client, world.actor, telephone="03 20 11 11 11", email="accueil@exemple.invalid", reply_to="a@exemple.fr"
    )
    seen = Actor.objects.get(pk=world.actor.pk).change
    people = browsers(Role.CRESS_MODERATOR, world)
    refusal = reverse("editing:suggestion-refuse", args=[suggestion.pk]), {"reason": "Nous avons vérifié."}
    both = answers(people, decide(suggestion, "telephone", seen=seen), refusal)
    assert {answer.status_code for answer in both} == {302}
    suggestion.refresh_from_db()
    actor = Actor.objects.get(pk=world.actor.pk)
    accepted = suggestion.decision == "partly"
    assert accepted or suggestion.decision == "refused"
    assert (actor.telephone == "03 20 11 11 11", actor.email) == (accepted, world.actor.email)
    assert Revision.objects.filter(batch=f"suggestion:{suggestion.pk}").count() == accepted
    late = people[1 if accepted else 0]
    assert "déjà été traitée" in late.get(reverse("editing:suggestion", args=[suggestion.pk])).text
    if connection.vendor == "postgresql":  # elsewhere the test's own transaction holds the letter back
        assert len(mail.outbox) == 1


def test_two_moderators_decide_two_suggestions_on_one_record_and_both_are_kept_or_shown_again(client, world):
    one = left(client, world.actor, telephone="03 20 11 11 11")
    two = left(client, world.actor, email="accueil@exemple.invalid")
    seen = Actor.objects.get(pk=world.actor.pk).change
    people = browsers(Role.CRESS_MODERATOR, world)
    both = answers(people, decide(one, "telephone", seen=seen), decide(two, "email", seen=seen))
    # The record has moved under the second: the page comes back with what it now holds, nothing is written blindly.
    assert sorted(answer.status_code for answer in both) == [302, 409]
    assert Suggestion.objects.filter(decision="accepted").count() == Revision.objects.count() == 1


def test_a_moderator_and_an_editor_lose_nothing_of_each_other(client, world):
    suggestion = left(client, world.actor, telephone="03 20 11 11 11")
    seen = Actor.objects.get(pk=world.actor.pk).change
    people = [*browsers(Role.CRESS_MODERATOR, world, 1), *browsers(Role.CRESS_EDITOR, world, 1)]
    form = opened(people[1], world.actor) | {"acronym": "REL"}
    both = answers(people, decide(suggestion, "telephone", seen=seen), (to("edit", world.actor.public_id), form))
    actor = Actor.objects.get(pk=world.actor.pk)
    for answer, written in zip(both, (actor.telephone == "03 20 11 11 11", actor.acronym == "REL"), strict=True):
        assert (answer.status_code, written) in ((302, True), (409, False))
    assert Revision.objects.count() == sum(answer.status_code == 302 for answer in both) >= 1


def test_a_new_record_sent_twice_at_the_same_instant_is_made_once(world):
    (desk,) = browsers(Role.CRESS_EDITOR, world, 1)
    form = sent_back(desk.get(to("add"))) | {
        "name": "Une seule fois",
        "territory": world.commune.code,
        "territory_text": world.commune.label,
    }
    same = Client()
    same.cookies = desk.cookies
    both = answers([desk, same], (to("add"), form), (to("add"), form))
    assert [answer.status_code for answer in both] == [302, 302]
    assert Actor.objects.filter(name="Une seule fois").count() == 1
    assert both[0].headers["Location"] == both[1].headers["Location"]


def test_two_new_records_with_one_number_at_the_same_instant_are_one_record_and_one_sentence(world):
    people = browsers(Role.CRESS_EDITOR, world)
    place = {"territory": world.commune.code, "territory_text": world.commune.label, "siret": "732 829 320 00074"}
    forms = [sent_back(browser.get(to("add"))) | place | {"name": f"Nom {n}"} for n, browser in enumerate(people)]
    both = answers(people, *((to("add"), form) for form in forms))
    assert sorted(answer.status_code for answer in both) == [302, 422]
    assert Actor.objects.filter(siret="73282932000074").count() == 1


def test_two_merges_that_cross_do_not_wait_for_each_other_for_ever(world):
    other = ActorFactory(name="Garage", territory=world.commune)
    people = browsers(Role.CRESS_EDITOR, world)

    def merging(browser, survivor, loser):
        address = to("merge", survivor.public_id)
        page = browser.get(f"{address}?avec={loser.public_id}").text
        fields = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', page))
        return address, fields | dict.fromkeys(re.findall(r'name="(choix-\w+)"', page), "one")

    both = answers(people, merging(people[0], world.actor, other), merging(people[1], other, world.actor))
    assert all(answer.status_code in (302, 409, 422) for answer in both)
    states = sorted(Actor._base_manager.filter(pk__in=[world.actor.pk, other.pk]).values_list("state", flat=True))
    assert states == ["merged", "published"]
