"""The part of a text that answers a query, with the words found told apart."""

import re

from . import analysis

#: characters shown at most
LENGTH = 260
_WORD = re.compile(r"\w+")


def cut(text: str, query: str, *, length: int = LENGTH) -> list[tuple[str, bool]]:
    """A passage of ``text`` around the first word that answers ``query``: pieces, each with whether it is such a word.

    Without any such word, or any query, the beginning of the text. Words are compared as the index does.
    """
    asked = analysis.parse(query)
    wanted = {stem for term in asked.terms for stem in term.alternatives}
    begun = tuple(term.prefix for term in asked.terms if term.prefix)
    hits = [match.span() for match in _WORD.finditer(text) if _answers(match.group(), wanted, begun)]
    start, end = _window(text, hits[0][0] if hits else 0, length)
    pieces, at = [], start
    for low, high in hits:
        if start <= low and high <= end:
            pieces += [(text[at:low], False), (text[low:high], True)]
            at = high
    pieces.append((text[at:end], False))
    return [("… ", False)] * (start > 0) + [piece for piece in pieces if piece[0]] + [(" …", False)] * (end < len(text))


def _answers(word: str, wanted: set[str], begun: tuple[str, ...]) -> bool:
    return any(
        wanted.intersection(analysis.stems(part)) or (begun and analysis.plain(part).startswith(begun))
        for part in analysis.words(word)
        if not analysis.is_stop(part)
    )


def _window(text: str, around: int, length: int) -> tuple[int, int]:
    """Where to cut ``length`` characters about a place, between two words."""
    if len(text) <= length:
        return 0, len(text)
    start = max(0, min(around - length // 3, len(text) - length))
    start = text.find(" ", start) + 1 if start else 0
    end = text.rfind(" ", start, start + length)
    return start, len(text) if start + length >= len(text) else end if end > around else start + length
