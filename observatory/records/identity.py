"""Public ids and sort keys."""

import hashlib
import re
import secrets
import unicodedata
from functools import lru_cache

from django.db import models
from django.utils.text import slugify

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u to misread
LENGTH = 10  # 50 bits: with 1,200,000 records, less than one chance in a thousand of a single clash

_ARTICLE = re.compile(r"^(?:l'|les? |la |du |des |d')(?=\w)")
_SPACES = re.compile(r"[^a-z0-9]+")
#: letters, digits, spaces, hyphens and apostrophes
_SIMPLE = re.compile(r"[a-z0-9][a-z0-9 '-]*")


def new_public_id() -> str:
    """An opaque id of ten characters, drawn at random; it says nothing and is never used again."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def public_id_for(key: str) -> str:
    """The public id of a reference record, the same in every installation, drawn from its fixture key."""
    digest = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8])
    return "".join(ALPHABET[(digest >> (5 * i)) & 31] for i in range(LENGTH))


class _WithoutMarks(dict):
    """A table for ``str.translate`` that takes combining marks away; it learns each letter once."""

    def __missing__(self, code: int) -> int | None:
        self[code] = None if unicodedata.combining(chr(code)) else code
        return self[code]


_without_marks = _WithoutMarks()


@lru_cache(maxsize=200_000)
def fold(text: str) -> str:
    """Lower case without accents or ligatures: ``Œuvre à Évry`` gives ``oeuvre a evry``."""
    text = text.lower()
    if text.isascii():
        return text
    text = text.replace("œ", "oe").replace("æ", "ae").replace("’", "'")
    return unicodedata.normalize("NFKD", text).translate(_without_marks)


def sort_key(name: str) -> str:
    """The key under which a French list files a name: folded, the leading article left out."""
    folded = fold(name).strip()
    return (_SPACES.sub(" ", _ARTICLE.sub("", folded, count=1)).strip() or folded)[:200]


def slug_for(name: str, *, fallback: str = "sans-nom") -> str:
    """A slug of at most eighty characters, never empty."""
    folded = fold(name)
    if _SIMPLE.fullmatch(folded):  # what ``slugify`` makes of most names, without its five passes
        return _SPACES.sub("-", folded)[:80].strip("-") or fallback
    return slugify(folded.replace("'", "-"))[:80].strip("-") or fallback


class SortKeyField(models.CharField):
    """A sort key compared byte by byte, so that SQLite and PostgreSQL file names in the same order."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 200)
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def db_parameters(self, connection):
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters
