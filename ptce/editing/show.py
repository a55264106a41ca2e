"""The plain values of a pole in French, for history, confirmations and the queue."""

from decimal import Decimal

from actors.enums import LegalForm
from actors.models import Actor, Theme
from observatory.pages.templatetags.observatory import euros, number
from observatory.records.models import Source
from observatory.territories.models import Territory

from ..enums import (
    Dynamic,
    FigureKey,
    Impulsion,
    MemberCategory,
    MoneyLevel,
    Objective,
    Perimeter,
    RecognitionKind,
    RoleKind,
    RoleLevel,
    Stage,
)
from .parts import LINKED, PARTS, Row

_CHOICES = {
    "legal_form": LegalForm,
    "perimeter": Perimeter,
    "impulsion": Impulsion,
    "dynamic": Dynamic,
    "objectives": Objective,
}
_RECORDS = {
    "actor": (Actor, "public_id"),
    "carrier_actor": (Actor, "public_id"),
    "departement": (Territory, "code"),
    "region": (Territory, "code"),
}


def show(field: str, value) -> str:
    """A plain value as a reader understands it, a list one row a line; empty when there is none."""
    if value in (None, "", []):
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if field in PARTS:
        return "\n".join(_Rows(field, value).lines())
    if field in _CHOICES:
        labels = dict(_CHOICES[field].choices)
        return ", ".join(str(labels.get(word, word)) for word in (value if isinstance(value, list) else [value]))
    if field in _RECORDS:
        model, column = _RECORDS[field]
        found = model._base_manager.filter(**{column: value}).first()
        return found.name if found else str(value)
    if field == "themes":
        return ", ".join(Theme.objects.filter(key__in=value).values_list("name", flat=True))
    if field == "place_area":
        return f"{number(value)} m²"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


class _Rows:
    """The rows of one list, with what they name looked up at once."""

    def __init__(self, field: str, rows: list[Row]):
        self.field, self.rows, self.part = field, rows, PARTS[field]
        named = [self.part.named(row) for row in rows]
        self.names = {
            column: dict(
                LINKED[column][0]
                ._base_manager.filter(**{f"{LINKED[column][1]}__in": codes})
                .values_list(LINKED[column][1], "name")
            )
            for column in LINKED.keys() & set(self.part.columns)
            if (codes := {row[column] for row in named if row[column]})
        }
        keys = {row[-1][0] for row in rows if row[-1]}
        self.sources = {source.key: str(source) for source in Source.objects.filter(key__in=keys)} if keys else {}

    def lines(self) -> list[str]:
        return [self._line(row) for row in self.rows]

    def _line(self, row: Row) -> str:
        said = list(filter(None, getattr(self, f"_{self.field}")(self.part.named(row))))
        return ", ".join(said) + (f" (d’après {where})" if (where := self._origin(row[-1])) else "")

    def _origin(self, origin: list | None) -> str:
        if not origin:
            return ""
        return self.sources.get(origin[0], origin[0]) + (f", p. {origin[1]}" if origin[1] else "")

    def _who(self, row: dict) -> str:
        """The name as written, with that of the record it is linked to."""
        linked = [
            f"{label} : {self.names.get(column, {}).get(row[column], row[column])}"
            for column, label in (("actor", "annuaire"), ("body", "collectivité"))
            if row[column]
        ]
        return f"{row['name']} [{' ; '.join(linked)}]" if linked else row["name"]

    def _project_territories(self, row):
        name = self.names.get("territory", {}).get(row["territory"])
        return [row["name"] if name in (None, row["name"]) else f"{row['name']} [{name}]"]

    def _milestones(self, row):
        when = f"{row['month']:02d}/{row['year']}" if row["month"] and row["year"] else row["year"]
        return [str(when or "sans date"), _label(Stage, row["stage"]), row["text"]]

    def _recognitions(self, row):
        return [_label(RecognitionKind, row["kind"]), row["name"], _year(row["year"])]

    def _members(self, row):
        dates = [f"depuis {row['since']}" if row["since"] else "", f"jusqu’à {row['until']}" if row["until"] else ""]
        return [self._who(row), _label(MemberCategory, row["category"]), row["role"], *dates]

    def _figures(self, row):
        value = Decimal(row["value"])
        whole = value == value.to_integral_value()
        count = number(int(value) if whole else value.normalize())
        amount = euros(value) if row["unit"] == "€" else f"{count} {row['unit']}".strip()
        name = row["label"] or _label(FigureKey, row["key"])
        return [f"{name} : {'environ ' if row['is_approximate'] else ''}{amount}", _year(row["year"])]

    def _money(self, row):
        amount = euros(Decimal(row["amount"])) if row["amount"] is not None else "montant inconnu"
        return [self._who(row), _label(MoneyLevel, row["level"]), amount, row["purpose"], _year(row["year"])]

    def _roles(self, row):
        return [
            self._who(row),
            _label(RoleLevel, row["level"]),
            _label(RoleKind, row["kind"]),
            row["text"],
            _year(row["year"]),
        ]


def _label(choices, word: str) -> str:
    return str(dict(choices.choices).get(word, word))


def _year(year: int | None) -> str:
    return str(year) if year else ""
