"""The lists of facts of many poles, in three queries whatever their number: lists that look alike are read together."""

from collections import defaultdict
from collections.abc import Callable

from django.db.models import BooleanField, DecimalField, F, IntegerField, TextField, Value
from django.db.models.functions import Cast

from observatory.api.parts import RECORD, exact, record_ref
from observatory.api.shapes import SOURCE, known, ref, source_ref, through
from observatory.records.identity import fold

from ..enums import FigureKey
from ..models import Claim, CollectivityRole, Figure, Member, Milestone, Money, Pole, ProjectTerritory, Recognition

#: pole → name of a list → its facts
Lists = dict[int, dict[str, list[dict]]]
_FIGURES = {key.value: n for n, key in enumerate(FigureKey)}
LAST = 9_999


def _none(kind) -> Cast:
    return Cast(Value(None), kind)


_INT, _FLAG, _WORDS = _none(IntegerField()), _none(BooleanField()), _none(TextField())
_AMOUNT = _none(DecimalField(max_digits=14, decimal_places=2))
_NOTHING = Value("", output_field=TextField())
_FACT = ("page", "basis", "note", *through("source", *SOURCE))
#: columns of the lists of dated facts, then of those about somebody
_DATED = (
    "value",
    "is_approximate",
    "year",
    "month",
    "word",
    "name",
    "text",
    "unit",
    "territory__code",
    "territory__name",
)
_NAMED = (
    "amount",
    "year",
    "until",
    "word",
    "kind",
    "text",
    "name",
    *through("actor", *RECORD),
    *through("body", "code", "name"),
)
_WHO = _NAMED[6:]


def _text(column: str) -> Cast:
    return Cast(F(column), TextField())


def _number(column: str) -> Cast:
    return Cast(F(column), IntegerField())


def _dated():
    """Figures, milestones, recognitions, claims and territories; figures first, which fill the columns that convert."""
    year, word = _number("year"), _text
    yield (
        "figures",
        Figure,
        ("value", "is_approximate", year, _INT, word("key"), word("label"), _NOTHING, word("unit"), _WORDS, _WORDS),
    )
    yield (
        "milestones",
        Milestone,
        (_AMOUNT, _FLAG, year, _number("month"), word("stage"), _NOTHING, word("text"), _NOTHING, _WORDS, _WORDS),
    )
    yield (
        "recognitions",
        Recognition,
        (_AMOUNT, _FLAG, year, _INT, word("kind"), word("name"), _NOTHING, _NOTHING, _WORDS, _WORDS),
    )
    yield "claims", Claim, (_AMOUNT, _FLAG, _INT, _INT, word("field"), _NOTHING, word("text"), _NOTHING, _WORDS, _WORDS)
    places = (word("territory__code"), word("territory__name"))
    yield (
        "project_territories",
        ProjectTerritory,
        (_AMOUNT, _FLAG, _INT, _INT, _NOTHING, word("name"), _NOTHING, _NOTHING, *places),
    )


def _named():
    """Money, members and roles."""
    year, word = _number("year"), _text
    yield "money", Money, ("amount", year, _INT, word("level"), _NOTHING, word("purpose"))
    yield "members", Member, (_AMOUNT, _number("since"), _number("until"), word("category"), _NOTHING, word("role"))
    yield "roles", CollectivityRole, (_AMOUNT, year, _INT, word("level"), word("kind"), word("text"))


def facts(pks: list[int]) -> Lists:
    """Every list of facts of the poles, as the shapes say."""
    found: Lists = defaultdict(lambda: defaultdict(list))
    for parts, names, more in ((_dated, _DATED, ()), (_named, _NAMED, _WHO)):
        queries = [
            model.objects.filter(pole__in=pks)
            .order_by()
            .values_list("pole_id", Value(name), "pk", *columns, *more, *_FACT)
            for name, model, columns in parts()
        ]
        rows = [
            (pole, name, dict(zip((*names, *_FACT), values, strict=True)) | {"pk": pk})
            for pole, name, pk, *values in queries[0].union(*queries[1:], all=True)
        ]
        for pole, name, row in sorted(rows, key=lambda item: (item[1], *_ORDER[item[1]](item[2]), item[2]["pk"])):
            found[pole][name].append(_MADE[name](row) | _origin(row))
    return found


def links(pks: list[int]) -> Lists:
    """Filières and themes of the poles, by name."""
    filieres = Pole.filieres.through.objects.filter(pole__in=pks).order_by()
    themes = Pole.themes.through.objects.filter(pole__in=pks).order_by()
    filieres = filieres.values_list("pole_id", Value("filieres"), "filiere__key", "filiere__name")
    themes = themes.values_list("pole_id", Value("themes"), "theme__key", "theme__name")
    found: Lists = defaultdict(lambda: defaultdict(list))
    for pole, kind, key, name in sorted(filieres.union(themes, all=True), key=lambda row: (fold(row[3]), row[2])):
        found[pole][kind].append({"key": key, "name": name})
    return found


def _origin(row: dict) -> dict:
    return {"source": source_ref(row), "page": row["page"], "basis": row["basis"], "note": known(row["note"])}


def _who(row: dict) -> dict:
    return {"name": row["name"], "actor": record_ref(row, "actor"), "collectivity": ref(row, "body")}


def _word(row: dict) -> str | None:
    return row["word"] or None


_MADE: dict[str, Callable[[dict], dict]] = {
    "figures": lambda row: {
        "key": row["word"],
        "label": known(row["name"]),
        "value": exact(row["value"]),
        "unit": known(row["unit"]),
        "year": row["year"],
        "is_approximate": row["is_approximate"],
    },
    "milestones": lambda row: {
        "stage": _word(row),
        "year": row["year"],
        "month": row["month"],
        "text": known(row["text"]),
    },
    "recognitions": lambda row: {"kind": row["word"], "year": row["year"], "name": known(row["name"])},
    "claims": lambda row: {"field": row["word"], "text": row["text"]},
    "project_territories": lambda row: {"name": row["name"], "territory": ref(row, "territory")},
    "money": lambda row: (
        _who(row)
        | {"level": row["word"], "year": row["year"], "amount": exact(row["amount"]), "purpose": known(row["text"])}
    ),
    "members": lambda row: (
        _who(row) | {"category": _word(row), "role": known(row["text"]), "since": row["year"], "until": row["until"]}
    ),
    "roles": lambda row: (
        _who(row) | {"level": row["word"], "kind": row["kind"], "year": row["year"], "text": row["text"]}
    ),
}
#: the order of each list, ties by age of the row
_ORDER: dict[str, Callable[[dict], tuple]] = {
    "figures": lambda row: (-(row["year"] or 0), _FIGURES[row["word"]]),
    "milestones": lambda row: (row["year"] or LAST, row["month"] or 0),
    "recognitions": lambda row: (row["year"] or LAST, 0),
    "claims": lambda row: (row["word"], row["page"] or 0),
    "project_territories": lambda row: (fold(row["name"]), 0),
    "money": lambda row: (row["year"] or LAST, 0),
    "members": lambda row: (fold(row["name"]), 0),
    "roles": lambda row: (fold(row["name"]), row["kind"]),
}
