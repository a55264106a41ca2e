"""Levers and local examples in the API."""

from collections import defaultdict
from operator import itemgetter

from django.db.models import Case, CharField, F, Value, When
from rest_framework import serializers

from actors.api import ThemeRef
from observatory.api.schema import documented
from observatory.api.shapes import (
    PlaceRef,
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
)
from observatory.api.views import PUBLIC_ID, RecordViewSet
from observatory.records.enums import State

from ...api.parts import KeyRef, grouped
from ..filters import ExperienceFilter, LeverFilter
from ..models import Experience, ExperienceActor, ExperienceBody, ExperienceVersion, Lever, LeverVersion, Links, links
from .parts import SHEET, VERSION_SOURCE, ActorMention, Deduced, actor_links, deduced, key_refs, latest, levels, refs

KEYS = (PUBLIC_ID,)


class InSheet(Record):
    """What stands in a fiche."""

    key = serializers.CharField(help_text="Clé, stable dans sa fiche d’une édition à l’autre.")
    kit = KeyRef(help_text="Kit.")
    sheet = RecordRef(help_text="Fiche.")
    sheet_number = text("Numéro de la fiche dans l’édition en vigueur.")
    themes = ThemeRef(many=True, help_text="Thématiques.")
    instruments = KeyRef(many=True, help_text="Instruments.")
    source = SourceRef(help_text="Document.")
    page = integer("Page dans ce document.")
    deduced = Deduced(many=True, help_text="Ce que nous avons déduit.")


class LeverShape(InSheet):
    text = serializers.CharField(help_text="Comment s’y prendre, de nos mots.")
    is_title_ours = serializers.BooleanField(help_text="Le document n’a pas de titre : celui-ci est de nous.")
    is_current = serializers.BooleanField(help_text="Dans une édition en vigueur ; sinon, retiré depuis.")
    levels = levels("Niveaux de collectivité qui peuvent l’actionner.")
    actors = RecordRef(many=True, help_text="Acteurs cités.")
    experiences = RecordRef(many=True, help_text="Exemples ; en détail dans `experiences/`.")


class NamedBody(Shape):
    collectivity = PlaceRef(allow_null=True, help_text="Collectivité d’aujourd’hui.")
    name_then = serializers.CharField(help_text="Nom que la source écrit.")


class ExampleAmount(Shape):
    value = serializers.FloatField(help_text="Valeur.")
    unit = serializers.CharField(help_text="Unité.")
    what = text("Ce qui est compté.")


class ExperienceShape(InSheet):
    lever = RecordRef(allow_null=True, help_text="Levier que l’exemple illustre.")
    year = integer("Année.")
    bodies = NamedBody(many=True, help_text="Collectivités nommées.")
    actors = ActorMention(many=True, help_text="Organisations nommées.")
    places = PlaceRef(many=True, help_text="Lieux nommés, collectivités à part ; nom que la source écrit.")
    amounts = ExampleAmount(many=True, help_text="Chiffres de l’exemple.")
    website = text("Adresse que la source donne.")
    # Last: within the class, its name hides the function.
    text = serializers.CharField(help_text="Ce qui a été fait, de nos mots.")


_LEVER = ("pk", "public_id", "name", "key", "change", *SHEET)
_LEVER_WORDS = ("in_force", "text", "is_title_ours", "levels", "deduced", "page", *VERSION_SOURCE)
_EXAMPLE = ("pk", "public_id", "name", "key", "year", "url", "change", *SHEET, *through("lever", "public_id", "name"))
_EXAMPLE_WORDS = ("text", "amounts", "places", "deduced", "page", *VERSION_SOURCE)


def _in_sheet(row: dict, words: dict, links: Links) -> dict:
    return {
        "id": row["public_id"],
        **{name: row[name] for name in ("name", "change", "key")},
        "kit": {"key": row["sheet__kit__key"], "name": row["sheet__kit__name"]},
        "sheet": {"id": row["sheet__public_id"], "name": row["sheet__name"]},
        "sheet_number": known(row["sheet__number"]),
        **key_refs(links),
        "source": source_ref(words, "version__source"),
        "page": words["page"],
        "deduced": deduced(words),
        "text": words["text"],
    }


@documented(
    tag="Kits",
    shape=LeverShape,
    keys=KEYS,
    many=(
        "Lister les leviers",
        "Ce qu’une collectivité peut actionner, dans les mots de l’édition en vigueur. `level=departement` : ceux qu’un "
        "département peut utiliser.",
    ),
    one=("Lire un levier", "Un levier par son identifiant."),
)
class LeverViewSet(RecordViewSet):
    """Levers of action."""

    queryset = Lever.objects.exclude(versions=None)
    filterset_class = LeverFilter
    serializer_class = LeverShape
    keys = KEYS

    @classmethod
    def withdrawn(cls):
        return Lever.objects.filter(versions=None)

    def represent(self, pks):
        rows = Lever.objects.filter(pk__in=pks).order_by().values(*_LEVER)
        words = latest(LeverVersion.objects.filter(lever__in=pks), "lever_id", *_LEVER_WORDS)
        linked = links(Lever, pks)
        actors = actor_links(Lever.actors.through, "lever", pks)
        told = Experience.objects.filter(lever__in=pks).order_by("sort_key", "pk")
        told = grouped(told.values("lever_id", "public_id", "name"), "lever_id")
        page = address_of("kits:lever", "un-kit", "une-fiche", "un-levier")
        return {
            row["pk"]: {
                **_in_sheet(row, words[row["pk"]], linked[row["pk"]]),
                "is_title_ours": words[row["pk"]]["is_title_ours"],
                "is_current": words[row["pk"]]["in_force"],
                "levels": words[row["pk"]]["levels"],
                "actors": refs(actors[row["pk"]]),
                "experiences": refs(told[row["pk"]]),
                "url": self.base + page(row["sheet__kit__key"], row["sheet__key"], row["key"]),
            }
            for row in rows
        }


def _named(pks) -> dict[int, dict[str, list[dict]]]:
    """Bodies and actors that each example names, in the order of the document; one query."""
    kind = (Value(name, CharField()) for name in ("bodies", "actors"))
    rows = ExperienceBody.objects.filter(experience__in=pks).order_by()
    rows = rows.values_list("experience_id", next(kind), "pk", "name", "body__code", "body__name")
    actors = ExperienceActor.objects.filter(experience__in=pks).order_by()
    public = Case(When(actor__state=State.PUBLISHED, then=F("actor__public_id")), output_field=CharField())
    actors = actors.values_list("experience_id", next(kind), "pk", "name", public, "actor__name")
    found = defaultdict(lambda: {"bodies": [], "actors": []})
    for owner, what, _, written, key, name in sorted(rows.union(actors, all=True), key=itemgetter(slice(3))):
        if what == "bodies":
            found[owner][what].append({"collectivity": key and {"code": key, "name": name}, "name_then": written})
        else:
            found[owner][what].append({"actor": key and {"id": key, "name": name}, "name": written})
    return found


@documented(
    tag="Kits",
    shape=ExperienceShape,
    keys=KEYS,
    many=(
        "Lister les exemples locaux",
        "Ce que des collectivités nommées ont fait, dans les mots de la dernière édition qui le raconte. `territory` : les "
        "exemples qui s’y passent ; `body` et `actor` : ceux qui les nomment.",
    ),
    one=("Lire un exemple", "Un exemple par son identifiant."),
)
class ExperienceViewSet(RecordViewSet):
    """Local examples."""

    queryset = Experience.objects.all()
    filterset_class = ExperienceFilter
    serializer_class = ExperienceShape
    keys = KEYS

    def represent(self, pks):
        rows = Experience.objects.filter(pk__in=pks).order_by().values(*_EXAMPLE)
        words = latest(ExperienceVersion.objects.filter(experience__in=pks), "experience_id", *_EXAMPLE_WORDS)
        linked = links(Experience, pks)
        named = _named(pks)
        page = address_of("kits:sheet", "un-kit", "une-fiche")
        found = {}
        for row in rows:
            told = words[row["pk"]]
            found[row["pk"]] = {
                **_in_sheet(row, told, linked[row["pk"]]),
                "lever": {"id": row["lever__public_id"], "name": row["lever__name"]}
                if row["lever__public_id"]
                else None,
                "year": row["year"],
                **named[row["pk"]],
                "places": told["places"],
                "amounts": [amount | {"what": known(amount["what"])} for amount in told["amounts"]],
                "website": known(row["url"]),
                "url": f"{self.base}{page(row['sheet__kit__key'], row['sheet__key'])}#exemple-{row['key']}",
            }
        return found
