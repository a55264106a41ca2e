"""Schemes and their calls in the API."""

from collections import defaultdict
from datetime import date

from django.db.models import DateField, Value
from rest_framework import serializers

from actors.api import FieldSource, MentionShape, ThemeRef
from observatory.api.schema import documented
from observatory.api.shapes import Record, RecordRef, Shape, address_of, integer, known, text, through
from observatory.api.views import PUBLIC_ID, RecordViewSet
from observatory.records.enums import State

from ..enums import Give
from ..filters import CallFilter, SchemeFilter
from ..models import Call, Laureate, Offer, SupportScheme
from .parts import (
    CHECKED_ON,
    FIELD_SOURCES,
    MENTIONS,
    RECORD,
    Body,
    KeyRef,
    body,
    body_columns,
    day,
    euros,
    exact,
    grouped,
    iso,
    key_ref,
    percent,
    record_ref,
    statements,
)

KEYS = (PUBLIC_ID,)


class SchemeShape(Record):
    instrument = KeyRef(help_text="Instrument.")
    bodies = Body(many=True, help_text="Qui le porte.")
    themes = ThemeRef(many=True, help_text="Thématiques.")
    summary = serializers.CharField(help_text="En quelques mots.")
    audience = text("Pour qui.")
    gives = serializers.ListField(child=serializers.ChoiceField(choices=Give.choices), help_text="Ce qu’il apporte.")
    gives_text = text("Ce qu’il apporte, en détail.")
    amount = euros("Montant de l’aide")
    rate = percent("Taux de l’aide")
    ceiling = euros("Plafond de l’aide")
    since = integer("Première année.")
    until = integer("Dernière année.")
    is_active = serializers.BooleanField(allow_null=True, help_text="En cours à la date de la source.")
    contact_service = text("Service à contacter.")
    website = text("Site.")
    calls = RecordRef(many=True, help_text="Ses appels, le plus récent d’abord ; en détail dans `calls/`.")
    checked_on = day(CHECKED_ON)
    mentions = MentionShape(many=True, help_text=MENTIONS)
    field_sources = FieldSource(many=True, help_text=FIELD_SOURCES)


class LaureateShape(Shape):
    name = serializers.CharField(help_text="Nom que la source écrit.")
    actor = RecordRef(allow_null=True, help_text="Fiche de l’annuaire.")
    amount = euros("Montant obtenu")


class CallShape(Record):
    scheme = RecordRef(help_text="Son dispositif.")
    bodies = Body(many=True, help_text="Qui porte le dispositif ; change avec la fiche du dispositif.")
    year = integer("Année.")
    opens = day("Premier jour pour déposer un dossier.")
    closes = day("Dernier jour pour déposer un dossier.")
    envelope = euros("Enveloppe")
    received = integer("Dossiers reçus.")
    eligible = integer("Dossiers éligibles.")
    laureates_count = integer("Nombre de lauréats, même sans leurs noms.")
    laureates = LaureateShape(many=True, help_text="Lauréats connus de l’observatoire.")
    website = text("Site.")
    # The last of its kind: within the class, its name hides the function.
    text = text("En quelques mots.")
    checked_on = day(CHECKED_ON)
    mentions = MentionShape(many=True, help_text=f"{MENTIONS} À défaut, ce qu’ils disent de son dispositif.")
    field_sources = FieldSource(many=True, help_text=FIELD_SOURCES)


_SCHEME_COLUMNS = [
    *("pk", "public_id", "slug", "name", "change", "checked_on", "summary", "audience", "gives", "gives_text"),
    *("amount", "rate", "ceiling", "since", "until", "is_active", "contact_service", "website"),
    *through("instrument", "key", "name"),
]
_CALL_COLUMNS = [
    *("pk", "public_id", "slug", "name", "change", "checked_on", "year", "opens", "closes", "envelope", "received"),
    *("eligible", "laureates_count", "text", "website", "scheme_id", *through("scheme", *RECORD)),
]
_LAUREATE_COLUMNS = ["call_id", "name", "amount", *through("actor", *RECORD)]


def _bodies(schemes) -> dict[int, list[dict]]:
    """Who offers each scheme, in the order of the source."""
    offers = Offer.objects.filter(scheme__in=schemes).order_by("pk").values("scheme_id", *body_columns("actor"))
    return grouped(offers, "scheme_id")


def _links(schemes) -> dict[int, dict[str, list[dict]]]:
    """Themes, and calls with the latest first, of each scheme; one query."""
    calls = Call.objects.published().filter(scheme__in=schemes).order_by()
    calls = calls.values_list("scheme_id", Value("calls"), "year", "closes", "sort_key", "pk", "public_id", "name")
    themes = SupportScheme.themes.through.objects.filter(supportscheme__in=schemes).order_by()
    themes = themes.values_list(
        *("supportscheme_id", Value("themes"), "theme__order", Value(None, DateField()), Value("")),
        *("theme_id", "theme__key", "theme__name"),
    )
    found = defaultdict(lambda: {"themes": [], "calls": []})
    for owner, kind, _, _, _, _, key, name in sorted(calls.union(themes, all=True), key=_link_order):
        found[owner][kind].append({"id" if kind == "calls" else "key": key, "name": name})
    return found


def _link_order(row: tuple) -> tuple:
    _, kind, number, closes, filed, pk, *_ = row
    return (-(number or 0), -(closes or date.min).toordinal(), filed, pk) if kind == "calls" else (number, 0, filed, pk)


@documented(
    tag="Dispositifs de soutien",
    shape=SchemeShape,
    keys=KEYS,
    many=(
        "Lister les dispositifs",
        "Ce que les collectivités offrent à l’ESS, quel que soit l’instrument. Un dispositif est d’un territoire si l’un "
        "de ses porteurs s’y trouve ou le couvre.",
    ),
    one=("Lire un dispositif", "Un dispositif par son identifiant."),
)
class SchemeViewSet(RecordViewSet):
    """What collectivités offer."""

    queryset = SupportScheme.objects.published()
    filterset_class = SchemeFilter
    serializer_class = SchemeShape
    keys = KEYS

    def represent(self, pks):
        rows = SupportScheme.objects.filter(pk__in=pks).order_by().values(*_SCHEME_COLUMNS)
        bodies, links = _bodies(pks), _links(pks)
        said = statements((SupportScheme, pks))
        page = address_of("policies:scheme", "0000000000", "slug")
        return {
            row["pk"]: _scheme(row, bodies[row["pk"]], links[row["pk"]])
            | said[SupportScheme, row["pk"]]
            | {"url": self.base + page(row["public_id"], row["slug"])}
            for row in rows
        }


def _scheme(row: dict, bodies: list[dict], links: dict[str, list[dict]]) -> dict:
    return {
        "id": row["public_id"],
        "name": row["name"],
        "instrument": key_ref(row, "instrument"),
        "bodies": [body(offer, "actor") for offer in bodies],
        "themes": links["themes"],
        "summary": row["summary"],
        "audience": known(row["audience"]),
        "gives": row["gives"],
        "gives_text": known(row["gives_text"]),
        "amount": exact(row["amount"]),
        "rate": exact(row["rate"]),
        "ceiling": exact(row["ceiling"]),
        "since": row["since"],
        "until": row["until"],
        "is_active": row["is_active"],
        "contact_service": known(row["contact_service"]),
        "website": known(row["website"]),
        "calls": links["calls"],
        "checked_on": iso(row["checked_on"]),
        "change": row["change"],
    }


@documented(
    tag="Appels",
    shape=CallShape,
    keys=KEYS,
    many=(
        "Lister les appels",
        "Les éditions datées des dispositifs, avec leurs dates, leur enveloppe et leurs lauréats. `open=true` : ceux "
        "qui reçoivent des dossiers aujourd’hui.",
    ),
    one=("Lire un appel", "Un appel par son identifiant."),
)
class CallViewSet(RecordViewSet):
    """Dated editions of schemes."""

    queryset = Call.objects.published()
    filterset_class = CallFilter
    serializer_class = CallShape
    keys = KEYS

    @classmethod
    def withdrawn(cls):
        return Call.objects.filter(state=State.PUBLISHED).exclude(scheme__state=State.PUBLISHED)

    def represent(self, pks):
        rows = list(Call.objects.filter(pk__in=pks).order_by().values(*_CALL_COLUMNS))
        schemes = {row["scheme_id"] for row in rows}
        bodies, said = _bodies(schemes), statements((Call, pks), (SupportScheme, schemes))
        laureates = Laureate.objects.filter(call__in=pks).order_by("name", "pk")
        laureates = grouped(laureates.values(*_LAUREATE_COLUMNS), "call_id")
        page = address_of("policies:call", "0000000000", "slug")
        return {
            row["pk"]: _call(row, bodies[row["scheme_id"]], laureates[row["pk"]])
            | said[Call, row["pk"]]
            | {
                "mentions": said[Call, row["pk"]]["mentions"] or said[SupportScheme, row["scheme_id"]]["mentions"],
                "url": self.base + page(row["public_id"], row["slug"]),
            }
            for row in rows
        }


def _call(row: dict, bodies: list[dict], laureates: list[dict]) -> dict:
    return {
        "id": row["public_id"],
        "name": row["name"],
        "scheme": record_ref(row, "scheme"),
        "bodies": [body(offer, "actor") for offer in bodies],
        "year": row["year"],
        "opens": iso(row["opens"]),
        "closes": iso(row["closes"]),
        "envelope": exact(row["envelope"]),
        "received": row["received"],
        "eligible": row["eligible"],
        "laureates_count": row["laureates_count"],
        "laureates": [_laureate(laureate) for laureate in laureates],
        "text": known(row["text"]),
        "website": known(row["website"]),
        "checked_on": iso(row["checked_on"]),
        "change": row["change"],
    }


def _laureate(row: dict) -> dict:
    return {"name": row["name"], "actor": record_ref(row, "actor"), "amount": exact(row["amount"])}
