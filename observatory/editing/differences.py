"""Before and after, as history and confirmation pages show them; long texts word by word."""

import re
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from functools import lru_cache

from observatory.pages.dates import day

from .registry import Kind, Values

#: signs from which a text is compared word by word
LONG = 80
#: likeness of two texts, from 0 to 1, under which a comparison word by word only confuses
ALIKE = 0.4
#: words beyond which both texts are shown whole: comparing them would take seconds
MOST_WORDS = 1_500


@dataclass(frozen=True)
class Line:
    """A field before and after, in French; ``words`` are (kept, removed or added; text) of a long text."""

    field: str
    label: str
    before: str
    after: str
    words: tuple[tuple[str, str], ...] = ()


class Shower:
    """Shows plain values of a kind, asking the database once for each."""

    def __init__(self, kind: Kind):
        self.kind = kind
        self._show = lru_cache(maxsize=1_000)(lambda field, text: kind.show(field, _thaw(text)))
        self.labels = {"state": "État", "checked_on": "Vérifié le", **kind.labels}

    def show(self, field: str, value) -> str:
        if field == "state":
            return STATES.get(value, str(value or ""))
        if field == "checked_on":
            return day(date.fromisoformat(value)) if value else ""
        return self._show(field, _freeze(value))

    def lines(self, fields: dict[str, list]) -> list[Line]:
        """The lines of ``{field: [before, after]}``, in the order of the form."""
        order = list(self.labels)
        names = sorted(fields, key=lambda name: order.index(name) if name in order else len(order))
        return [self.line(name, *fields[name]) for name in names]

    def line(self, field: str, before, after) -> Line:
        if field in self.kind.rows and isinstance(before, list) and isinstance(after, list):
            # Of a long list, only the rows that differ.
            before, after = (
                [row for row in one if row not in other] for one, other in ((before, after), (after, before))
            )
        shown = self.show(field, before), self.show(field, after)
        return Line(field, self.labels.get(field, field), *shown, words=words(*shown))

    def between(self, before: Values, after: Values) -> list[Line]:
        """The lines of the fields of ``after`` that differ."""
        return self.lines({name: [before.get(name), v] for name, v in after.items() if before.get(name) != v})


STATES = {"published": "publiée", "archived": "archivée", "merged": "fusionnée", "draft": "brouillon"}


def _freeze(value):
    return tuple(_freeze(part) for part in value) if isinstance(value, list) else value


def _thaw(value):
    return [_thaw(part) for part in value] if isinstance(value, tuple) else value


def words(before: str, after: str) -> tuple[tuple[str, str], ...]:
    """Runs of words kept, removed and added; empty for short texts and for those too long to compare."""
    if not before or not after or max(len(before), len(after)) < LONG:
        return ()
    old, new = (re.findall(r"\S+\s*", text) for text in (before, after))
    if max(len(old), len(new)) > MOST_WORDS:
        return ()
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    if matcher.ratio() < ALIKE:
        return ()
    runs = []
    for deed, i, j, k, m in matcher.get_opcodes():
        if deed == "equal":
            runs.append(("kept", "".join(old[i:j])))
        else:
            runs += [(word, "".join(part)) for word, part in (("removed", old[i:j]), ("added", new[k:m])) if part]
    return tuple(runs)
