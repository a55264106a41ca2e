"""Suggestions: left by anyone without an account, limited in number, and forgotten in time."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from actors.models import Actor
from observatory.accounts import personal
from observatory.editing import suggestions, suggestions_forms
from observatory.editing.models import Revision, Suggestion
from observatory.editing.registry import kind_by_key

from .factories import ActorFactory, CommuneFactory
from .suggesting import ADD, filled, left, report_address

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fast(monkeypatch):
    monkeypatch.setattr(suggestions_forms, "QUICKEST", 0)


@pytest.fixture
def lille():
    return CommuneFactory(official_code="59350", name="Lille", postal_codes=["59000"])


@pytest.fixture
def actor(lille):
    return ActorFactory(name="Le Relais", territory=lille, telephone="03 20 00 00 00", activities=["tri", "friperie"])


# The public's forms -------------------------------------------------------------------------------------------


def test_only_what_differs_is_kept_and_nothing_is_published(client, actor):
    assert report_address(actor) in client.get(actor.get_absolute_url()).text
    address = report_address(actor)
    sent = filled(client, address, telephone="03 20 11 11 11", activities="tri\r\nfriperie", message="Vu sur place.")
    response = client.post(address, sent, follow=True)
    suggestion = Suggestion.objects.get()
    assert suggestion.values == {"telephone": "03 20 11 11 11"}
    assert suggestion.base == {"telephone": "03 20 00 00 00"}
    assert (suggestion.message, suggestion.territory) == ("Vu sur place.", actor.territory)
    assert suggestions.reference(suggestion.token) in response.text
    actor.refresh_from_db()
    assert actor.telephone == "03 20 00 00 00" and not Revision.objects.exists()


def test_an_actor_is_proposed_with_its_reason(client, lille):
    assert ADD in client.get("/annuaire/?q=introuvable").text
    sent = filled(client, ADD, name="L’Atelier", place="59000", family="association", why="Loi de 1901", source="JO")
    assert client.post(ADD, sent).status_code == 302
    suggestion = Suggestion.objects.get()
    assert suggestion.is_new and suggestion.territory == lille
    assert suggestion.values == {
        "name": "L’Atelier",
        "territory": lille.code,
        "family": "association",
        "is_ess": True,
        "ess_reason": "statute",
    }
    assert suggestion.message == "Pourquoi l’ESS : Loi de 1901\n\nSource : JO"
    assert not Actor.objects.exists()


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_lost(client, actor):
    ActorFactory(name="Autre", siret="73282932000074", siren="732829320")
    CommuneFactory(official_code="93066", name="Saint-Denis")
    CommuneFactory(official_code="97411", name="Saint-Denis")
    wrong = {
        "siret": ("732 829 320 00075", "n’est pas un SIRET"),
        "email": ("pas un courriel", "adresse"),
        "website": ("pas une adresse", "URL"),
        "place": ("Saint-Denis", "Précisez : Saint-Denis (93), Saint-Denis (974)"),
        "description": ("x" * 2_000_000, "4000"),
    }
    for field, (value, sentence) in wrong.items():
        response = client.post(ADD, filled(client, ADD, name="Un nom gardé", place="Lille (59)") | {field: value})
        assert response.status_code == 400, field
        assert sentence in str(response.context["form"].errors[field]), field
        assert "Un nom gardé" in response.text
    response = client.post(ADD, filled(client, ADD, name="X", place="Lille", siret="732 829 320 00074"))
    assert "déjà dans l’annuaire : Autre" in response.text
    assert not Suggestion.objects.exists()


def test_an_unchanged_form_without_message_says_so(client, actor):
    response = client.post(report_address(actor), filled(client, report_address(actor)))
    assert suggestions.NOTHING in response.text and not Suggestion.objects.exists()
    assert left(client, actor, message="Le site ne répond plus.").values == {}


def test_a_machine_is_thanked_and_nothing_is_stored(client, actor):
    sent = filled(client, report_address(actor), message="Achetez", surname="x")
    assert "bien arrivée" in client.post(report_address(actor), sent, follow=True).text
    assert not Suggestion.objects.exists()


def test_a_form_sent_too_fast_goes_on_the_second_try(client, actor, monkeypatch):
    monkeypatch.setattr(suggestions_forms, "QUICKEST", 3600)
    sent = filled(client, report_address(actor), message="Bonjour")
    response = client.post(report_address(actor), sent)
    assert suggestions_forms.TOO_QUICK in response.text and "Bonjour" in response.text
    monkeypatch.setattr(suggestions_forms, "QUICKEST", 0)
    again = {field.html_name: field.value() for field in response.context["form"] if field.value() is not None}
    assert client.post(report_address(actor), again | {"place": ""}).status_code == 302


def test_the_same_form_twice_is_one_suggestion(client, actor):
    sent = filled(client, report_address(actor), message="Deux fois")
    one, two = client.post(report_address(actor), sent), client.post(report_address(actor), sent)
    assert one.headers["Location"] == two.headers["Location"] and Suggestion.objects.count() == 1


def test_an_address_that_sends_too_many_waits(client, actor):
    for n in range(suggestions.LIMITS[0][1]):
        left(client, actor, message=f"Message {n}")
    sent = filled(client, report_address(actor), message="Un de trop")
    response = client.post(report_address(actor), sent)
    assert response.status_code == 429 and "Un de trop" in response.text
    origin = Suggestion.objects.latest("pk").origin
    assert len(origin) == 64 and "127.0.0.1" not in origin
    Suggestion.objects.update(created_at=timezone.now() - timedelta(hours=2))
    assert client.post(report_address(actor), sent).status_code == 302


def test_a_form_needs_its_csrf_token(actor):
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(report_address(actor), {"message": "x"}).status_code == 403


def test_addresses_and_emails_are_forgotten_in_time(client, actor):
    suggestion = left(client, actor, message="x", reply_to="a@exemple.fr")
    call_command("chores", "--all", verbosity=0)
    suggestion.refresh_from_db()
    assert suggestion.origin and suggestion.author_email
    old = timezone.now() - timedelta(days=200)
    Suggestion.objects.update(created_at=old, decided_at=old, decision="refused")
    call_command("chores", "--all", verbosity=0)
    suggestion.refresh_from_db()
    assert not suggestion.origin and not suggestion.author_email


def test_a_suggestion_follows_its_record_into_another_region(client, actor):
    suggestion = left(client, actor, message="x")
    elsewhere = CommuneFactory(name="Brest")
    kind = kind_by_key("actor")
    kind.write(actor, {"territory": elsewhere.code})
    assert suggestions.prune()["suggestions reclassées"] == 1
    suggestion.refresh_from_db()
    assert suggestion.territory == elsewhere


def test_what_a_person_left_is_found_exported_and_erased(client, actor):
    suggestion = left(client, actor, telephone="03 20 11 11 11", message="C’est moi.", reply_to="a@exemple.fr")
    (item,) = [item for item in personal.held_about("a@exemple.fr") if item.finder == "suggestion"]
    assert item.data["message"] == "C’est moi."
    assert personal.erase([item.key]) == 1
    suggestion.refresh_from_db()
    assert (suggestion.author_email, suggestion.values) == ("", {"telephone": "03 20 11 11 11"})
    assert "C’est moi" not in suggestion.message and not personal.held_about("a@exemple.fr")
