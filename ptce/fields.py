"""Fields of the form of a pole: its lists of facts, which keep what documents say of the rows that nobody changes."""

import re
from collections.abc import Iterable

from django.core.exceptions import ValidationError

from actors.fields import ActorField
from observatory.editing.amounts import amount_of, shown_amount
from observatory.editing.fields import BodyField, LinesField, PickField, PlaceField, refuse_longer, refuse_tags
from observatory.editing.rows import TEXT, Rows, RowsField
from observatory.records.identity import fold, slug_for
from observatory.records.models import Source
from observatory.territories.enums import BodyKind

from .editing.parts import MOST, PARTS, Row
from .enums import MemberCategory, MoneyLevel, RecognitionKind, RoleKind, RoleLevel, Stage

_BLANKS = re.compile(r"\s+")
YEAR, LONG = {"mode": "numeric"}, {"wide": "long"}
ACTOR, BODY = {"pick": ActorField}, {"pick": BodyField}
#: kind of a public body → the level of the study that it stands for
_LEVELS = {
    BodyKind.REGION: "region", BodyKind.UNIQUE: "region", BodyKind.DEPARTEMENT: "departement",
    BodyKind.CEA: "departement", BodyKind.PARIS: "commune", BodyKind.LYON: "epci", BodyKind.METROPOLE: "epci",
    BodyKind.CU: "epci", BodyKind.CA: "epci", BodyKind.CC: "epci", BodyKind.EPT: "epci",
    BodyKind.COMMUNE: "commune", BodyKind.PNR: "pays", BodyKind.PAYS: "pays",
}  # fmt: skip


class FilieresField(LinesField):
    """Filières by name, one a line; two ways of writing one are one."""

    def clean(self, value):
        names = {slug_for(name): name for name in reversed(super().clean(value))}
        return sorted(names.values(), key=fold)


class FactsField(RowsField):
    """The rows of one list (``editing.parts``)."""

    #: name of the list
    LIST = ""
    MOST = MOST

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        #: the rows that the record holds, and those that the form started from
        self.known: list[Row] = []
        self.chosen: dict[str, PickField] = {}

    @property
    def part(self):
        return PARTS[self.LIST]

    # Plain rows as they are typed -----------------------------------------------------------------------------

    def prepare_value(self, value):
        rows = list(value or [])
        if all(isinstance(row, dict) for row in rows):
            return Rows(self, rows, self._origins_of_typed(rows))
        return Rows(self, map(self.typed, rows), origins(rows))

    def _origins_of_typed(self, rows: list[dict]) -> list[str]:
        """Where each typed row comes from, when it is still as a document says."""
        self.prime(rows)
        understood = []
        for row in rows:
            try:
                understood.append(self.row(row))
            except ValidationError:
                understood.append([None])
        return origins(self.with_origins(understood))

    def typed(self, row):
        """Cells as texts; records by their code, whose name the list reads at once."""
        named = self.part.named(row)
        cells = {}
        for part, _, more in self.PARTS:
            cells[part] = "" if named[part] is None else str(named[part])
            if "pick" in more:
                cells[f"{part}{TEXT}"] = None
        return cells

    # Typed rows as they are kept ------------------------------------------------------------------------------

    def clean(self, value):
        self.prime(value or [])
        return self.part.sorted(self.with_origins(super().clean(value)))

    def prime(self, rows: Iterable[dict]) -> None:
        """Read at once the records that the rows name, and those of the known rows."""
        rows = [*rows, *map(self.typed, self.known)]
        self.chosen = {part: more["pick"](required=False) for part, _, more in self.PARTS if "pick" in more}
        for part, field in self.chosen.items():
            if codes := [row[part] for row in rows if row.get(part)]:
                field.prime(codes)

    def with_origins(self, rows: list[Row]) -> list[Row]:
        """The rows with what documents say of those that are as a known row is."""
        left = [(self._normal(row), row) for row in self.known]
        found = []
        for row in rows:
            same = next((pair for pair in left if pair[0] == row[:-1]), None)
            if same:
                left.remove(same)
            found.append(same[1] if same else row)
        return found

    def _normal(self, row: Row) -> list:
        """The cells of a known row as the form would give them back untouched."""
        try:
            return self.row(self.typed(row))[:-1]
        except ValidationError:
            return row[:-1]

    def words(self, typed: dict, part: str, longest: int) -> str:
        text = _BLANKS.sub(" ", typed[part]).strip()
        refuse_longer(text, longest)
        return text

    def who(self, typed: dict, longest: int = 200) -> list:
        """Name, actor and body of a row; the name is that of the record when none is typed."""
        codes, name = [], self.words(typed, "name", longest)
        for part in ("actor", "body"):
            codes.append(self.pick(self.chosen[part], typed, part))
            if codes[-1] and not name:
                name = self.chosen[part].record.name[:longest]
        if not name:
            raise ValidationError("Chaque ligne porte un nom : écrivez-le, choisissez une fiche, ou videz la ligne.")
        refuse_tags(name)
        return [name, *codes]


def origins(rows: Iterable[Row]) -> list[str]:
    """« D’après … » for each row; empty for what was written by hand."""
    rows = list(rows)
    keys = {row[-1][0] for row in rows if row[-1]}
    names = {source.key: str(source) for source in Source.objects.filter(key__in=keys)} if keys else {}
    return [
        f"D’après {names.get(row[-1][0], row[-1][0])}" + (f", p. {row[-1][1]}." if row[-1][1] else ".")
        if row[-1]
        else ""
        for row in rows
    ]


def year_of(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and 1900 <= int(text) <= 2100):
        raise ValidationError(f"« {text[:20]} » n’est pas une année à quatre chiffres.")
    return int(text)


def one_of(choices, word: str, sentence: str) -> str:
    if word not in choices.values:
        raise ValidationError(sentence)
    return word


# The lists ------------------------------------------------------------------------------------------------------


class TerritoriesField(FactsField):
    LIST = "project_territories"
    PARTS = (
        ("territory", "Territoire", {"pick": PlaceField, **LONG}),
        ("name", "Nom, si aucun territoire officiel n’y répond", LONG),
    )

    def row(self, typed):
        code, name = self.pick(self.chosen["territory"], typed, "territory"), self.words(typed, "name", 150)
        name = name or (self.chosen["territory"].record.name[:150] if code else "")
        refuse_tags(name)
        return [name, code, None]


class MilestonesField(FactsField):
    LIST = "milestones"
    PARTS = (
        ("stage", "Étape", {"choices": Stage.choices}),
        ("year", "Année", YEAR),
        ("month", "Mois (1 à 12)", YEAR),
        ("text", "Ce qui s’est passé", {"wide": "wide"}),
    )

    def row(self, typed):
        month = typed["month"]
        if month and not (month.isascii() and month.isdecimal() and 1 <= int(month) <= 12):
            raise ValidationError(f"« {month[:20]} » n’est pas un mois : écrivez un nombre de 1 à 12.")
        stage = typed["stage"] and one_of(Stage, typed["stage"], "Choisissez l’étape dans la liste.")
        return [stage, year_of(typed["year"]), int(month) if month else None, self.words(typed, "text", 400), None]


class RecognitionsField(FactsField):
    LIST = "recognitions"
    PARTS = (
        ("kind", "Reconnaissance", {"choices": RecognitionKind.choices}),
        ("year", "Année", YEAR),
        ("name", "Intitulé", LONG),
    )

    def row(self, typed):
        kind = one_of(RecognitionKind, typed["kind"], "Quelle reconnaissance ? Choisissez-la dans la liste.")
        return [kind, year_of(typed["year"]), self.words(typed, "name", 200), None]


class MembersField(FactsField):
    LIST = "members"
    PARTS = (
        ("name", "Nom", LONG),
        ("actor", "Fiche de l’annuaire", ACTOR),
        ("body", "ou collectivité", BODY),
        ("category", "Catégorie", {"choices": MemberCategory.choices}),
        ("role", "Rôle dans le pôle", LONG),
        ("since", "Depuis (année)", YEAR),
        ("until", "Jusqu’à (année)", YEAR),
    )

    def row(self, typed):
        who = self.who(typed)
        category = typed["category"] and one_of(
            MemberCategory, typed["category"], "Choisissez la catégorie dans la liste."
        )
        dates = year_of(typed["since"]), year_of(typed["until"])
        return [*who, category, self.words(typed, "role", 200), *dates, None]


class MoneyField(FactsField):
    LIST = "money"
    PARTS = (
        ("name", "Qui", LONG),
        ("actor", "Fiche de l’annuaire", ACTOR),
        ("body", "ou collectivité", BODY),
        ("level", "Niveau", {"choices": MoneyLevel.choices}),
        ("year", "Année", YEAR),
        ("amount", "Montant (€)", {"mode": "decimal"}),
        ("purpose", "Pour quoi", LONG),
    )

    def typed(self, row):
        cells = super().typed(row)
        return cells | {"amount": shown_amount(cells["amount"])}

    def row(self, typed):
        who, amount = self.who(typed), amount_of(typed["amount"])
        level = typed["level"] or level_of(self.chosen["body"], who[2])
        level = one_of(MoneyLevel, level, f"« {who[0]} » : de quel niveau vient cet argent ? Choisissez-le.")
        amount = None if amount is None else str(amount)
        return [*who, level, year_of(typed["year"]), amount, self.words(typed, "purpose", 300), None]


class RolesField(FactsField):
    LIST = "roles"
    PARTS = (
        ("name", "Qui", LONG),
        ("body", "Collectivité", BODY),
        ("actor", "ou fiche de l’annuaire", ACTOR),
        ("level", "Niveau", {"choices": RoleLevel.choices}),
        ("kind", "Rôle", {"choices": RoleKind.choices}),
        ("year", "Année", YEAR),
        ("text", "Ce qui a été fait", {"wide": "wide"}),
    )

    def row(self, typed):
        who = self.who(typed)
        level = typed["level"] or level_of(self.chosen["body"], who[2])
        level = one_of(RoleLevel, level, f"« {who[0]} » : de quel niveau est cette collectivité ? Choisissez-le.")
        kind = one_of(RoleKind, typed["kind"], f"« {who[0]} » : lequel des trois rôles ? Choisissez-le.")
        text = self.words(typed, "text", 400)
        if not text:
            raise ValidationError(f"« {who[0]} » : dites en quelques mots ce qui a été fait.")
        return [*who, level, kind, text, year_of(typed["year"]), None]


def level_of(field: PickField, code: str | None) -> str:
    """The level of the body that was chosen; empty when none was."""
    return _LEVELS.get(field.record.kind, "") if code and field.record else ""
