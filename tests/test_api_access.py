"""Who may ask the API, and how much: open to all at a fair rate, more with a key, readable from any page."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import caches
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from observatory.accounts import services
from observatory.accounts.enums import Event, Role
from observatory.accounts.models import AccessLog, User
from observatory.accounts.perms import Action
from observatory.api import limits
from observatory.api.models import ApiKey
from observatory.records import chores

from .permissions import SECRET, PermissionCase, person

ACTORS = "/api/v1/actors/"
RATES = {"anonymous": {"minute": 3, "day": 5}, "key": {"minute": 10, "day": 1_000}}
NOON = 1_700_000_000 // 86_400 * 86_400 + 43_200


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands at noon until a test moves it."""
    now = [NOON]
    monkeypatch.setattr(limits, "time", lambda: now[0])
    return now


@pytest.fixture
def rates(settings, clock):
    settings.API_RATES = RATES


@pytest.fixture
def partner(world):
    return person(Role.PARTNER, territory=world.region)


def a_key(user, name="Notre site") -> tuple[ApiKey, dict]:
    """A key, and the headers that bear it."""
    key, text = ApiKey.objects.create_key(user=user, name=name)
    return key, {"Authorization": f"Api-Key {text}"}


def problem(response, status: int) -> dict:
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json"), response.content
    return response.json()


def left(response) -> tuple[str, ...]:
    return tuple(response[f"RateLimit-{name}"] for name in ("Limit", "Remaining", "Reset"))


# The rate ------------------------------------------------------------------------------------------------


def test_each_answer_says_what_remains_and_the_fourth_waits(client, world, rates, clock):
    assert left(client.get(ACTORS)) == ("3", "2", "60")
    assert left(client.get(f"{ACTORS}?nom=x")) == ("3", "1", "60")
    response = client.get("/api/v1/inconnu/")
    assert (response.status_code, *left(response)) == (404, "3", "0", "60")
    clock[0] += 20
    response = client.get(ACTORS)
    body = problem(response, 429)
    assert (response["Retry-After"], body["code"]) == ("40", "too_many_requests")
    assert "dans 40 secondes" in body["detail"]
    assert response["RateLimit-Policy"] == "3;w=60, 5;w=86400"


def test_the_day_has_its_own_limit(client, world, rates, clock):
    for minute in range(5):
        clock[0] = NOON + 60 * minute
        assert client.get(ACTORS).status_code == 200, minute
    clock[0] = NOON + 600
    response = client.get(ACTORS)
    assert response["Retry-After"] == "42600" and "dans 12 heures" in problem(response, 429)["detail"]
    clock[0] = NOON + 43_200
    assert client.get(ACTORS).status_code == 200


def test_callers_do_not_share_their_rate_but_a_household_does(client, world, rates):
    def remaining(address):
        return client.get(ACTORS, REMOTE_ADDR=address)["RateLimit-Remaining"]

    assert [remaining("192.0.2.1"), remaining("192.0.2.2"), remaining("192.0.2.1")] == ["2", "2", "1"]
    assert [remaining("2001:db8::1"), remaining("2001:db8::2"), remaining("2001:db8:0:1::1")] == ["2", "1", "2"]


def test_a_refused_format_counts_too(client, world, rates):
    assert client.get(f"{ACTORS}?format=lune")["RateLimit-Remaining"] == "2"
    assert client.get(ACTORS, headers={"Accept": "image/png"})["RateLimit-Remaining"] == "1"


def test_pages_and_documentation_are_never_refused(client, world, settings, clock):
    settings.API_RATES = {"anonymous": {"minute": 1, "day": 1}, "key": {"minute": 1, "day": 1}}
    addresses = ("/annuaire/", "/api/", "/api/v1/docs/", "/api/v1/schema/")
    assert [client.get(address).status_code for address in addresses * 2] == [200] * 8


def test_an_installation_may_set_no_limit(client, world, settings):
    settings.API_RATES = {caller: {"minute": 0, "day": 0} for caller in RATES}
    response = client.get(ACTORS)
    assert response.status_code == 200 and "RateLimit-Limit" not in response


def test_counting_asks_nothing_of_the_database(client, world):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(ACTORS).status_code == 200
    assert [query["sql"] for query in queries if re.search("apikey|grant|cache", query["sql"])] == []


def test_no_address_is_kept_in_clear(client, world, rates):
    client.get(ACTORS, REMOTE_ADDR="192.0.2.77")
    assert "192.0.2.77" not in str(vars(caches["throttle"])["_cache"])


# Keys ----------------------------------------------------------------------------------------------------


def test_a_key_gives_a_larger_rate_of_its_own(client, world, rates, partner):
    _, headers = a_key(partner)
    assert left(client.get(ACTORS, headers=headers))[:2] == ("10", "9")
    assert left(client.get(ACTORS))[:2] == ("3", "2")
    _, other = a_key(partner)
    assert left(client.get(ACTORS, headers=other))[:2] == ("10", "9")


def test_its_last_use_is_noted_once_a_minute(client, world, partner):
    key, headers = a_key(partner)
    client.get(ACTORS, headers=headers)
    key.refresh_from_db()
    assert key.last_used_at is not None
    with CaptureQueriesContext(connection) as queries:
        client.get(ACTORS, headers=headers)
    assert [query["sql"] for query in queries if query["sql"].startswith("UPDATE")] == []


def altered(text: str) -> str:
    return text[:-1] + ("a" if text[-1] != "a" else "b")


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (lambda text: f"Api-Key {altered(text)}", "unknown_key"),
        (lambda text: "Api-Key abcdefgh.0123456789abcdef0123456789abcdef", "unknown_key"),
        (lambda text: "Api-Key", "unknown_key"),
        (lambda text: "Api-Key \x00é'\"", "unknown_key"),
        (lambda text: f"Bearer {text}", "unknown_scheme"),
    ],
)
def test_a_wrong_key_is_refused_with_a_sentence(client, world, partner, header, code):
    _, headers = a_key(partner)
    text = headers["Authorization"].partition(" ")[2]
    response = client.get(ACTORS, headers={"Authorization": header(text)})
    assert problem(response, 401)["code"] == code
    assert response["WWW-Authenticate"] == "Api-Key"
    assert "RateLimit-Remaining" in response


def test_a_password_meant_for_a_proxy_is_not_ours(client, world):
    assert client.get(ACTORS, headers={"Authorization": "Basic dXNlcjpwYXNz"}).status_code == 200


def test_whoever_tries_keys_is_soon_refused(client, world, rates):
    headers = {"Authorization": "Api-Key abcdefgh.0123456789abcdef0123456789abcdef"}
    statuses = [client.get(ACTORS, headers=headers).status_code for _ in range(4)]
    assert statuses == [401, 401, 401, 429]


def test_a_revoked_key_says_so_to_its_bearer_alone(client, world, partner):
    key, headers = a_key(partner)
    key.revoke()
    body = problem(client.get(ACTORS, headers=headers), 401)
    assert body["code"] == "revoked_key" and "révoquée le" in body["detail"] and "/compte/cles/" in body["detail"]
    guess = {"Authorization": f"Api-Key {key.prefix}.{'a' * 32}"}
    assert problem(client.get(ACTORS, headers=guess), 401)["code"] == "unknown_key"


def test_a_key_ends_with_the_role_and_with_the_account(client, world, partner):
    _, headers = a_key(partner)
    services.withdraw(grant=partner.grants.get())
    assert problem(client.get(ACTORS, headers=headers), 401)["code"] == "key_without_right"
    services.close(user=partner)
    assert not ApiKey.objects.exists()


def test_a_database_that_does_not_answer_is_a_503(client, world, monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise OperationalError("no connection")

    monkeypatch.setattr("actors.api.ActorViewSet.retrieve", broken)
    response = client.get(f"{ACTORS}{world.actor.public_id}/")
    assert problem(response, 503)["code"] == "unavailable" and response["Retry-After"] == "30"
    assert "no connection" in caplog.text


# The page of keys ----------------------------------------------------------------------------------------


class TestMakeAKey(PermissionCase):
    url_name = "keys:list"
    action = Action.API_KEY

    def url(self, record):
        return reverse(self.url_name)

    def data(self, record):
        return {"name": "Notre site"}

    def done(self, record):
        assert ApiKey.objects.get().name == "Notre site"


def test_a_key_is_shown_once_and_kept_as_a_hash(client, world, partner):
    client.force_login(partner)
    response = client.post("/compte/cles/", {"name": "Mise à jour du site"})
    text = re.search(r"Api-Key (\w{8}\.\w{32})", response.text)[1]
    assert "no-store" in response["Cache-Control"]
    key = ApiKey.objects.get()
    assert text not in str(vars(key)) and text.startswith(key.prefix)
    page = client.get("/compte/cles/").text
    assert "Mise à jour du site" in page and "jamais utilisée" in page and text not in page
    again = client.post("/compte/cles/", {"name": "Mise à jour du site"})
    assert again.status_code == 422 and "déjà une clé de ce nom" in again.text
    assert ApiKey.objects.get() == key, "the page reloaded made another key"
    client.get(ACTORS, headers={"Authorization": f"Api-Key {text}"})
    assert "dernière utilisation le" in client.get("/compte/cles/").text
    assert AccessLog.objects.get(event=Event.KEY_MADE).text == key.prefix


def test_a_key_is_revoked_once_confirmed_by_its_holder(client, world, partner):
    key, headers = a_key(partner)
    address = f"/compte/cles/{key.prefix}/revoquer/"
    client.force_login(person(Role.ADMINISTRATOR))
    assert client.post(address).status_code == 404
    client.force_login(partner)
    assert "Révoquer cette clé" in client.get(address).text
    assert client.get(ACTORS, headers=headers).status_code == 200
    response = client.post(address, follow=True)
    assert "est révoquée" in response.text and "Révoquée" in response.text
    assert client.get(ACTORS, headers=headers).status_code == 401
    assert client.post(address).status_code == 404
    assert AccessLog.objects.filter(event=Event.KEY_REVOKED, text=key.prefix).exists()


def test_one_program_one_key_but_not_a_hundred(client, world, partner):
    client.force_login(partner)
    for i in range(10):
        a_key(partner, f"Programme {i}")
    response = client.post("/compte/cles/", {"name": "Un de trop"})
    assert response.status_code == 422 and "révoquez d’abord" in response.text
    assert client.post("/compte/cles/", {"name": ""}).status_code == 422


def test_the_platform_revokes_a_key_that_leaks_and_forgets_it_a_year_later(client, world, partner):
    key, headers = a_key(partner)
    administrator = User.objects.create_superuser("administration@essai.invalid", label="Administration")
    TOTP.activate(administrator, SECRET)
    client.force_login(administrator)
    assert key.prefix in client.get("/admin/api/apikey/").text
    assert client.get(f"/admin/api/apikey/{key.pk}/change/", follow=True).status_code == 200
    client.post("/admin/api/apikey/", {"action": "revoke", "_selected_action": key.pk})
    assert client.get(ACTORS, headers=headers).status_code == 401
    chore = next(chore for chore in chores.chores() if chore.key == "api-keys")
    assert (chore.do(), ApiKey.objects.count()) == ("", 1)
    ApiKey.objects.update(revoked_at=timezone.now() - timedelta(days=366))
    assert (chore.do(), ApiKey.objects.count()) == ("clés effacées : 1", 0)


def test_my_account_leads_to_my_keys_and_my_data_name_them(client, world, partner):
    a_key(partner, "Notre site")
    client.force_login(partner)
    assert "/compte/cles/" in client.get("/compte/").text
    assert client.get("/compte/mes-donnees.json").json()["Clés de l’API"][0]["intitulé"] == "Notre site"
    client.force_login(person())
    assert "/compte/cles/" not in client.get("/compte/").text


# Reading from the pages of partners ----------------------------------------------------------------------


def test_any_page_may_read_and_only_read(client, world):
    origin = {"Origin": "https://partenaire.invalid"}
    response = client.get(ACTORS, headers=origin)
    assert response["Access-Control-Allow-Origin"] == "*"
    exposed = response["Access-Control-Expose-Headers"]
    assert all(name in exposed for name in ("ETag", "RateLimit-Remaining", "Retry-After", "Link"))
    assert "Access-Control-Allow-Credentials" not in response
    asking = {**origin, "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    allowed = client.options(ACTORS, headers=asking)
    assert allowed["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "authorization" in allowed["Access-Control-Allow-Headers"]
    assert client.get("/api/v1/inconnu/", headers=origin)["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Origin" not in client.get("/annuaire/", headers=origin)
