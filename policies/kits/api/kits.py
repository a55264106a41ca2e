"""Kits and fiches in the API."""

from django.db.models import CharField, F, Value
from rest_framework import serializers

from actors.api import ThemeRef
from observatory.api.schema import documented
from observatory.api.shapes import (
    SOURCE,
    Record,
    RecordRef,
    Shape,
    SourceRef,
    address_of,
    integer,
    known,
    source_ref,
    text,
    through,
    word,
)
from observatory.api.views import PUBLIC_ID, Key, RecordViewSet
from observatory.records.enums import State
from observatory.records.identity import sort_key

from ...api.parts import KeyRef, exact, grouped
from ..enums import ChangeKind, SheetKind
from ..filters import KitListFilter, SheetFilter
from ..models import (
    CrossReference,
    Edition,
    EditionSheet,
    ExperienceVersion,
    KeyFigure,
    Kit,
    LeverVersion,
    Resource,
    Sheet,
    SheetVersion,
)
from .parts import Deduced, deduced, latest, levels

KIT_KEYS = (PUBLIC_ID, Key("[-a-zA-Z0-9_]{1,40}", "key", "une clé comme municipaless"))
SHEET_KEYS = (PUBLIC_ID,)


class PlacedSheet(RecordRef):
    number = text("Numéro dans cette édition.")


class KitEdition(Shape):
    key = serializers.CharField(help_text="Clé.")
    name = serializers.CharField(help_text="Nom.")
    year = serializers.IntegerField(help_text="Année.")
    is_current = serializers.BooleanField(help_text="En vigueur : celle que montrent les pages.")
    note = text("Ce qu’elle change.")
    source = SourceRef(help_text="Document.")
    sheets = PlacedSheet(many=True, help_text="Ses fiches, dans l’ordre.")


class KitShape(Record):
    key = serializers.CharField(help_text="Clé, valeur du filtre `kit` des autres listes.")
    audience = serializers.CharField(help_text="Pour qui il est écrit.")
    levels = levels("Niveaux de collectivité pour lesquels il a des leviers.")
    summary = serializers.CharField(help_text="En quelques mots.")
    editions = KitEdition(many=True, help_text="Ses éditions, celle en vigueur d’abord.")


class SheetPlace(Shape):
    edition = KeyRef(help_text="Édition.")
    number = text("Numéro dans cette édition.")


class SheetLaw(Shape):
    date = text("Date, du jour ou de l’année : AAAA-MM-JJ, AAAA-MM, AAAA, AAAA/AAAA.")
    reference = text("Texte, comme la fiche l’écrit.")
    # Last: within the class, its name hides the function.
    text = serializers.CharField(help_text="Ce qu’il dit.")


class SheetDate(Shape):
    year = serializers.IntegerField(help_text="Année.")
    text = serializers.CharField(help_text="Ce qui s’est passé.")
    actors = serializers.ListField(child=serializers.CharField(), help_text="Identifiants des acteurs nommés.")


class SheetCompetence(Shape):
    title = serializers.CharField(help_text="Domaine.")
    actions = serializers.ListField(child=serializers.CharField(), help_text="Ce que la collectivité peut y faire.")
    open_list = serializers.BooleanField(help_text="Le document laisse la liste ouverte.")
    levels = levels("Niveaux compétents.")
    themes = serializers.ListField(child=serializers.CharField(), help_text="Clés de thématiques.")
    instruments = serializers.ListField(child=serializers.CharField(), help_text="Clés d’instruments.")


class SheetFigure(Shape):
    key = serializers.CharField(help_text="Clé dans la fiche.")
    label = serializers.CharField(help_text="Ce qui est compté.")
    value = serializers.DecimalField(max_digits=18, decimal_places=2, help_text="Valeur, texte à deux décimales.")
    unit = serializers.CharField(help_text="Unité.")
    qualifier = text("« plus de », « environ »… quand le document n’est pas exact.")
    year = integer("Année du fait.")
    period = text("Période.")
    source_as_printed = text("Source que la fiche imprime.")


class SheetResource(Shape):
    title = serializers.CharField(help_text="Titre.")
    author = text("Auteur, comme la fiche l’écrit.")
    date = text("Date : AAAA-MM-JJ, AAAA-MM, AAAA.")
    url = text("Adresse, comme la fiche l’écrit.")
    note = text("Remarque.")


class SheetReference(Shape):
    sheet = RecordRef(allow_null=True, help_text="Fiche ; null si le portail ne l’a pas.")
    number = serializers.CharField(help_text="Numéro que le document imprime.")
    about = text("À quel propos.")


class SheetChange(Shape):
    kind = word(ChangeKind, "Nature du changement.", null=False)
    what = serializers.CharField(help_text="Ce qui change depuis la version précédente.")


class SheetShape(Record):
    key = serializers.CharField(help_text="Clé, stable dans son kit d’une édition à l’autre.")
    kit = KeyRef(help_text="Kit.")
    kind = word(SheetKind, "Nature.", null=False)
    number = text("Numéro dans l’édition en vigueur.")
    editions = SheetPlace(many=True, help_text="Sa place dans chaque édition.")
    themes = ThemeRef(many=True, help_text="Thématiques.")
    source = SourceRef(help_text="Document dont viennent les mots de l’édition en vigueur.")
    page = integer("Première page dans ce document.")
    summary = serializers.CharField(help_text="Résumé, de nos mots.")
    context = serializers.ListField(child=serializers.CharField(), help_text="Autres faits que donne la fiche.")
    levers = RecordRef(many=True, help_text="Leviers, dans l’ordre ; en détail dans `levers/`.")
    experiences = RecordRef(many=True, help_text="Exemples locaux ; en détail dans `experiences/`.")
    figures = SheetFigure(many=True, help_text="Chiffres clés.")
    resources = SheetResource(many=True, help_text="Ressources.")
    references = SheetReference(many=True, help_text="Renvois à d’autres fiches.")
    law = SheetLaw(many=True, help_text="Textes de loi et échéances.")
    dates = SheetDate(many=True, help_text="Dates clés.")
    competences = SheetCompetence(many=True, help_text="Domaines de compétence.")
    actors = RecordRef(many=True, help_text="Acteurs cités, leviers et exemples à part.")
    changes = SheetChange(many=True, help_text="Ce que cette version change.")
    deduced = Deduced(many=True, help_text="Ce que nous avons déduit.")


@documented(
    tag="Kits",
    shape=KitShape,
    keys=KIT_KEYS,
    many=(
        "Lister les kits",
        "Les kits du RTES, leurs éditions et les fiches de chacune. Licence des documents : CC BY-NC-SA ; le portail en "
        "reprend faits, titres et chiffres avec attribution.",
    ),
    one=("Lire un kit", "Un kit par son identifiant ou par sa clé."),
)
class KitViewSet(RecordViewSet):
    """Kits with their editions."""

    queryset = Kit.objects.all()
    filterset_class = KitListFilter
    serializer_class = KitShape
    keys = KIT_KEYS

    def represent(self, pks):
        rows = Kit.objects.filter(pk__in=pks).order_by()
        rows = rows.values("pk", "public_id", "key", "name", "audience", "levels", "summary", "change")
        editions = Edition.objects.filter(kit__in=pks).order_by("-is_current", "-year", "-pk")
        columns = ("pk", "kit_id", "key", "name", "year", "is_current", "note", *through("source", *SOURCE))
        editions = list(editions.values(*columns))
        placed = EditionSheet.objects.filter(edition__in=[edition["pk"] for edition in editions]).order_by("order")
        placed = placed.values(
            "edition_id", "number", name=F("version__title"), public_id=F("version__sheet__public_id")
        )
        placed, editions = grouped(placed, "edition_id"), grouped(editions, "kit_id")
        page = address_of("kits:kit", "sample")
        return {
            row["pk"]: {
                "id": row["public_id"],
                **{name: row[name] for name in ("name", "change", "key", "audience", "levels", "summary")},
                "editions": [
                    {
                        **{name: edition[name] for name in ("key", "name", "year", "is_current")},
                        "note": known(edition["note"]),
                        "source": source_ref(edition),
                        "sheets": [
                            {"id": one["public_id"], "name": one["name"], "number": known(one["number"])}
                            for one in placed[edition["pk"]]
                        ],
                    }
                    for edition in editions[row["pk"]]
                ],
                "url": self.base + page(row["key"]),
            }
            for row in rows
        }


_VERSION = ("pk", "page", "summary", "context", "law", "dates", "competences", "changes", "deduced")
_SHEET = ("pk", "public_id", "name", "key", "kind", "number", "change", *through("kit", "key", "name"))


@documented(
    tag="Kits",
    shape=SheetShape,
    keys=SHEET_KEYS,
    many=(
        "Lister les fiches",
        "Les fiches des kits, entières, dans les mots de l’édition en vigueur. `q` cherche dans toute la fiche.",
    ),
    one=("Lire une fiche", "Une fiche par son identifiant."),
)
class SheetViewSet(RecordViewSet):
    """Fiches, whole."""

    queryset = Sheet.objects.exclude(versions=None)
    filterset_class = SheetFilter
    serializer_class = SheetShape
    keys = SHEET_KEYS

    @classmethod
    def withdrawn(cls):
        return Sheet.objects.filter(versions=None)

    def represent(self, pks):
        rows = Sheet.objects.filter(pk__in=pks).order_by().values(*_SHEET)
        source = through("source", *SOURCE)
        told = latest(SheetVersion.objects.filter(sheet__in=pks), "sheet_id", *_VERSION, *source, version="pk")
        versions = {version["pk"]: pk for pk, version in told.items()}
        lists = _lists(pks, versions)
        figures = KeyFigure.objects.filter(version__in=versions).order_by("order").values()
        resources = Resource.objects.filter(version__in=versions).order_by("order").values()
        figures, resources = grouped(figures, "version_id"), grouped(resources, "version_id")
        return {
            row["pk"]: {
                "id": row["public_id"],
                **{name: row[name] for name in ("name", "change", "key", "kind")},
                "kit": {"key": row["kit__key"], "name": row["kit__name"]},
                "number": known(row["number"]),
                **_words(told[row["pk"]]),
                **lists[row["pk"]],
                "figures": _figures(figures[told[row["pk"]]["pk"]]),
                "resources": _resources(resources[told[row["pk"]]["pk"]]),
                "url": self.base + _address(row),
            }
            for row in rows
        }


def _address(row: dict) -> str:
    kit = Kit(key=row["kit__key"])
    return Sheet(kit=kit, key=row["key"], kind=row["kind"]).get_absolute_url()


def _words(version: dict) -> dict:
    return {
        "source": source_ref(version),
        **{name: version[name] for name in ("page", "summary", "context", "changes")},
        "law": [{name: law[name] for name in ("date", "reference", "text")} for law in version["law"]],
        "dates": [{name: date[name] for name in ("year", "text", "actors")} for date in version["dates"]],
        "competences": [
            {name: area[name] for name in ("title", "actions", "open_list", "levels", "themes", "instruments")}
            for area in version["competences"]
        ],
        "deduced": deduced(version),
    }


def _lists(sheets: list[int], versions: dict[int, int]) -> dict[int, dict[str, list[dict]]]:
    """The short lists of fiches, by fiche; ``versions``: the version that holds → its fiche. One query for all."""
    blank, none = Value("", CharField()), Value(0)
    reference = ("version_id", "order", "number", "text", "to__public_id", "to__name")
    parts = {
        "themes": (Sheet.themes.through, "sheet_id", "theme__order", "theme__key", "theme__name", blank, blank),
        "editions": (
            *(EditionSheet, "version__sheet_id", "edition__year"),
            *("edition__key", "edition__name", "number", blank),
        ),
        "levers": (LeverVersion, "version_id", "order", "lever__public_id", "lever__name", blank, blank),
        "experiences": (
            ExperienceVersion,
            "version_id",
            "order",
            "experience__public_id",
            "experience__name",
            blank,
            blank,
        ),
        "actors": (
            SheetVersion.actors.through,
            "sheetversion_id",
            none,
            "actor__public_id",
            "actor__name",
            blank,
            blank,
        ),
        "references": (CrossReference, *reference),
    }
    queries = []
    for name, (model, owner, *columns) in parts.items():
        rows = model.objects.filter(**{f"{owner}__in": sheets if "sheet_id" in owner.split("__") else versions})
        if name == "actors":
            rows = rows.filter(actor__state=State.PUBLISHED)
        queries.append(rows.order_by().values_list(Value(name), owner, "pk", *columns))
    found = {sheet: {name: [] for name in parts} for sheet in sheets}
    for name, owner, _, _, *words in sorted(queries[0].union(*queries[1:], all=True), key=_in_order):
        sheet = owner if name in ("themes", "editions") else versions[owner]
        found[sheet][name].append(_SHAPES[name](*words))
    return found


def _in_order(row: tuple) -> tuple:
    """Editions from the latest, actors by name, the rest as the fiche has it."""
    name, _, pk, order, _, label, *_ = row
    return name, -order if name == "editions" else order, sort_key(label or "") if name == "actors" else "", pk


_SHAPES = {
    "themes": lambda key, name, *_: {"key": key, "name": name},
    "editions": lambda key, name, number, _: {"edition": {"key": key, "name": name}, "number": known(number)},
    "levers": lambda public_id, name, *_: {"id": public_id, "name": name},
    "experiences": lambda public_id, name, *_: {"id": public_id, "name": name},
    "actors": lambda public_id, name, *_: {"id": public_id, "name": name},
    "references": lambda number, text, public_id, name: {
        "sheet": {"id": public_id, "name": name} if public_id else None,
        "number": number,
        "about": known(text),
    },
}


def _figures(rows: list[dict]) -> list[dict]:
    blank = ("qualifier", "period", "source_as_printed")
    return [
        {
            **{n: row[n] for n in ("key", "label", "unit", "year")},
            **{n: known(row[n]) for n in blank},
            "value": exact(row["value"]),
        }
        for row in rows
    ]


def _resources(rows: list[dict]) -> list[dict]:
    blank = ("author", "date", "url", "note")
    return [{"title": row["title"], **{name: known(row[name]) for name in blank}} for row in rows]
