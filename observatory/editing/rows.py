"""Fields that hold a list of rows of a few cells: instalments, documents, members, figures…

Rows are added and taken out with and without JavaScript (templates/editing/fields/rows.html, static/js/desk.js); a row that
is struck out stays in the form until it is saved.
"""

from django import forms
from django.core.exceptions import ValidationError

from .fields import PickField

#: what follows the name of a part that holds the words of a record to choose
TEXT = "_text"
#: name of the box that takes a row out
OUT = "out"


class Rows(list):
    """Rows as they are typed, and as the template draws them."""

    def __init__(self, field: "RowsField", rows, origins: list[str] = ()):
        super().__init__(rows)
        self.field, self.origins = field, list(origins)

    @property
    def tables(self) -> list[dict]:
        """What the template draws: here one table, whose inputs are named after the field itself."""
        return [{"suffix": "", "caption": "", "rows": self.shown}]

    @property
    def shown(self) -> list[dict]:
        """Each row as its cells, with blank rows to fill."""
        field, blanks = self.field, [dict.fromkeys(self.field.names(), "") for _ in range(self.field.BLANK)]
        picks = {part: more["pick"](required=False) for part, _, more in field.PARTS if "pick" in more}
        for part, pick in picks.items():
            if any(row.get(f"{part}{TEXT}", "") is None for row in self):
                pick.prime(row[part] for row in self)
        return [
            {
                "cells": [self._cell(row, picks, *part) for part in field.PARTS],
                "is_filled": n < len(self),
                "is_out": bool(row.get(OUT)),
                "origin": self.origins[n] if n < len(self.origins) else "",
            }
            for n, row in enumerate([*self, *blanks])
        ]

    def _cell(self, row: dict, picks: dict, part: str, label: str, more: dict) -> dict:
        text = row.get(f"{part}{TEXT}", "")
        if text is None:
            record = picks[part].known(row[part])
            text = picks[part].label_of(record) if record else ""
        plain = {"pick": "", "mode": "text", "hidden": False, "choices": (), "wide": ""}
        kind = {"pick": picks[part].kind} if part in picks else {}
        return {**plain, **more, **kind, "part": part, "label": label, "value": row.get(part, ""), "text": text}


class RowsWidget(forms.Widget):
    """``name-0-part``, ``name-1-part``, and so on: rows that hold something, as dicts of texts."""

    def __init__(self, parts: tuple[str, ...], most: int):
        super().__init__()
        self.parts, self.most = parts, most

    def value_from_datadict(self, data, files, name):
        rows = []
        for n in range(self.most):
            row = {part: (data.get(f"{name}-{n}-{part}") or "").replace("\x00", "").strip() for part in self.parts}
            for words in (part for part in self.parts if part.endswith(TEXT)):
                if f"{name}-{n}-{words}" not in data:
                    # A suggestion was picked: the browser sends its code alone.
                    row[words] = None
                elif not row[words]:
                    row[words.removesuffix(TEXT)] = ""
            if any(row.values()):
                rows.append(row | ({OUT: "1"} if f"{name}-{n}-{OUT}" in data else {}))
        return rows

    def value_omitted_from_data(self, data, files, name):
        return False


class RowsField(forms.Field):
    """A list of rows; a subclass names its parts and says what a row means."""

    template = "editing/fields/rows.html"
    #: (part, label, attributes) of a row: ``pick`` is the field that chooses a record, ``choices`` a list, ``mode`` the keyboard
    #: of a telephone, ``wide`` the room that the cell takes (``long``, or ``wide`` for the whole line), ``hidden``
    PARTS: tuple[tuple[str, str, dict], ...] = ()
    BLANK = 2
    #: rows beyond which nothing is read
    MOST = 300

    def __init__(self, **kwargs):
        super().__init__(required=False, widget=self.make_widget(), **kwargs)

    def make_widget(self) -> forms.Widget:
        return RowsWidget(self.names(), self.MOST)

    @classmethod
    def names(cls) -> tuple[str, ...]:
        return tuple(
            name for part, _, more in cls.PARTS for name in ((part, f"{part}{TEXT}") if "pick" in more else (part,))
        )

    def prepare_value(self, value):
        return Rows(self, (row if isinstance(row, dict) else self.typed(row) for row in value or []))

    def clean(self, value):
        """Plain rows, but for those that are struck out; raises every fault of every row."""
        kept = [row for row in value or [] if not row.get(OUT) and any(row.values())]
        rows, faults = [], []
        for row in kept:
            try:
                rows.append(self.row(row))
            except ValidationError as fault:
                faults += [sentence for sentence in fault.messages if sentence not in faults]
        if faults:
            raise ValidationError(faults)
        return rows

    def typed(self, row: list) -> dict[str, str]:
        """A plain row as it is typed."""
        raise NotImplementedError

    def row(self, typed: dict[str, str]) -> list:
        """A typed row as a plain one; raises ValidationError."""
        raise NotImplementedError

    def pick(self, field: PickField, row: dict, part: str) -> str | None:
        """The code of the record picked, or meant by the words, in one part of a row; raises ValidationError."""
        text, field.near = row[f"{part}{TEXT}"], []
        try:
            return field.clean({"code": row[part], "text": text, "near": None})
        except ValidationError:
            near = ", ".join(label for _, label in field.near[:4])
            raise ValidationError(
                f"« {(text or row[part])[:80]} » n’est pas connu ici"
                + (f" ; noms proches : {near}." if near else " : écrivez-le plutôt dans la case « Nom ».")
            ) from None
