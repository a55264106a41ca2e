"""Actors in the API."""

from operator import itemgetter
from typing import ClassVar

from django.db.models import Case, CharField, IntegerField, Value, When
from rest_framework import serializers

from observatory.api.reading import Among, Joined
from observatory.api.schema import documented
from observatory.api.shapes import (
    SOURCE,
    Coordinates,
    Place,
    PlaceRef,
    Record,
    RecordRef,
    Shape,
    SourceRef,
    address_of,
    coordinates,
    integer,
    known,
    text,
    word,
)
from observatory.api.views import PUBLIC_ID, Key, RecordViewSet
from observatory.records.enums import Basis, State
from observatory.records.identity import fold
from observatory.records.models import Provenance, Source

from .contacts import SHOWING, SHOWN
from .enums import EssReason, Family, Label, LegalForm
from .filters import ActorFilter
from .models import Actor, Contact, Flag, Mention

KEYS = (PUBLIC_ID, Key("[0-9]{14}", "siret", "un SIRET de quatorze chiffres"))
LEVELS = ("commune", "epci", "departement", "region")


class ThemeRef(Shape):
    key = serializers.CharField(help_text="Clé, valeur du filtre `theme`.")
    name = serializers.CharField(help_text="Nom.")


class LabelShape(Shape):
    label = word(Label, "Label.", null=False)
    since = integer("Année de début.")
    until = integer("Année de fin.")
    source = SourceRef(allow_null=True, help_text="Qui le dit.")


class Workforce(Shape):
    value = serializers.IntegerField(help_text="Effectif.")
    unit = text("Unité : personnes, équivalents temps plein…")
    year = integer("Année.")


class MentionShape(Shape):
    source = SourceRef(help_text="Document.")
    locator = text("Fiche ou chapitre.")
    page = integer("Page.")
    statement = serializers.CharField(help_text="Ce qui en est dit, dans nos mots.")
    basis = word(Basis, "Dit par la source, ou déduit.", null=False)


class FieldSource(Shape):
    field = text("Champ concerné ; null pour la fiche entière.")
    source = SourceRef(help_text="Document.")
    locator = text("Fiche, chapitre ou page.")
    basis = word(Basis, "Dit par la source, ou déduit.", null=False)
    note = text("Ce qui fonde la déduction.")


class ContactShape(Shape):
    name = text("Nom.")
    role = text("Fonction.")
    telephone = text("Téléphone.")
    email = text("Courriel.")


class ActorShape(Record):
    acronym = text("Sigle.")
    other_names = serializers.ListField(child=serializers.CharField(), help_text="Autres noms.")
    siren = text("SIREN.")
    siret = text("SIRET.")
    rna = text("Numéro RNA.")
    is_ess = serializers.BooleanField(allow_null=True, help_text="Fait partie de l’ESS.")
    ess_reason = word(EssReason, "Motif.")
    family = word(Family, "Famille.")
    legal_form = word(LegalForm, "Forme juridique.")
    is_network = serializers.BooleanField(help_text="Est un réseau d’acteurs.")
    networks = RecordRef(many=True, help_text="Réseaux dont il est membre.")
    collectivity = PlaceRef(allow_null=True, help_text="Collectivité, si c’est le même organisme.")
    themes = ThemeRef(many=True, help_text="Thématiques.")
    labels = LabelShape(many=True, help_text="Labels, datés et sourcés.")
    activities = serializers.ListField(child=serializers.CharField(), help_text="Activités.")
    description = text("Description, dans nos mots.")
    founded = integer("Année de création.")
    closed = integer("Année de fin.")
    workforce = Workforce(allow_null=True, help_text="Effectif daté.")
    address = text("Adresse postale.")
    territory = PlaceRef(allow_null=True, help_text="Territoire le plus fin que les sources donnent.")
    place = Place(help_text="Territoires officiels d’aujourd’hui où il se trouve.")
    coordinates = Coordinates(allow_null=True, help_text="Point.")
    telephone = text("Téléphone.")
    email = text("Courriel.")
    website = text("Site.")
    contacts = ContactShape(
        many=True,
        help_text="Personnes à contacter : ce qu’elles ont accepté de montrer, null pour le reste. Données personnelles : "
        "retirez de votre copie ce qui n’est plus ici.",
    )
    checked_on = serializers.DateField(allow_null=True, help_text="Dernière vérification ; null : jamais vérifié.")
    mentions = MentionShape(many=True, help_text="Ce que les documents en disent.")
    field_sources = FieldSource(many=True, help_text="Champs dont l’origine est précisée, les déductions surtout.")


#: columns that answers give as they are
_PLAIN = [
    *("acronym", "other_names", "siren", "siret", "rna", "is_ess", "ess_reason", "family", "legal_form", "is_network"),
    *("activities", "description", "founded", "closed", "address", "telephone", "email", "website"),
]
_COLUMNS = [
    *("pk", "public_id", "slug", "name", "change", "checked_on", "workforce", "workforce_unit", "workforce_year"),
    *("longitude", "latitude", "precision"),
    *_PLAIN,
]
_REFS = dict.fromkeys(("collectivity", "territory", *LEVELS), ("code", "name"))
_NO_TEXT, _NO_NUMBER = Value(None, output_field=CharField()), Value(None, output_field=IntegerField())
#: what an actor without links, or of which nothing is said, shares with the others
_NO_LINKS = {"label": [], "theme": [], "network": []}
_NO_STATEMENTS = {"mention": [], "field": [], "contact": []}


def _nothing(columns: list[str]) -> list[Value]:
    """What stands for the columns of a source, which only some parts of a union have."""
    return [_NO_TEXT if column.endswith(("key", "title")) else _NO_NUMBER for column in columns]


def _links(pks: list[int], reader: Joined) -> dict[int, dict[str, list[dict]]]:
    """Labels, themes and networks of each actor, in one query: three lists that differ by their kind."""
    columns, source = reader.through(Source, "source", SOURCE)
    nothing = (_NO_NUMBER, _NO_NUMBER, *_nothing(columns))
    # Labels first: PostgreSQL takes the types of the columns from the first part, and only labels fill them all.
    labels = Flag.objects.filter(Among("actor_id", pks)).order_by()
    labels = labels.values_list("actor_id", Value("label"), "label", Value(""), "since", "until", *columns)
    themes = Actor.themes.through.objects.filter(Among("actor_id", pks))
    themes = themes.values_list("actor_id", Value("theme"), "theme__key", "theme__name", *nothing)
    networks = Actor.networks.through.objects.filter(Among("from_actor_id", pks), to_actor__state=State.PUBLISHED)
    networks = networks.values_list(
        "from_actor_id", Value("network"), "to_actor__public_id", "to_actor__name", *nothing
    )
    links = {}
    for pk, kind, key, name, since, until, *rest in labels.union(themes, networks, all=True):
        lists = links.get(pk)
        if lists is None:
            lists = links[pk] = {"label": [], "theme": [], "network": []}
        if kind == "label":
            lists[kind].append({"label": key, "since": since, "until": until, "source": source(rest)})
        else:
            lists[kind].append({"key" if kind == "theme" else "id": key, "name": name})
    for lists in links.values():
        for kind, found in lists.items():
            if len(found) > 1:
                found.sort(key=_ORDER[kind])
    return links


#: the order of each list of links
_ORDER = {
    "label": lambda link: (link["label"], link["since"] or 0),
    "theme": lambda link: (fold(link["name"]), link["key"]),
    "network": lambda link: (fold(link["name"]), link["id"]),
}


def _statements(pks: list[int], reader: Joined) -> dict[int, dict[str, list[dict]]]:
    """Mentions, sources of fields and shown contacts of each actor, in one query, the oldest document first."""
    columns, source = reader.through(Source, "source", SOURCE)
    mentions = Mention.objects.filter(Among("actor_id", pks)).order_by()
    mentions = mentions.values_list(
        "actor_id", Value("mention"), "id", Value(""), "page", "locator", "statement", "basis", *columns
    )
    fields = Provenance.objects.filter(content_type__app_label="actors", content_type__model="actor")
    fields = fields.filter(Among("object_id", pks)).order_by()
    fields = fields.values_list(
        "object_id", Value("field"), "id", "field", _NO_NUMBER, "locator", "note", "basis", *columns
    )
    contacts = Contact.objects.filter(SHOWING, Among("actor_id", pks)).order_by()
    name, role, telephone, email = (
        Case(When(**{f"show_{part}": True}, then=part), default=Value(""), output_field=CharField()) for part in SHOWN
    )
    contacts = contacts.values_list(
        "actor_id", Value("contact"), "id", name, _NO_NUMBER, role, telephone, email, *_nothing(columns)
    )
    statements = {}
    for pk, kind, number, field, page, locator, words, basis, *rest in mentions.union(fields, contacts, all=True):
        lists = statements.get(pk)
        if lists is None:
            lists = statements[pk] = {"mention": [], "field": [], "contact": []}
        if kind == "contact":
            said, year = dict(zip(SHOWN, map(known, (field, locator, words, basis)), strict=True)), 0
        else:
            origin = source(rest)
            said, year = {"source": origin, "locator": known(locator), "basis": basis}, origin["year"]
            if kind == "mention":
                said["page"], said["statement"] = page, words
            else:
                said["field"], said["note"] = known(field), known(words)
        lists[kind].append(((year, page or 0, field, number), said))
    for lists in statements.values():
        for kind, found in lists.items():
            if len(found) > 1:
                found.sort(key=itemgetter(0))
            lists[kind] = [said for _, said in found]
    return statements


@documented(
    tag="Acteurs",
    shape=ActorShape,
    keys=KEYS,
    many=(
        "Lister les acteurs",
        "Les organisations de l’annuaire, sous les filtres de ses pages. Sans `ess`, seulement celles de l’ESS ; "
        "`ess=all` les rend toutes. Un acteur est dans un territoire à tout niveau ; celui dont on ne connaît que la "
        "région n’est que dans sa région.",
    ),
    one=("Lire un acteur", "Un acteur par son identifiant ou par son SIRET."),
)
class ActorViewSet(RecordViewSet):
    """Organisations of the directory."""

    queryset = Actor.objects.published()
    filterset_class = ActorFilter
    serializer_class = ActorShape
    keys = KEYS
    whole: ClassVar = {"ess": "all"}

    def represent(self, pks):
        links, statements = _links(pks, self.reader), _statements(pks, self.reader)
        base, page = self.base, address_of("actors:detail", "0000000000", "slug")
        return {
            row["pk"]: _actor(
                row,
                links.get(row["pk"], _NO_LINKS),
                statements.get(row["pk"], _NO_STATEMENTS),
                base + page(row["public_id"], row["slug"]),
            )
            for row in self.reader.rows(Actor, pks, _COLUMNS, _REFS)
        }


def _actor(row: dict, links: dict, statements: dict, url: str) -> dict:
    return {
        "id": row["public_id"],
        "name": row["name"],
        **{column: None if (value := row[column]) == "" else value for column in _PLAIN},
        "collectivity": row["collectivity"],
        "networks": links["network"],
        "themes": links["theme"],
        "labels": links["label"],
        "workforce": _workforce(row),
        "territory": row["territory"],
        "place": {level: row[level] for level in LEVELS},
        "coordinates": coordinates(row["longitude"], row["latitude"], row["precision"]),
        "contacts": statements["contact"],
        "checked_on": row["checked_on"] and row["checked_on"].isoformat(),
        "mentions": statements["mention"],
        "field_sources": statements["field"],
        "change": row["change"],
        "url": url,
    }


def _workforce(row: dict) -> dict | None:
    if row["workforce"] is None:
        return None
    return {"value": row["workforce"], "unit": known(row["workforce_unit"]), "year": row["workforce_year"]}
