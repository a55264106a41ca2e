"""Take screenshots of a running portal: the README's, those of every public page, or those of the guide.

    .venv/bin/python docs/screenshots.py                      # docs/images/accueil.png and annuaire.png
    .venv/bin/python docs/screenshots.py --all FOLDER         # every page, at 390 and 1280 px, whole length
    .venv/bin/python docs/screenshots.py http://127.0.0.1:8100
    .venv/bin/python docs/screenshots.py --guide              # static/img/aide/, for /aide/

The guide's are those of a reader, of the agent of a collectivité (``AGENT_EMAIL``, ``AGENT_PASSWORD``) and of an editor's desk
(``GUIDE_EMAIL``, ``GUIDE_PASSWORD``), with the accounts of a demonstration on loopback and its worker running. So that there
is something to show and nothing invented is shown, the script checks one record and proposes ``exemple.invalid`` as its site.

Chromium is the system's, or the one that ``CHROMIUM`` names. Ends with 1 when a page answers otherwise than expected
or an image of the README is too heavy.
"""

import argparse
import csv
import io
import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import Error as BrowserError

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
GUIDE = ROOT / "static" / "img" / "aide"
#: width and height of the README's images, in CSS pixels
README_SIZE = (1280, 800)
#: widths of ``--all``, in CSS pixels: a telephone, a computer
WIDTHS = (390, 1280)
#: heaviest image that the README may carry, that the guide may, and all those of the guide together, in bytes
HEAVIEST = 250_000
HEAVIEST_GUIDE, ALL_GUIDE = 40_000, 400_000
#: the guide's images are reduced to this size
GUIDE_SIZE = (960, 600)


@dataclass(frozen=True)
class Shot:
    """A page to take: name of its image, path on the portal, status expected, what shows that it is drawn."""

    name: str
    path: str
    status: int = 200
    ready: str = "main"


README = (Shot("accueil", "/"), Shot("annuaire", "/annuaire/?q=ressourcerie"))
PAGES = (
    Shot("accueil", "/"),
    Shot("recherche", "/recherche/?q=lille"),
    Shot("recherche-sans-resultat", "/recherche/?q=resourcerrie"),
    Shot("annuaire", "/annuaire/"),
    Shot("annuaire-mots", "/annuaire/?q=ressourcerie"),
    Shot("annuaire-sans-resultat", "/annuaire/?q=resourcerrie"),
    Shot("annuaire-filtre-refuse", "/annuaire/?family=inconnue", 400),
    Shot("carte", "/carte/"),
    Shot("carte-territoire", "/carte/?territory=epci-200093201"),
    Shot("collectivites", "/collectivites/"),
    Shot("collectivite", "/collectivites/epci-200093201/"),
    Shot("ptce", "/ptce/"),
    Shot("dispositifs", "/dispositifs/"),
    Shot("appels", "/dispositifs/appels/"),
    Shot("instruments", "/dispositifs/instruments/"),
    Shot("seuils", "/dispositifs/seuils/"),
    Shot("conventions", "/conventions/"),
    Shot("parts-de-scic", "/parts-de-scic/"),
    Shot("api", "/api/"),
    Shot("api-documentation", "/api/v1/docs/", ready=".swagger-ui .opblock"),
    Shot("donnees", "/donnees/"),
    Shot("a-propos", "/a-propos/"),
    Shot("accessibilite", "/accessibilite/"),
    Shot("mentions-legales", "/mentions-legales/"),
    Shot("connexion", "/connexion/login/"),
    Shot("page-absente", "/page-absente/", 404),
)
#: pages of the guide that any reader sees
READER = (
    Shot("pole", "/ptce/initiatives-et-cite-lille-metropole-solidaire/"),
    Shot("dix-leviers", "/grille/?body=commune-59350&theme=culture&exists=pole"),
)
#: pages whose address holds an id: name, list that leads to one, beginning of its address as a pattern
DETAILS = (
    ("acteur", "/annuaire/?q=ressourcerie", r"/annuaire/[0-9a-z]{10}-"),
    ("pole", "/ptce/", r"/ptce/[0-9a-z]"),
    ("dispositif", "/dispositifs/", r"/dispositifs/[0-9a-z]{10}-"),
    ("convention", "/conventions/", r"/conventions/[0-9a-z]{10}-"),
    ("part-de-scic", "/parts-de-scic/", r"/parts-de-scic/[0-9a-z]{10}-"),
)


class Failure(Exception):
    """What went wrong, in a sentence for the person who ran the script."""


def find_chromium() -> str:
    """The executable that ``CHROMIUM`` names, else the system's."""
    names = (
        [os.environ["CHROMIUM"]] if os.environ.get("CHROMIUM") else ["chromium", "chromium-browser", "google-chrome"]
    )
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise Failure(f"Chromium not found ({', '.join(names)}): install it, or set CHROMIUM.")
    return found


def open_page(browser: Browser, width: int, height: int) -> Page:
    """A reader in France, in daylight, who asked for no motion: the same image at every run."""
    return browser.new_page(
        viewport={"width": width, "height": height},
        device_scale_factor=1,
        locale="fr-FR",
        timezone_id="Europe/Paris",
        color_scheme="light",
        reduced_motion="reduce",
    )


def visit(page: Page, address: str, shot: Shot) -> None:
    """Open a page and wait until it is quiet."""
    try:
        answer = page.goto(address + shot.path, wait_until="networkidle")
        page.wait_for_selector(shot.ready)
    except BrowserError as error:
        raise Failure(f"{address}{shot.path}: {error.message.splitlines()[0]}") from error
    if answer.status != shot.status:
        raise Failure(f"{address}{shot.path}: status {answer.status}, {shot.status} expected.")
    page.evaluate("document.fonts.ready")


def take_readme(browser: Browser, address: str) -> Iterator[Path]:
    """The images of the README: the top of each page."""
    page = open_page(browser, *README_SIZE)
    for shot in README:
        visit(page, address, shot)
        path = IMAGES / f"{shot.name}.png"
        page.screenshot(path=path)
        if path.stat().st_size > HEAVIEST:
            raise Failure(f"{path.name} weighs {path.stat().st_size} bytes: at most {HEAVIEST} for the README.")
        yield path


def take_guide(browser: Browser, address: str) -> Iterator[Path]:
    """The images of the guide, each reduced, none too heavy."""
    GUIDE.mkdir(parents=True, exist_ok=True)
    taken = 0
    for page, shot in chain(reader_shots(browser), agent_shots(browser, address), editor_shots(browser, address)):
        visit(page, address, shot)
        path = GUIDE / f"{shot.name}.webp"
        picture = Image.open(io.BytesIO(page.screenshot()))
        picture.resize(GUIDE_SIZE, Image.Resampling.LANCZOS).save(path, quality=70, method=6)
        if (weight := path.stat().st_size) > HEAVIEST_GUIDE:
            raise Failure(f"{path.name} weighs {weight} bytes: at most {HEAVIEST_GUIDE} for the guide.")
        taken += weight
        yield path
    if taken > ALL_GUIDE:
        raise Failure(f"The images of the guide weigh {taken} bytes: at most {ALL_GUIDE}.")


def reader_shots(browser: Browser) -> Iterator[tuple[Page, Shot]]:
    page = open_page(browser, *README_SIZE)
    yield from ((page, shot) for shot in READER)


def agent_shots(browser: Browser, address: str) -> Iterator[tuple[Page, Shot]]:
    """The checklist of the agent's collectivité."""
    page = open_page(browser, *README_SIZE)
    sign_in(page, address, "AGENT")
    visit(page, address, Shot("checklists", "/bureau/grille/"))
    yield page, Shot("grille", links(page, r"(/bureau/grille/[^/]+/[^/]+/)$")[0])


def editor_shots(browser: Browser, address: str) -> Iterator[tuple[Page, Shot]]:
    """An editor's desk, one record of which is checked and has a suggestion."""
    page = open_page(browser, *README_SIZE)
    sign_in(page, address, "GUIDE")
    visit(page, address, Shot("records", "/bureau/acteurs/"))
    one, other = links(page, r"/bureau/acteurs/([0-9a-z]{10})/modifier/")[:2]
    page.click(f"form[action$='/{one}/verifie/'] button")
    page.wait_for_load_state("networkidle")
    leave_suggestion(open_page(browser, *README_SIZE), address, one)
    visit(page, address, Shot("queue", "/bureau/suggestions/"))
    suggestion = links(page, r"/bureau/suggestions/(\d+)/$")[0]
    shots = (
        Shot("bureau", "/bureau/"),
        Shot("corriger", f"/bureau/acteurs/{one}/modifier/"),
        Shot("suggestion", f"/bureau/suggestions/{suggestion}/"),
        Shot("fusion", f"/bureau/acteurs/{one}/fusionner/?avec={other}"),
        Shot("a-verifier", "/bureau/a-faire/acteurs/a-verifier/"),
        Shot("historique", f"/bureau/acteurs/{one}/historique/"),
        Shot("convention", "/bureau/conventions/ajouter/"),
    )
    yield from ((page, shot) for shot in chain(shots, load_list(page, address)))


def sign_in(page: Page, address: str, account: str) -> None:
    """``account`` begins the names of the two variables that hold its e-mail and its password."""
    try:
        email, password = os.environ[f"{account}_EMAIL"], os.environ[f"{account}_PASSWORD"]
    except KeyError as missing:
        raise Failure(f"{missing.args[0]} is not set: the guide shows what this account sees.") from None
    visit(page, address, Shot("sign-in", "/connexion/login/"))
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", password)
    page.click("main button[type=submit]")
    page.wait_for_load_state("networkidle")


def leave_suggestion(page: Page, address: str, public_id: str) -> None:
    """Propose a site by the public form, without an account; a form that is sent at once is refused, so it waits."""
    visit(page, address, Shot("report", f"/annuaire/{public_id}/signaler/"))
    page.fill("input[name=website]", "https://exemple.invalid/")
    page.fill("textarea[name=message]", "Exemple pour le guide.")
    page.wait_for_timeout(3500)
    page.click("main form button[type=submit]")
    page.wait_for_load_state("networkidle")


def load_list(page: Page, address: str) -> Iterator[Shot]:
    """A few records of the editor's territory as a list, one with ``exemple.invalid`` as its site, one refused; not applied."""
    visit(page, address, Shot("upload", "/bureau/imports/charger/"))
    territory = page.eval_on_selector("select[name=territory]", "field => field.value")
    export = page.request.get(f"{address}/annuaire/export/csv/?territory={territory}").text().lstrip("\ufeff")
    rows = list(csv.DictReader(io.StringIO(export), delimiter=";"))[:8]
    rows[0]["site"], rows[1]["siret"] = "https://exemple.invalid/", "123"
    columns = {"Nom": "nom", "SIRET": "siret", "Commune": "commune", "Site": "site"}
    content = io.StringIO()
    writer = csv.writer(content, delimiter=";")
    writer.writerows([columns, *([row[column] for column in columns.values()] for row in rows)])
    file = {"name": "liste.csv", "mimeType": "text/csv", "buffer": content.getvalue().encode("utf-8-sig")}
    page.set_input_files("input[type=file]", file)
    page.fill("input[name=title]", "Exemple pour le guide")
    page.click("main form button[type=submit]")
    page.wait_for_selector("select[name=column_0]")
    path = page.url.removeprefix(address)
    yield Shot("colonnes", path)
    page.click("main form button[type=submit]:not([name])")
    # Read by the task worker; the page draws itself again.
    page.wait_for_selector("#lignes", timeout=60_000)
    yield Shot("differences", f"{path.removesuffix('colonnes/')}?lignes=changed")
    page.click("form[action$='/abandonner/'] button")


def links(page: Page, pattern: str) -> list[str]:
    """What ``pattern`` catches in the addresses of the links of a page, each once."""
    found = page.eval_on_selector_all("main a[href]", "links => links.map(link => link.getAttribute('href'))")
    return list(dict.fromkeys(match[1] for link in found if (match := re.search(pattern, link))))


def details(page: Page, address: str) -> Iterator[Shot]:
    """One page of each kind that only a list leads to."""
    for name, list_path, pattern in DETAILS:
        visit(page, address, Shot(name, list_path))
        links = page.eval_on_selector_all("main a[href]", "links => links.map(link => link.getAttribute('href'))")
        link = next((link for link in links if re.match(pattern, link)), None)
        if link is None:
            raise Failure(f"{address}{list_path}: no link to a page of the kind « {name} ».")
        yield Shot(name, link)


def take_all(browser: Browser, address: str, folder: Path) -> Iterator[Path]:
    """Every public page, whole, at each width."""
    folder.mkdir(parents=True, exist_ok=True)
    for width in WIDTHS:
        page = open_page(browser, width, 800)
        for shot in [*PAGES, *details(page, address)]:
            visit(page, address, shot)
            path = folder / f"{shot.name}-{width}.png"
            page.screenshot(path=path, full_page=True)
            yield path


def main() -> None:
    parser = argparse.ArgumentParser(description="Screenshots of a running portal.")
    parser.add_argument("address", nargs="?", default="http://127.0.0.1:8000", help="default: %(default)s")
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="every public page, at 390 and 1280 px, into FOLDER")
    parser.add_argument("--guide", action="store_true", help="the images of the guide, into static/img/aide/")
    arguments = parser.parse_args()
    address = arguments.address.rstrip("/")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium())
        if arguments.guide:
            taken = take_guide(browser, address)
        else:
            taken = take_all(browser, address, arguments.all) if arguments.all else take_readme(browser, address)
        for path in taken:
            sys.stdout.write(f"{path} ({path.stat().st_size // 1024} kB)\n")
        browser.close()


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(str(failure))
