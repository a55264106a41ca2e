"""A record as one line of a table: its nested fields get columns of their own, named by their path.

``place.commune.code`` is the code of the commune of the place. What a list holds is joined by « | », each column in the same
order, so that ``themes.key`` and ``themes.name`` go side by side; lists within lists are JSON. The columns come from the shape
of the resource, as its documentation does: they are stable as its fields are.

A line is drawn by a function written for the shape, as ``dataclasses`` writes its own: walking through the shape for each of
200,000 records cost more than all the rest of the file.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from rest_framework import serializers
from rest_framework.serializers import Serializer

SEPARATOR = " | "
#: fields whose text nobody types freely: no spreadsheet can take them for a formula
_SAFE = (
    serializers.BooleanField,
    serializers.ChoiceField,
    serializers.DateField,
    serializers.DecimalField,
    serializers.FloatField,
    serializers.IntegerField,
)
#: fields whose values are text or None
_TEXT = (serializers.CharField, serializers.DateField, serializers.DateTimeField, serializers.DecimalField)
_WORDS = {None: "", True: "true", False: "false"}

Draw = Callable[[dict], list]


@dataclass(frozen=True)
class Table:
    """The columns of a resource, and what draws the cells of a record."""

    header: list[str]
    #: columns that hold free text, by their place
    free: list[int]
    #: cells as they are: numbers, true and false, None
    line: Draw
    #: cells as text
    words: Callable[[dict], list[str]]


def table(shape: type[Serializer], names: Sequence[str] | None = None) -> Table:
    """The table of a shape, or of some of its top-level fields."""
    return _table(shape, tuple(names) if names is not None else None)


@cache
def _table(shape: type[Serializer], names: tuple[str, ...] | None) -> Table:
    fields = shape().fields
    return _drawn({name: fields[name] for name in names or fields})


def _drawn(fields: dict[str, serializers.Field]) -> Table:
    plain, worded = _Writer(_plain), _Writer(_word)
    for writer in (plain, worded):
        writer.add(fields, "record", "")
    return Table(plain.names, plain.free, plain.function(), worded.function())


def _plain(one: serializers.Field, found: str) -> str:
    """A cell as it is, as Python; ``found`` is what the record holds."""
    return found


def _word(one: serializers.Field, found: str) -> str:
    """A cell as text, as Python."""
    if isinstance(one, serializers.BooleanField):
        return f"WORDS[{found}]"
    if isinstance(one, serializers.ChoiceField):
        is_text = all(isinstance(choice, str) for choice in one.choices)
    else:
        is_text = isinstance(one, (*_TEXT, serializers.ListField))
    return f"({found}) or ''" if is_text else f"'' if (one := {_alone(found)}) is None else text(one)"


def _alone(found: str) -> str:
    return f"({found})" if " " in found else found


class _Writer:
    """Writes the function that draws a line; ``cell`` says how."""

    def __init__(self, cell: Callable[[serializers.Field, str], str]):
        self.cell = cell
        self.names: list[str] = []
        self.free: list[int] = []
        #: what the line holds and what must be known before, as Python
        self.cells: list[str] = []
        self.steps: list[str] = []
        #: what the function calls
        self.tools: dict[str, object] = {"WORDS": _WORDS, "text": text, "joined": _joined, "as_json": _as_json}

    def add(self, fields: dict[str, serializers.Field], value: str, path: str) -> None:
        """Columns of the fields of ``value``, the name of a variable."""
        for name, one in fields.items():
            found = f"{value}[{name!r}]" if value == "record" else f"{value}[{name!r}] if {value} else None"
            if isinstance(one, serializers.ListSerializer):
                self._add_list(one.child, found, f"{path}{name}.")
                continue
            if isinstance(one, Serializer):
                inner = f"v{len(self.steps)}"
                self.steps.append(f"{inner} = {found}")
                self.add(one.fields, inner, f"{path}{name}.")
                continue
            if isinstance(one, serializers.ListField):
                found = f"{'as_json' if _holds_more(one) else 'joined'}({found})"
            if not isinstance(one, _SAFE):
                self.free.append(len(self.names))
            self.names.append(f"{path}{name}")
            self.cells.append(self.cell(one, found))

    def _add_list(self, child: Serializer, found: str, path: str) -> None:
        """Columns of a list of records, joined in the order of the list."""
        inner = _drawn({name: _Json() if _is_list(one) else one for name, one in child.fields.items()})
        tool = f"list{len(self.tools)}"
        self.tools[tool] = _side_by_side(inner, as_text=self.cell is _word)
        # Most lists are empty: that much is seen without a call.
        self.tools[f"no_{tool}"] = ("" if self.cell is _word else None,) * len(inner.header)
        self.cells.append(f"*({tool}(many) if (many := {_alone(found)}) else no_{tool})")
        self.free += [len(self.names) + place for place in inner.free]
        self.names += [path + name for name in inner.header]

    def function(self) -> Draw:
        body = [*self.steps, f"return [{', '.join(self.cells)}]"]
        exec("\n    ".join(["def line(record):", *body]), self.tools)
        return self.tools["line"]


def _side_by_side(inner: Table, *, as_text: bool) -> Callable[[list[dict]], Sequence]:
    """What gives the cells of the records of a list; those of several are text."""
    one, each = inner.words if as_text else inner.line, inner.words

    def cells(records):
        if len(records) == 1:
            return one(records[0])
        return [SEPARATOR.join(column) for column in zip(*map(each, records), strict=True)]

    return cells


def _is_list(one: serializers.Field) -> bool:
    return isinstance(one, serializers.ListSerializer | serializers.ListField)


def _holds_more(one: serializers.ListField) -> bool:
    return isinstance(one.child, Serializer) or _is_list(one.child)


class _Json(serializers.ListField):
    """A list within a list."""

    child = serializers.ListField()


def _joined(values: Iterable) -> str | None:
    return SEPARATOR.join(map(text, values)) if values else None


def _as_json(value) -> str | None:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else None


def text(value) -> str:
    """A cell as text: nothing for None, ``true`` or ``false``, everything else as it is written."""
    if isinstance(value, str):
        return value
    return _WORDS[value] if value is None or isinstance(value, bool) else str(value)
