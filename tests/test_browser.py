"""The portal in a real Chromium: accessibility, console, phone and desktop widths, keyboard, with and without scripts."""

import os
import shutil

import pytest
from axe_playwright_python.sync_playwright import Axe

from . import checklists
from . import world as worlds

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
WIDTHS = {"phone": (390, 844), "desktop": (1280, 900)}
#: rules of WCAG 2.2 AA and below, and axe's own good practice
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    if not CHROMIUM:
        pytest.skip("Chromium est absent.")
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": arguments}


@pytest.fixture
def world(transactional_db):
    return worlds.build()


@pytest.fixture
def portal(live_server, world):
    """The address of a running portal with something behind every page."""
    return live_server.url


def pages(world) -> list[str]:
    return [
        "/", "/annuaire/", "/annuaire/?q=garage&family=cooperative", "/annuaire/?q=introuvable", "/annuaire/?theme=faux",
        world.actor.get_absolute_url(), "/carte/", f"/carte/?territory={world.epci.code}", "/collectivites/",
        world.body.get_absolute_url(), "/ptce/", "/ptce/?view=table", "/ptce/reperes/", world.pole.get_absolute_url(), "/kit/", "/kit/?q=garages", "/kit/essai/",
        "/kit/essai/mobilite/", f"/kit/essai/mobilite/garages/?territory={world.commune.code}", "/kit/deniche-pour-vous/",
        "/kit/essai/inconnue/", "/recherche/?q=lille", "/recherche/?q=garrage",
        "/a-propos/", "/accessibilite/", "/mentions-legales/", "/donnees/", "/api/", "/connexion/login/", "/nulle-part/",
        *checklists.pages(world),
    ]  # fmt: skip


@pytest.fixture
def console(page):
    """What the browser complains of: errors, refused resources, policy violations."""
    complaints = []
    page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


@pytest.mark.parametrize("width", WIDTHS)
def test_every_page_is_accessible_and_quiet(page, portal, world, console, width):
    page.set_viewport_size(dict(zip(("width", "height"), WIDTHS[width], strict=True)))
    faults = {}
    for path in pages(world):
        console.clear()
        answer = page.goto(portal + path)
        page.wait_for_load_state("networkidle")
        # Chromium itself reports the page's own status when it is an error: that is not a fault of the page.
        noise = [c for c in console if not (answer.status >= 400 and f"status of {answer.status}" in c)]
        violations = [
            f"{v['id']} : {v['nodes'][0]['html'][:160]}" for v in Axe().run(page, options=AXE).response["violations"]
        ]
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if found := noise + violations + ([f"dépasse de {overflow} px"] if overflow > 0 else []):
            faults[path] = found
    assert faults == {}


def test_the_box_of_the_home_page_leads_to_an_actor_by_keyboard(page, portal, console):
    page.goto(portal)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Aller au contenu"
    page.locator("#recherche").press_sequentially("garage sol")
    page.get_by_role("option", name="Garage solidaire de Lille").wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/annuaire/*garage-solidaire-de-lille/")
    assert console == []


def test_suggestions_never_cover_the_page_once_their_field_is_left(page, portal, console):
    page.goto(f"{portal}/annuaire/")
    page.locator("#territoire").press_sequentially("lill")
    page.locator("#territoire").press("Tab")
    page.wait_for_timeout(1_000)
    assert page.locator(".combobox__list:visible").count() == 0


def test_the_directory_filters_without_reloading_and_the_address_is_shared(page, portal, console):
    page.goto(f"{portal}/annuaire/?q=garage")
    page.evaluate("window.untouched = true")
    page.locator("input[name=family][value=cooperative]").check()
    page.wait_for_url("**family=cooperative**")
    assert page.evaluate("window.untouched") is True
    assert page.locator("#resultats h2.total").inner_text().split() == ["1", "acteur"]
    page.goto(page.url)
    assert page.locator("input[name=family][value=cooperative]").is_checked()
    assert console == []


def test_the_map_shows_the_same_actors_as_its_list(page, portal, console):
    page.goto(f"{portal}/carte/?bbox=2.9,50.5,3.2,50.8")
    marker = page.locator(".map-point[aria-label='Garage solidaire de Lille']")
    marker.wait_for()
    marker.press("Enter")
    page.locator(".leaflet-popup-content a").click()
    page.wait_for_url("**/annuaire/*garage-solidaire-de-lille/")
    assert console == []


@pytest.mark.parametrize("path", ["/annuaire/?q=garage&family=cooperative", "/carte/?q=garage"])
def test_without_scripts_the_search_still_answers(browser, portal, path):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(portal + path)
    assert page.get_by_role("link", name="Garage solidaire de Lille").count()
    page.locator("#filtres").get_by_role("textbox", name="Territoire").fill("lille")
    page.locator("#filtres button").first.click()
    assert "territory=commune-59350" in page.url
    context.close()


def test_a_role_signs_in_and_sees_its_rights(page, portal, console):
    page.goto(f"{portal}/compte/")
    page.locator("input[name=login]").fill("agent@essai.invalid")
    page.locator("input[name=password]").fill("un long mot de passe")
    page.locator("main form button[type=submit], main form button:not([type])").first.click()
    page.wait_for_url("**/compte/")
    assert "Lille (59)" in page.locator("main").inner_text()
    assert console == []
