"""French text to index tokens and query terms.

A word gives up to three tokens: its stem without accents, the stem of its form without accents (people type
``mobilite`` for ``mobilité``, and files write ``MOBILITE``), and the plain form for search while typing.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import Stemmer

from observatory.records.identity import fold

_stemmer = Stemmer.Stemmer("french")
_WORD = re.compile(r"[^\W_]+")

STOP_WORDS = frozenset(
    [
        "a",
        "au",
        "aux",
        "avec",
        "ce",
        "ces",
        "cette",
        "d",
        "dans",
        "de",
        "des",
        "du",
        "elle",
        "en",
        "et",
        "eux",
        "il",
        "je",
        "l",
        "la",
        "le",
        "les",
        "leur",
        "leurs",
        "lui",
        "ma",
        "mais",
        "me",
        "meme",
        "mes",
        "mon",
        "n",
        "ne",
        "nos",
        "notre",
        "nous",
        "on",
        "ou",
        "par",
        "pas",
        "pour",
        "qu",
        "que",
        "qui",
        "s",
        "sa",
        "sans",
        "se",
        "ses",
        "son",
        "sur",
        "t",
        "ta",
        "te",
        "tes",
        "toi",
        "ton",
        "tu",
        "un",
        "une",
        "vos",
        "votre",
        "vous",
        "y",
    ]
)

#: plurals and families that Snowball leaves apart: folded word → stem
EXCEPTIONS = {
    "lieux": "lieu",
    "jeux": "jeu",
    "feux": "feu",
    "locaux": "local",
    "sociaux": "social",
    "solidaires": "solidair",
    "travaux": "travail",
    "chantiers": "chantier",
    "velos": "velo",
    "eaux": "eau",
    "yeux": "oeil",
    "ess": "ess",
    "scics": "scic",
    "scops": "scop",
    "ptces": "ptce",
}


#: letters from which the last word of a query also matches as a beginning
SHORTEST_BEGINNING = 3


@lru_cache(maxsize=200_000)
def plain(word: str) -> str:
    """The word as an engine sees it: at most forty of ``a-z0-9``, which neither engine splits.

    Letters of other scripts are written as code points: SQLite and PostgreSQL disagree on what a letter is.
    """
    return "".join(c if c.isascii() else f"u{ord(c):x}" for c in fold(word) if c.isalnum())[:40]


@lru_cache(maxsize=200_000)
def stems(word: str) -> tuple[str, ...]:
    """The stems of one lower-case word, the principal one first, none longer than forty letters."""
    folded = fold(word)
    if folded in EXCEPTIONS:
        return (EXCEPTIONS[folded],)
    found = (plain(_stemmer.stemWord(form)) for form in (word, folded))
    return tuple(dict.fromkeys(stem for stem in found if stem)) or (plain(word),)


def words(text: str) -> list[str]:
    """Lower-case words in order; apostrophes, hyphens and signs separate, ligatures are opened."""
    opened = unicodedata.normalize("NFKC", text.lower()).replace("œ", "oe").replace("æ", "ae")
    return [word for word in _WORD.findall(opened) if plain(word)]


def is_stop(word: str) -> bool:
    return fold(word) in STOP_WORDS


def index_tokens(*texts: str) -> str:
    """Every token of the texts, each once, separated by spaces: the indexed column."""
    tokens = {}
    for word in words(" ".join(filter(None, texts))):
        if not is_stop(word):
            tokens.update(dict.fromkeys((*stems(word), plain(word))))
    return " ".join(tokens)


def index_names(*names: str) -> str:
    """The names as principal stems, ``| un nom | un autre | ``: the column that ranking reads."""
    lines = [" ".join(stems(w)[0] for w in words(name) if not is_stop(w)) for name in names if name]
    return "".join(f"| {line} " for line in dict.fromkeys(lines) if line) + "|" if any(lines) else ""


@dataclass(frozen=True)
class Term:
    """One word of a query: the stems that match it and, for the last one, the beginning that it may be."""

    alternatives: tuple[str, ...]
    prefix: str = ""


@dataclass(frozen=True)
class Query:
    """What a visitor typed, ready for an engine."""

    text: str
    terms: tuple[Term, ...]
    #: the principal stems in the order typed, for ranking
    phrase: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.terms)


def is_unfinished(text: str) -> bool:
    """Whether the last word, still being typed, is too short or too common to be looked up as a beginning."""
    last = "" if text.endswith(" ") else next(reversed(words(text)), "")
    return bool(last) and (len(last) < SHORTEST_BEGINNING or is_stop(last))


def parse_any(text: str) -> Query:
    """A query that any one of the words satisfies: to look for near names."""
    kept = [word for word in words(text) if not is_stop(word)]
    found = tuple(dict.fromkeys(stem for word in kept for stem in stems(word)))
    return Query(text=text, terms=(Term(found),) if found else (), phrase=tuple(stems(w)[0] for w in kept))


def parse(text: str, *, limit: int = 12) -> Query:
    """Analyse a query; the last word also matches as a beginning. Words past ``limit`` are ignored."""
    kept = [w for w in words(text or "") if not is_stop(w)][:limit]
    typing = not (text or "").endswith(" ")
    terms = tuple(
        Term(stems(word), plain(word) if typing and i == len(kept) - 1 and len(word) >= SHORTEST_BEGINNING else "")
        for i, word in enumerate(kept)
    )
    return Query(text=text or "", terms=terms, phrase=tuple(stems(w)[0] for w in kept))
