"""A day of a CRESS editor in a real Chromium, then the same day tried by an editor of another région."""

import io
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.management import call_command
from django.test import Client
from playwright.sync_api import expect

from actors.models import Actor
from observatory.accounts import services
from observatory.accounts.enums import Role
from observatory.accounts.models import User
from observatory.editing.models import Suggestion

from .factories import ActorFactory, TerritoryFactory
from .permissions import person
from .test_browser import browser_type_launch_args, portal, world  # noqa: F401 (fixtures)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LIST = """\
SIRET;Raison sociale;Commune;Code INSEE;Téléphone
73282932000074;Épicerie du Nord;Lille;59350;03 20 44 55 66
123;SIRET faux;Lille;59350;
;Garage solidaire de Lille;Lille;59350;03 20 99 99 99
"""


def work():
    """What the background worker does, until its queue is empty."""
    call_command("worker", "--once")


def enter(page, portal, region):  # noqa: F811
    """Accept an invitation, choose a password, set up the second factor."""
    administrator = User.objects.create_user("administration@essai.invalid", label="Administration")
    administrator.grants.create(role=Role.ADMINISTRATOR)
    _, token = services.invite(
        by=administrator,
        email="editrice@essai.invalid",
        label="Éditrice CRESS",
        right=services.right_on(role=Role.CRESS_EDITOR, territory=region, record=None),
    )
    page.goto(f"{portal}/invitation/{token}/")
    for field in page.locator("input[type=password]").all():
        field.fill("une phrase de passe assez longue")
    page.get_by_role("button", name="Accepter et ouvrir mon compte").click()
    secret = page.locator("code.secret").inner_text()
    page.locator("input[name=code]").fill(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
    page.get_by_role("button", name="Mettre en place").click()
    page.wait_for_load_state()
    page.goto(f"{portal}/bureau/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def load_the_list(page, portal):  # noqa: F811
    page.goto(f"{portal}/bureau/imports/charger/")
    page.locator("input[type=file]").set_input_files(
        {"name": "liste.csv", "mimeType": "text/csv", "buffer": LIST.encode("cp1252")}
    )
    page.locator("input[name=title]").fill("Liste régionale")
    page.get_by_role("button", name="Charger", exact=True).click()
    page.get_by_role("button", name="Lire et comparer").click()
    work()
    page.reload()
    page.get_by_role("link", name="Appliquer…").click()
    page.get_by_role("button", name="Appliquer").click()
    work()
    page.reload()
    with page.expect_download() as refused:
        page.get_by_role("link", name="Lignes refusées, avec le motif").click()
    assert "SIRET faux" in refused.value.path().read_text(encoding="utf-8-sig")
    return Actor.objects.get(siret="73282932000074")


def refused_elsewhere(grocery, twin, suggestion, region):
    """The editor of another région tries the same day: pages, buttons and list are refused, nothing is written."""
    stranger = Client(SERVER_NAME="127.0.0.1")
    stranger.force_login(person(Role.CRESS_EDITOR, territory=TerritoryFactory(level="region", official_code="53")))
    one = f"/bureau/acteurs/{grocery.public_id}"
    for path in (
        *(f"{one}/{step}/" for step in ("modifier", "archiver", "historique")),
        f"{one}/fusionner/?avec={twin.public_id}",
        f"/bureau/suggestions/{suggestion.pk}/",
    ):
        assert stranger.get(path).status_code in (403, 404), path
    assert stranger.post(f"{one}/archiver/", {"motif": "x"}).status_code in (403, 404)
    file = io.BytesIO(LIST.encode())
    file.name = "liste.csv"
    answer = stranger.post(
        "/bureau/imports/charger/",
        {"file": file, "title": "Autre", "territory": region.code, "edition": "2026-01-01"},
    )
    assert (answer.status_code, b"Vos droits ne permettent pas" in answer.content) == (422, True)
    grocery.refresh_from_db()
    assert grocery.state == "published"


def test_a_day_of_an_editor_and_the_same_day_from_another_region(page, portal, world):  # noqa: F811
    garage, region = world.actor, world.region
    enter(page, portal, region)

    # The list: one new actor, one known by name and commune, one line refused.
    grocery = load_the_list(page, portal)
    assert grocery.telephone == "03 20 44 55 66"
    garage.refresh_from_db()
    assert garage.telephone == "03 20 99 99 99"

    # The queue: somebody without an account reports an error; the editor accepts.
    public = page.context.browser.new_context().new_page()
    public.goto(f"{portal}{garage.get_absolute_url()}")
    public.get_by_role("link", name="Signaler une erreur").first.click()
    public.locator("input[name=website]").fill("https://nouveau-garage.invalid/")
    public.wait_for_timeout(3_500)  # the form refuses what is sent faster than one can type
    public.locator("main form button[type=submit]").first.click()
    public.wait_for_load_state()
    suggestion = Suggestion.objects.get()
    page.goto(f"{portal}/bureau/suggestions/")
    page.locator("main").get_by_role("link", name=garage.name).first.click()
    page.get_by_role("button", name="Tout accepter").click()
    page.wait_for_load_state()
    garage.refresh_from_db()
    assert garage.website == "https://nouveau-garage.invalid/"

    # A correction by hand.
    page.goto(f"{portal}/bureau/acteurs/{grocery.public_id}/modifier/")
    page.locator("input[name=name]").fill("L’Épicerie du Nord")
    page.locator("main").get_by_role("button", name="Enregistrer").last.click()
    page.wait_for_load_state()
    expect(page.locator("body")).to_contain_text("Enregistré")
    grocery.refresh_from_db()
    assert grocery.name == "L’Épicerie du Nord"

    # A merge, then the way back.
    twin = ActorFactory(name="Épicerie du Nord", territory=world.commune, description="Vend en vrac.")
    page.goto(
        f"{portal}/bureau/acteurs/{grocery.public_id}/fusionner/?avec={twin.public_id}&garder={grocery.public_id}"
    )
    page.get_by_role("button", name="Fusionner les deux fiches").click()
    page.wait_for_load_state()
    twin.refresh_from_db()
    grocery.refresh_from_db()
    assert (twin.state, grocery.description) == ("merged", "Vend en vrac.")
    page.goto(f"{portal}/bureau/acteurs/{twin.public_id}/historique/")
    page.get_by_role("button", name="Séparer les deux fiches").first.click()
    page.wait_for_load_state()
    twin.refresh_from_db()
    assert twin.state == "published"

    refused_elsewhere(grocery, twin, suggestion, region)
