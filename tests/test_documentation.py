"""The guide and the documents say what the portal does: names of buttons, variables, chores, words, addresses of files."""

import re
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings

from actors.desk import WEIGHTS
from observatory.editing.desk_guide import PARTS, SECTIONS
from observatory.records.chores import chores

ROOT = Path(settings.BASE_DIR)
DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
APPS = ("observatory", "actors", "ptce", "policies")
#: between « » in the guide without being written so in our own files
SAID = {
    "tel rôle sur tel territoire",
    "acteurs absents des dernières listes",  # a number stands before it, and agrees with it
    "Mot de passe oublié ?",  # of the package that signs people in
    "Lauréat…",  # of several calls
}


def plain(text: str) -> str:
    """One kind of space, so that what is read alike is alike."""
    return re.sub(r"\s+", " ", unescape(text))


def source(*folders: str, suffixes=(".py", ".html")) -> str:
    files = [path for folder in folders for path in sorted((ROOT / folder).rglob("*")) if path.suffix in suffixes]
    kept = (path for path in files if "migrations" not in path.parts and path.parent.name != "help")
    return plain("\n".join(path.read_text() for path in kept if path.name != "desk_guide.py"))


# The guide ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_guide_has_every_chapter_and_leads_from_one_to_the_next(client):
    index = client.get("/aide/").text
    assert all(title in index for title, _ in PARTS)
    for before, section in zip((None, *SECTIONS), SECTIONS, strict=False):
        assert section.url in index
        page = client.get(section.url)
        body = page.text.split('class="record__main')[1].split("</div>")[0]
        assert page.status_code == 200 and body.count("<h2") >= 2, section.slug
        assert before is None or f'rel="prev" href="{before.url}"' in body
    assert client.get("/aide/inconnu/").status_code == 404
    assert "/aide/" in client.get("/").text


@pytest.mark.django_db
def test_the_guide_gives_the_weights_that_the_desk_uses(client):
    text = client.get("/aide/completude/").text
    assert all(weight.label.lower() in text.lower() for weight in WEIGHTS)


def test_what_the_guide_quotes_is_written_so_on_the_screen():
    screen = source("templates", *APPS).lower()
    for path in sorted((ROOT / "templates" / "help").glob("*.html")):
        words = plain(re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}|<[^>]*>", "", path.read_text()))
        unknown = [said for said in re.findall("« (.*?) »", words) if said.lower() not in screen and said not in SAID]
        assert not unknown, path.name


def test_each_image_of_the_guide_is_shown_described_and_light():
    files = {path.stem: path.stat().st_size for path in (ROOT / "static" / "img" / "aide").iterdir()}
    pages = "".join(path.read_text() for path in (ROOT / "templates" / "help").glob("*.html"))
    assert set(re.findall(r'_image.html" with file="([^"]+)" alt="[^"]{20,}" text="[^"]+"', pages)) == set(files)
    assert max(files.values()) <= 40_000 and sum(files.values()) <= 400_000


# The documents ------------------------------------------------------------------------------------------------


def test_every_variable_and_every_chore_is_in_the_operating_manual():
    manual = (ROOT / "docs" / "operations.md").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"(\w+)"', (ROOT / "observatory" / "settings.py").read_text()))
    read |= set(re.findall(r"\$\{([A-Z_]+):-[^}]+\}", (ROOT / "bin" / "run").read_text()))
    assert not {name for name in read if f"`{name}`" not in manual}
    assert not {chore.key for chore in chores() if f"`{chore.key}`" not in manual}


def test_every_word_of_the_glossary_is_in_the_code():
    code = source(*APPS) + " ".join(str(path.relative_to(ROOT)) for app in APPS for path in (ROOT / app).rglob("*"))
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \|", (ROOT / "docs" / "glossary.md").read_text(), re.MULTILINE)
    named = {(french, name) for french, names in rows for name in re.findall("`([^`]+)`", names)}
    assert len(named) > 80
    assert not {(french, name) for french, name in named if not re.search(rf"\b{re.escape(name)}\b", code)}


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_the_links_of_the_documents_lead_somewhere(path):
    links = re.findall(r"\]\(([^)#\s]+)", path.read_text())
    assert not [link for link in links if "://" not in link and not (path.parent / link).exists()]


def test_the_readme_stays_short():
    assert len((ROOT / "README.md").read_text().splitlines()) < 150
