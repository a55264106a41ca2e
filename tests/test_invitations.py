"""Rights and invitations: from the form to the account, through the front door."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from observatory.accounts import services
from observatory.accounts.enums import Role
from observatory.accounts.models import Grant, Invitation, User

from .people import PASSWORD, code_for
from .permissions import person

pytestmark = pytest.mark.django_db


def invite(client, **fields) -> str:
    """Invite through the form and give the address of the link in the message."""
    mail.outbox.clear()
    response = client.post("/bureau/personnes/inviter/", {"email": "Nouvelle@essai.invalid", "label": "Ada", **fields})
    assert response.status_code == 302, response.text
    return re.search(r"https?://testserver(/invitation/\S+)", mail.outbox[0].body)[1]


# Rights ---------------------------------------------------------------------------------------------------------


def test_a_right_is_unique_and_a_role_on_a_record_names_one(world):
    editor = person(Role.CRESS_EDITOR, territory=world.region)
    contributor = person(Role.CONTRIBUTOR, territory=world.commune, record=world.actor)
    twice = [
        {"user": editor, "role": Role.CRESS_EDITOR, "territory": world.region},
        {
            "user": contributor,
            "role": Role.CONTRIBUTOR,
            "territory": world.commune,
            "record_kind": "actor",
            "record_id": world.actor.public_id,
        },
        {"user": editor, "role": Role.POLE_STAFF, "territory": world.region},
        {"user": editor, "role": Role.PARTNER, "territory": world.region, "record_kind": "actor", "record_id": "x"},
    ]
    for fields in twice:
        with pytest.raises(IntegrityError), transaction.atomic():
            Grant.objects.create(**fields)


def test_the_first_administrator_of_an_installation_has_the_right(db):
    first = User.objects.create_superuser("premiere@essai.invalid", PASSWORD, label="Première")
    assert [grant.role for grant in first.grants.all()] == [Role.ADMINISTRATOR]


# Invitations ----------------------------------------------------------------------------------------------------


def test_an_invitation_opens_an_account_then_asks_for_the_second_factor(client, world):
    client.force_login(person(Role.ADMINISTRATOR))
    link = invite(client, role=Role.CRESS_EDITOR, place="Hauts-de-France")
    client.logout()

    page = client.get(link)
    assert "Édition CRESS" in page.text and "Hauts-de-France" in page.text and "nouvelle@essai.invalid" in page.text
    assert not User.objects.filter(email="nouvelle@essai.invalid").exists(), "un GET n’ouvre rien"

    weak = client.post(link, {"label": "Ada", "password1": "court", "password2": "autre"})
    assert weak.status_code == 422 and "ne sont pas les mêmes" in weak.text

    response = client.post(link, {"label": "Ada", "password1": PASSWORD, "password2": PASSWORD})
    assert response.url == "/connexion/second-facteur/totp/activate/"
    editor = User.objects.get(email="nouvelle@essai.invalid")
    assert [(g.role, g.territory) for g in editor.grants.all()] == [(Role.CRESS_EDITOR, world.region)]
    assert not editor.is_staff

    page = client.get(response.url)
    assert "data:image/svg+xml" in page.text
    secret = re.search(r'class="secret">([A-Z2-7]+)<', page.text)[1]
    wrong = client.post(response.url, {"code": "000000"})
    assert wrong.status_code == 200 and not Authenticator.objects.filter(user=editor).exists()
    response = client.post(response.url, {"code": code_for(secret)}, follow=True)
    assert "Codes de secours" in response.text and "continuer" in response.text
    assert client.get("/bureau/personnes/").status_code == 200

    client.logout()
    used = client.get(link)
    assert (used.status_code, "déjà servi" in used.text) == (410, True)


def test_a_territory_that_was_picked_comes_as_its_code_alone_and_stays_after_a_fault(client, world):
    client.force_login(person(Role.ADMINISTRATOR))
    picked = {"role": Role.PARTNER, "territory": world.region.code}
    refused = client.post("/bureau/personnes/inviter/", {"email": "faute", **picked})
    assert refused.status_code == 422
    assert f'name="territory" value="{world.region.code}"' in refused.text and 'value="Hauts-de-France"' in refused.text
    invite(client, **picked)
    assert Invitation.objects.get().territory == world.region


def test_the_database_keeps_no_token(client, world):
    client.force_login(person(Role.ADMINISTRATOR))
    link = invite(client, role=Role.PARTNER, place=world.region.code)
    token = link.strip("/").split("/")[-1]
    assert Invitation.objects.get().token not in (token, "")
    assert token not in str(list(Invitation.objects.values()))


def test_an_invitation_that_is_over_says_so_and_a_new_one_replaces_it(client, world):
    client.force_login(person(Role.CRESS_EDITOR, territory=world.region))
    link = invite(client, role=Role.CONTRIBUTOR, record="Garage solidaire de Lille")
    invitation = Invitation.objects.get()
    assert (invitation.record_kind, invitation.record_id, invitation.territory) == (
        "actor",
        world.actor.public_id,
        world.commune,
    )
    Invitation.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    expired = client.get(link)
    assert (expired.status_code, "a expiré" in expired.text) == (410, True)
    assert "expirée depuis" in client.get("/bureau/personnes/invitations/").text

    client.post(f"/bureau/personnes/invitations/{invitation.pk}/renvoyer/")
    assert client.get(link).status_code == 404
    again = re.search(r"https?://testserver(/invitation/\S+)", mail.outbox[-1].body)[1]
    assert client.get(again).status_code == 200
    client.post(f"/bureau/personnes/invitations/{invitation.pk}/annuler/")
    assert "annulée" in client.get(again).text


def test_an_account_that_exists_accepts_with_its_own_sign_in(client, world):
    agent = world.user
    client.force_login(person(Role.CRESS_EDITOR, territory=world.region))
    link = invite(client, email=agent.email, role=Role.PARTNER, place="Lille")
    refused = client.post(link)
    assert (refused.status_code, agent.grants.count()) == (403, 1)
    client.logout()
    assert "Connectez-vous pour accepter" in client.get(link).text
    client.post(link, {"label": "Autre", "password1": PASSWORD, "password2": PASSWORD})
    assert agent.grants.count() == 1
    client.force_login(agent)
    client.post(link)
    assert sorted(agent.grants.values_list("role", flat=True)) == [Role.COLLECTIVITY_AGENT, Role.PARTNER]


def test_an_editor_makes_no_editor_and_reaches_no_other_region(client, world):
    client.force_login(person(Role.CRESS_EDITOR, territory=world.region))
    for fields in (
        {"role": Role.CRESS_EDITOR, "place": world.region.code},
        {"role": Role.ADMINISTRATOR},
        {"role": Role.CONTRIBUTOR, "record": "Réseau introuvable"},
        {"role": Role.PARTNER, "place": ""},
    ):
        response = client.post("/bureau/personnes/inviter/", {"email": "x@essai.invalid", **fields})
        assert (fields, response.status_code) == (fields, 422)
    assert not Invitation.objects.exists()


def test_the_last_administrator_stays_and_nobody_withdraws_their_own_right(client, world):
    first, second = person(Role.ADMINISTRATOR), person(Role.ADMINISTRATOR)
    client.force_login(first)
    mine, other = first.grants.get(), second.grants.get()
    assert client.post(f"/bureau/personnes/droits/{mine.pk}/retirer/").status_code == 403
    assert client.post(f"/bureau/personnes/droits/{other.pk}/retirer/").status_code == 302
    with pytest.raises(services.LastAdministratorError):
        services.withdraw(grant=mine)
    assert list(Grant.objects.filter(role=Role.ADMINISTRATOR)) == [mine]


def test_the_list_of_people_asks_as_much_for_many_as_for_few(client, world):
    client.force_login(person(Role.CRESS_EDITOR, territory=world.region))
    counts = []
    for _ in range(2):
        for _ in range(3):
            person(Role.PARTNER, territory=world.commune)
            person(Role.CONTRIBUTOR, territory=world.commune, record=world.actor)
        with CaptureQueriesContext(connection) as queries:
            client.get("/bureau/personnes/")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15


def test_people_and_invitations_stay_within_reach(client, world):
    near = person(Role.PARTNER, territory=world.commune)
    far = person(Role.ADMINISTRATOR)
    client.force_login(person(Role.CRESS_EDITOR, territory=world.region))
    page = client.get("/bureau/personnes/").text
    assert near.email in page and far.email not in page
    assert "Personne ne répond" in client.get("/bureau/personnes/?q=introuvable").text
