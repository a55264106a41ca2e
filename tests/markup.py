"""What is wrong with an HTML answer: structure, strict CSP, and the part of accessibility that needs no browser."""

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
#: inputs that need no label of their own
UNLABELLED_INPUTS = {"hidden", "submit", "reset", "button", "image"}
#: attributes that name other elements of the page by their ids
REFERENCES = ("for", "form", "list", "aria-labelledby", "aria-describedby", "aria-controls")
_HEADING = re.compile(r"h[1-6]")


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    parent: "Element | None"
    line: int
    words: list[str] = field(default_factory=list)

    def __str__(self):
        return f"<{self.tag}> ligne {self.line}"

    def __contains__(self, name: str) -> bool:
        return name in self.attributes

    def get(self, name: str) -> str:
        return self.attributes.get(name, "").strip()

    def ancestors(self):
        element = self.parent
        while element is not None:
            yield element
            element = element.parent

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    @property
    def label(self) -> str:
        """What a screen reader says of it, as far as the element itself tells."""
        return self.text or self.get("aria-label") or self.get("aria-labelledby") or self.get("title")


class Page(HTMLParser):
    """The elements of a page, in order; ``faults`` starts with what is not closed as it was opened."""

    def __init__(self, markup: str):
        super().__init__()
        self.elements: list[Element] = []
        self.faults: list[str] = []
        self._open: list[Element] = []
        self.feed(markup)
        self.close()
        self.faults += [f"{element} n’est pas fermé" for element in self._open]

    def handle_starttag(self, tag, attrs, closed=False):
        if repeated := [name for name, n in Counter(name for name, _ in attrs).items() if n > 1]:
            self.faults.append(f"<{tag}> ligne {self.getpos()[0]} : attribut répété {', '.join(repeated)}")
        parent = self._open[-1] if self._open else None
        element = Element(tag, {name: value or "" for name, value in attrs}, parent, self.getpos()[0])
        self.elements.append(element)
        if "alt" in element:
            self.handle_data(element.get("alt"))
        if tag not in VOID and not closed:
            self._open.append(element)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs, closed=True)

    def handle_endtag(self, tag):
        if not self._open or self._open[-1].tag != tag:
            self.faults.append(
                f"</{tag}> ligne {self.getpos()[0]} ne ferme pas {self._open[-1] if self._open else 'rien'}"
            )
            return
        self._open.pop()

    def handle_data(self, data):
        for element in self._open:
            element.words.append(data)

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]

    def ids(self) -> Counter:
        return Counter(element.get("id") for element in self.elements if "id" in element)


def faults(markup: str, *, policy: str = "") -> list[str]:
    """French sentences, one per fault; ``policy`` is the Content-Security-Policy of the answer."""
    page = Page(markup)
    found = [*page.faults, *_unsafe(page, policy), *_names(page)]
    found += [f"l’id « {name} » figure {n} fois" for name, n in page.ids().items() if n > 1 or not name]
    if page.all("html"):
        found += [*_document(page), *_references(page), *_fields(page)]
    return found


def _unsafe(page: Page, policy: str):
    """What the strict Content-Security-Policy would refuse."""
    nonces = set(re.findall(r"'nonce-([^']+)'", policy))
    for element in page.elements:
        for name, value in element.attributes.items():
            if re.fullmatch(r"on[a-z]+", name) or name.startswith("hx-on"):
                yield f"{element} : gestionnaire d’événement {name}"
            if name in ("href", "src", "action", "formaction") and value.strip().lower().startswith("javascript:"):
                yield f"{element} : adresse javascript:"
        if "style" in element:
            yield f"{element} : attribut style"
        inline = element.tag == "style" or (element.tag == "script" and "src" not in element)
        if inline and not element.get("nonce") and element.get("type") != "application/json":
            yield f"{element} : sans nonce"
        if element.get("nonce") and element.get("nonce") not in nonces:
            yield f"{element} : nonce absent de la politique de sécurité"
        loaded = element.tag in ("script", "link", "img", "iframe") and element.get("rel") != "canonical"
        if loaded and re.match(r"(?:https?:)?//", element.get("src") or element.get("href")):
            yield f"{element} : vient d’un autre site"


def _names(page: Page):
    """Images, links and buttons that say nothing."""
    for element in page.all("img"):
        if "alt" not in element:
            yield f"{element} : sans alt"
    for element in page.all("a", "button", "summary"):
        if not element.label:
            yield f"{element} : sans nom"


def _document(page: Page):
    if page.all("html")[0].get("lang") != "fr":
        yield "<html> : lang n’est pas fr"
    if not any(element.text for element in page.all("title") if element.parent.tag == "head"):
        yield "pas de titre de page"
    metas = {element.get("name"): element.get("content") for element in page.all("meta")}
    if not metas.get("description") and "noindex" not in metas.get("robots", ""):
        yield "pas de description"
    headings = [element for element in page.elements if _HEADING.fullmatch(element.tag)]
    if (n := len(page.all("h1"))) != 1:
        yield f"{n} titres h1"
    yield from (f"{heading} : titre vide" for heading in headings if not heading.text)
    for before, after in pairwise(headings):
        if int(after.tag[1]) > int(before.tag[1]) + 1:
            yield f"{after} : niveau sauté après {before}"
    if len(page.all("main")) != 1:
        yield "un seul <main> est attendu"


def _references(page: Page):
    """Labels, descriptions and anchors that lead nowhere in the page."""
    ids = page.ids()
    for element in page.elements:
        for name in REFERENCES:
            for target in element.get(name).split():
                if target not in ids:
                    yield f"{element} : {name} désigne « {target} », absent de la page"
        if element.get("href").startswith("#") and (target := element.get("href")[1:]) not in ids:
            yield f"{element} : lien vers #{target}, absent de la page"


def _fields(page: Page):
    labels = {label.get("for"): label for label in page.all("label") if "for" in label}
    for element in page.all("input", "select", "textarea"):
        if element.tag == "input" and element.get("type") in UNLABELLED_INPUTS:
            continue
        label = labels.get(element.get("id")) or next((a for a in element.ancestors() if a.tag == "label"), None)
        if not (element.get("aria-label") or element.get("aria-labelledby") or (label and label.text)):
            yield f"{element} : champ « {element.get('name')} » sans étiquette"
