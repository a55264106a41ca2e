"""People: second factor, sessions, throttled sign-in, the log, personal data. Through the front door."""

import io
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from observatory.accounts import audit, guards
from observatory.accounts.enums import Event, Role
from observatory.accounts.models import AccessLog, User
from observatory.accounts.templatetags.accounts import device

from .people import PASSWORD, code_for, sign_in, with_password
from .permissions import SECRET, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fast(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


# The door of the desk -------------------------------------------------------------------------------------------


def test_a_bare_button_without_a_session_comes_back_to_its_page(client):
    gone = client.post(
        "/bureau/personnes/invitations/1/renvoyer/",
        headers={"Referer": "http://testserver/bureau/personnes/invitations/"},
    )
    assert gone.url.endswith("?next=%2Fbureau%2Fpersonnes%2Finvitations%2F")


def test_what_was_typed_survives_the_end_of_a_session(client, world):
    editor = with_password(person(Role.CRESS_EDITOR, territory=world.region))
    typed = {"email": "longue@essai.invalid", "label": "Écrit longuement", "csrfmiddlewaretoken": "x"}
    gone = client.post("/bureau/personnes/inviter/", typed)
    assert gone.url == "/connexion/login/?next=%2Fbureau%2Fpersonnes%2Finviter%2F"
    sign_in(client, editor, next="/bureau/personnes/inviter/")
    done = client.post("/connexion/second-facteur/authenticate/", {"code": code_for(SECRET)})
    assert done.url == "/bureau/personnes/inviter/"
    page = client.get(done.url)
    assert "longue@essai.invalid" in page.text and "Écrit longuement" in page.text
    assert guards.PENDING_SENTENCE in page.text
    assert "longue@essai.invalid" not in client.get(done.url).text, "donné une seule fois"


def test_too_long_a_form_is_not_kept_and_no_password_either(client):
    client.post("/bureau/personnes/inviter/", {"label": "é" * 200_000})
    client.post("/bureau/personnes/inviter/", {"password": "secret"})
    assert "pending:/bureau/personnes/inviter/" not in client.session


def test_a_right_to_edit_demands_the_second_factor_first(client, world):
    editor = person(Role.CRESS_EDITOR, territory=world.region)
    Authenticator.objects.all().delete()
    client.force_login(editor)
    response = client.get("/bureau/personnes/?q=a")
    assert response.url.startswith("/connexion/second-facteur/totp/activate/")
    assert client.session[guards.AFTER_FACTOR] == "/bureau/personnes/?q=a"


def test_the_administration_has_no_door_of_its_own(client, world):
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/login/?next=/admin/").url == "/connexion/login/?next=%2Fadmin%2F"
    administrator = person(Role.ADMINISTRATOR)
    User.objects.filter(pk=administrator.pk).update(is_staff=True, is_superuser=True)
    client.force_login(administrator)
    assert client.get("/admin/").status_code == 200
    Authenticator.objects.all().delete()
    door = client.get("/admin/")
    assert client.get(door.url).url == "/connexion/second-facteur/totp/activate/"


# Sign-in, second factor, sessions -------------------------------------------------------------------------------


def test_a_recovery_code_opens_once(client, world):
    user = with_password(person(Role.CRESS_EDITOR, territory=world.region))
    code, *_ = RecoveryCodes.activate(user).get_unused_codes()
    for opens in (True, False):
        sign_in(client, user)
        client.post("/connexion/second-facteur/authenticate/", {"code": code})
        assert (client.get("/compte/").status_code == 200) is opens
        client.post("/connexion/logout/")


def test_other_sessions_are_ended(client, world):
    user = with_password(world.user)
    other = Client()
    for browser in (client, other):
        sign_in(browser, user)
    page = client.get("/connexion/sessions/")
    assert page.text.count("<tr>") == 3 and "Cette session" in page.text
    client.post("/connexion/sessions/")
    assert client.get("/compte/").status_code == 200
    assert other.get("/compte/").status_code == 302


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox sur Linux"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile Safari/604.1",
            "Safari sur iPhone",
        ),
        ("", "appareil inconnu"),
    ],
)
def test_a_session_is_named_by_its_device(user_agent, words):
    assert device(user_agent) == words


def test_sign_in_is_suspended_after_five_failures_and_says_until_when(client, world):
    user = with_password(world.user)
    for _ in range(4):
        assert sign_in(client, user, "faux").status_code == 200
    locked = sign_in(client, user, "faux")
    assert (locked.status_code, "Vous pourrez réessayer" in locked.text) == (429, True)
    assert sign_in(client, user).status_code == 429, "même le bon mot de passe attend"
    somebody = with_password(person(Role.PARTNER, territory=world.region))
    assert sign_in(client, somebody).status_code == 302, "les autres entrent"


# The log --------------------------------------------------------------------------------------------------------


def events(**wanted) -> list[str]:
    return list(AccessLog.objects.filter(**wanted).order_by("pk").values_list("event", flat=True))


def test_sign_ins_are_logged_without_a_whole_address_nor_what_was_typed(client, world):
    user = with_password(world.user)
    sign_in(client, user, "pas le bon mot")
    client.post("/connexion/login/", {"login": "mon-mot-de-passe@essai.invalid", "password": "x"})
    sign_in(client, user)
    client.post("/connexion/logout/")
    assert events() == [Event.SIGN_IN_FAILED, Event.SIGN_IN_FAILED, Event.SIGN_IN, Event.SIGN_OUT]
    assert set(AccessLog.objects.values_list("ip", flat=True)) == {"127.0.0.0/24"}
    kept = str(list(AccessLog.objects.values()))
    assert "pas le bon mot" not in kept and "mon-mot-de-passe" not in kept


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.77", "203.0.113.0/24"),
        ("2001:db8:1:2::5", "2001:db8:1::/48"),
        ("n’importe quoi", ""),
        (None, ""),
    ],
)
def test_addresses_are_reduced_to_their_network(address, network):
    assert audit.network(address) == network


def test_the_log_is_filtered_and_paged(client, world):
    administrator = person(Role.ADMINISTRATOR)
    client.force_login(administrator)
    AccessLog.objects.bulk_create(
        AccessLog(user=world.user, event=Event.READING, text=f"ligne {i:03}") for i in range(60)
    )
    page = client.get("/bureau/journal/?event=reading")
    assert "60" in page.text and "ligne 059" in page.text and "ligne 000" not in page.text
    assert "ligne 000" in client.get("/bureau/journal/?event=reading&page=2").text
    assert "Aucune ligne" in client.get("/bureau/journal/?q=personne-inconnue").text
    assert "Aucune ligne" in client.get("/bureau/journal/?until=2001-01-01").text
    wrong = client.get("/bureau/journal/?since=hier")
    assert (wrong.status_code, "errorlist" in wrong.text) == (400, True)
    client.force_login(person(Role.CRESS_EDITOR, territory=world.region))
    assert client.get("/bureau/journal/").status_code == 403


def test_old_lines_are_pruned(world):
    AccessLog.objects.create(event=Event.READING)
    AccessLog.objects.update(at=timezone.now() - timedelta(days=400))
    AccessLog.objects.create(event=Event.SIGN_IN)
    output = io.StringIO()
    call_command("chores", stdout=output)
    assert "lignes retirées : 1" in output.getvalue() and events() == [Event.SIGN_IN]


# Personal data --------------------------------------------------------------------------------------------------


def test_my_data_is_mine_alone(client, world):
    User.objects.create_user(f"l{world.user.email}", label="Presque la même adresse")
    client.force_login(world.user)
    answer = client.get("/compte/mes-donnees.json")
    data = answer.json()
    assert [account["courriel"] for account in data["Comptes"]] == [world.user.email]
    assert data["Comptes"][0]["droits"][0]["fiche"] == f"collectivity/{world.body.public_id}"
    assert "password" not in answer.text and events(user=world.user)[-1] == Event.EXPORT


def test_a_closed_account_leaves_no_name_and_no_way_in(client, world):
    user = with_password(world.user)
    email = user.email
    sign_in(client, user)
    wrong = client.post("/compte/fermer/", {"password": "faux"})
    assert wrong.status_code == 422
    assert client.post("/compte/fermer/", {"password": PASSWORD}).url == "/"
    user.refresh_from_db()
    assert (str(user), user.is_active, user.grants.count()) == ("Compte fermé", False, 0)
    assert email not in str(list(User.objects.values())) + str(list(AccessLog.objects.values()))
    assert client.get("/compte/").status_code == 302
    assert sign_in(client, User(email=email)).status_code == 200


def test_an_administrator_exports_and_erases_somebody(client, world):
    administrator = person(Role.ADMINISTRATOR)
    client.force_login(administrator)
    page = client.get(f"/bureau/donnees-personnelles/?q={world.user.email}")
    assert f"account:{world.user.pk}" in page.text
    query = f"q={world.user.email}&item=account:{world.user.pk}"
    export = client.get(f"/bureau/donnees-personnelles/export.json?{query}")
    assert list(export.json()) == ["Comptes"] and "attachment" in export["Content-Disposition"]
    address = "/bureau/donnees-personnelles/effacer/"
    assert "sans retour" in client.get(f"{address}?{query}").text
    assert client.get(address).status_code == 404
    client.post(address, {"q": world.user.email, "item": f"account:{world.user.pk}"})
    assert not User.objects.filter(email=world.user.email).exists()
    assert events(user=administrator)[-3:] == [Event.READING, Event.EXPORT, Event.ERASURE]
    client.post(address, {"q": administrator.email, "item": f"account:{administrator.pk}"})
    assert User.objects.filter(email=administrator.email).exists()


def test_my_page_says_my_rights_with_the_record(client, world):
    client.force_login(world.user)
    page = client.get("/compte/").text
    assert "Agent d’une collectivité" in page and world.body.get_absolute_url() in page


def test_the_secret_of_the_second_factor_is_not_in_the_database(world):
    editor = person(Role.CRESS_EDITOR, territory=world.region)
    factor = Authenticator.objects.get(user=editor, type="totp")
    assert SECRET not in str(factor.data) and factor.wrap().validate_code(code_for(SECRET))


def test_the_legal_page_says_what_is_kept_and_how_long(client, settings, db):
    settings.ACCESS_LOG_DAYS = 730
    page = client.get("/mentions-legales/").text
    for words in ("2 ans, puis effacement", "6 mois après la décision", "sessionid", "CNIL", "30 jours", "Mon compte"):
        assert words in page, words
