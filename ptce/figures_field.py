"""The figures of a pole as people type them: a line a year for the six of the study, a list for whatever else is counted."""

import re
from collections.abc import Iterable
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError

from observatory.editing.amounts import amount_of, shown_amount
from observatory.editing.fields import refuse_tags
from observatory.editing.rows import OUT, Rows, RowsField, RowsWidget

from .editing.parts import PARTS, Row
from .enums import FIGURE_UNITS, FigureKey
from .fields import LONG, YEAR, FactsField, one_of, origins, year_of

DECIMAL = {"mode": "decimal"}
_ABOUT = re.compile(r"(?:env(?:iron|\.)?|≈|~)\s*", re.IGNORECASE)
_UNITS = re.compile(r"\s*(?:%|ETP|salariés?|structures?)\s*$", re.IGNORECASE)
#: what follows the name of the field in the inputs of the second table
OTHERS = "_autres"
LABELS = {
    FigureKey.CELL_BUDGET: "Budget de la cellule (€)",
    FigureKey.SELF_FINANCING: "Autofinancement (%)",
    FigureKey.POSTS: "Postes de la cellule (ETP)",
    FigureKey.MEMBER_STRUCTURES: "Structures membres",
    FigureKey.EMPLOYEES: "Salariés des membres",
    FigureKey.CONSOLIDATED_BUDGET: "Budget consolidé (€)",
}


def number_of(text: str) -> tuple[str, bool]:
    """(plain decimal, whether it is approximate) of « environ 12 500 », « 2,5 ETP », « 32 % »; raises ValidationError."""
    about = _ABOUT.match(text.strip())
    bare = _UNITS.sub("", text.strip()[about.end() :] if about else text)
    value = amount_of(bare, "un chiffre")
    if value is None:
        raise ValidationError(f"« {text[:40]} » n’est pas un chiffre : écrivez par exemple 12 500,50.")
    return str(value), about is not None


def shown(value: str, is_approximate: bool) -> str:
    """A plain figure as it is typed."""
    text = shown_amount(value)
    whole, _, cents = text.partition(",")
    text = f"{whole},{cents.rstrip('0')}" if cents else whole
    return f"environ {text}" if is_approximate else text


class _OthersField(RowsField):
    """The columns of the second table; its rows are read by ``FiguresField``."""

    PARTS = (
        ("label", "Ce qui est compté", LONG),
        ("value", "Chiffre", DECIMAL),
        ("unit", "Unité", {}),
        ("year", "Année", YEAR),
        ("key", "Si c’est une précision de", {"choices": [(key.value, LABELS[key]) for key in FIGURE_UNITS]}),
    )
    BLANK = 1


class _Widget(forms.Widget):
    """``{"years": rows, "others": rows}``: the rows of both tables."""

    def __init__(self, years: RowsWidget, others: RowsWidget):
        super().__init__()
        self.years, self.others = years, others

    def value_from_datadict(self, data, files, name):
        return {
            "years": self.years.value_from_datadict(data, files, name),
            "others": self.others.value_from_datadict(data, files, f"{name}{OTHERS}"),
        }

    def value_omitted_from_data(self, data, files, name):
        return False


class _Tables(dict):
    """The rows of both tables as the widget gives them, and as the template draws them."""

    @property
    def tables(self) -> list[dict]:
        others = "Autres chiffres : ce que le pôle compte d’autre."
        return [
            {"suffix": "", "caption": "Une ligne par année.", "rows": self["years"].shown},
            {"suffix": OTHERS, "caption": others, "rows": self["others"].shown},
        ]


class FiguresField(FactsField):
    LIST = "figures"
    PARTS = (("year", "Année", YEAR), *((key.value, label, DECIMAL) for key, label in LABELS.items()))
    BLANK = 1

    def make_widget(self):
        return _Widget(RowsWidget(self.names(), self.MOST), RowsWidget(_OthersField.names(), self.MOST))

    # Plain rows as they are typed -----------------------------------------------------------------------------

    def prepare_value(self, value):
        if isinstance(value, dict):
            return self._tables(value, [self._origin(row, self._year) for row in value["years"]],
                                [self._origin(row, self._other) for row in value["others"]])  # fmt: skip
        years, others = _split(value or [])
        typed = {"years": [_typed_year(rows) for rows in years], "others": [_typed_other(row) for row in others]}
        return self._tables(typed, [_joined(origins(rows)) for rows in years], origins(others))

    def _tables(self, typed: dict, of_years: list[str], of_others: list[str]) -> _Tables:
        return _Tables(
            years=Rows(self, typed["years"], of_years), others=Rows(_OthersField(), typed["others"], of_others)
        )

    def _origin(self, typed: dict, understand) -> str:
        try:
            return _joined(origins(self.with_origins(understand(typed))))
        except ValidationError:
            return ""

    # Typed rows as they are kept ------------------------------------------------------------------------------

    def clean(self, value):
        rows, said = [], []
        for typed, understand in self._kept(value):
            try:
                rows += understand(typed)
            except ValidationError as fault:
                said += fault.messages
        rows = self.with_origins(rows)
        if not said:
            said = [*_undated(rows), *_twice(rows)]
        if said:
            raise ValidationError(list(dict.fromkeys(said)))
        return self.part.sorted(rows)

    def _kept(self, value: dict | None):
        for table, understand in (("years", self._year), ("others", self._other)):
            for row in (value or {}).get(table, []):
                if not row.get(OUT):
                    yield row, understand

    def _normal(self, row: Row) -> list:
        return row[:-1]

    def _year(self, typed: dict) -> list[Row]:
        """The figures of a line."""
        year, rows = year_of(typed["year"]), []
        for key in LABELS:
            if typed[key.value]:
                rows.append(self._row(key.value, "", typed[key.value], FIGURE_UNITS[key], year))
        if not rows:
            raise ValidationError(f"L’année {typed['year']} n’a aucun chiffre : écrivez-en un, ou videz la ligne.")
        return rows

    def _other(self, typed: dict) -> list[Row]:
        key = typed["key"] and one_of(FigureKey, typed["key"], "Choisissez le chiffre dans la liste.")
        label = self.words(typed, "label", 200)
        if not label:
            raise ValidationError("Que compte ce chiffre ? Dites-le en quelques mots, ou videz la ligne.")
        refuse_tags(label)
        if not typed["value"]:
            raise ValidationError(f"« {label} » : quel est le chiffre ?")
        unit = FIGURE_UNITS[FigureKey(key)] if key in FIGURE_UNITS else self.words(typed, "unit", 40)
        return [self._row(key or FigureKey.OTHER.value, label, typed["value"], unit, year_of(typed["year"]))]

    def _row(self, key: str, label: str, text: str, unit: str, year: int | None) -> Row:
        value, is_approximate = number_of(text)
        if key == FigureKey.SELF_FINANCING and Decimal(value) > 100:
            raise ValidationError(f"Une part ne dépasse pas 100 % : vous avez écrit {shown(value, False)} %.")
        return [key, label, value, unit, year, is_approximate, None]


def _split(rows: Iterable[Row]) -> tuple[list[list[Row]], list[Row]]:
    """The figures of the study year by year, no measure twice in a line; and the others."""
    lines: list[list[Row]] = []
    others = []
    for row in rows:
        key, label, *_, year, _, _ = row
        if key not in FIGURE_UNITS or label:
            others.append(row)
            continue
        free = (line for line in lines if line[0][4] == year and key not in {held[0] for held in line})
        if line := next(free, None):
            line.append(row)
        else:
            lines.append([row])
    return lines, others


def _typed_year(rows: list[Row]) -> dict[str, str]:
    year = rows[0][4]
    return {
        **dict.fromkeys((key.value for key in LABELS), ""),
        "year": str(year or ""),
        **{row[0]: shown(row[2], row[5]) for row in rows},
    }


def _typed_other(row: Row) -> dict[str, str]:
    named = PARTS["figures"].named(row)
    key = named["key"] if named["key"] in FIGURE_UNITS else ""
    value = shown(named["value"], named["is_approximate"])
    return {
        "label": named["label"],
        "value": value,
        "unit": named["unit"],
        "year": str(named["year"] or ""),
        "key": key,
    }


def _joined(said: list[str]) -> str:
    return " ".join(dict.fromkeys(filter(None, said)))


def _undated(rows: list[Row]) -> list[str]:
    """What is written by hand is dated; a document may be silent."""
    if any(row[4] is None and row[-1] is None for row in rows):
        return ["De quelle année sont ces chiffres ? Écrivez-la au début de la ligne."]
    return []


def _twice(rows: list[Row]) -> list[str]:
    """Two documents may disagree on a figure; two hands may not."""
    seen, said = set(), []
    for row in rows:
        mark = (row[0], row[1], row[4])
        if mark in seen and row[-1] is None:
            name = row[1] or FigureKey(row[0]).label
            said.append(f"« {name} » figure deux fois pour {row[4]}.")
        seen.add(mark)
    return said
