"""Instruments and the legal limits that bind them, in the API."""

from django.db.models import F
from django.urls import reverse
from rest_framework import serializers

from actors.api import MentionShape
from observatory.api.schema import documented
from observatory.api.shapes import Record, Shape, known, text, word
from observatory.api.views import PUBLIC_ID, Key, RecordViewSet

from ..enums import InstrumentFamily, Unit
from ..filters import InstrumentFilter, ThresholdFilter
from ..models import Instrument, Threshold, ThresholdValue
from .parts import MENTIONS, KeyRef, day, exact, grouped, iso, statements

_SLUG = "[-a-zA-Z0-9_]{1,60}"
INSTRUMENT_KEYS = (PUBLIC_ID, Key(_SLUG, "key", "une clé comme appel-a-projets"))
THRESHOLD_KEYS = (Key(_SLUG, "key", "une clé comme de-minimis"),)


class LegalText(Shape):
    url = text("Adresse du texte.")
    # Last: within the class, its name hides the function.
    text = serializers.CharField(help_text="Texte.")


class InstrumentShape(Record):
    key = serializers.CharField(help_text="Clé, valeur du filtre `instrument` des autres listes.")
    acronym = text("Sigle.")
    family = word(InstrumentFamily, "Ce que l’instrument mobilise.", null=False)
    summary = serializers.CharField(help_text="En une phrase.")
    explanation = text("Explication, dans nos mots.")
    legal_basis = LegalText(many=True, help_text="Fondement juridique.")
    links = LegalText(many=True, help_text="Pour aller plus loin.")
    thresholds = KeyRef(many=True, help_text="Seuils réglementaires qui s’y appliquent.")
    mentions = MentionShape(many=True, help_text=MENTIONS)


class ThresholdValueShape(Shape):
    value = serializers.DecimalField(
        max_digits=14, decimal_places=2, help_text="Valeur, dans l’unité du seuil, texte à deux décimales."
    )
    since = day("Premier jour ; null : en vigueur depuis plus longtemps que ce qui est recensé.")
    until = day("Dernier jour ; null : sans fin connue.")
    period = text("Période sur laquelle les montants s’additionnent ; null : chaque acte à part.")
    legal_source = serializers.CharField(help_text="Texte qui fixe la valeur.")
    url = text("Adresse du texte.")
    note = text("Remarque.")


class ThresholdShape(Shape):
    key = serializers.CharField(help_text="Clé : ne change pas.")
    name = serializers.CharField(help_text="Nom.")
    unit = word(Unit, "Unité des valeurs.", null=False)
    scope = serializers.CharField(help_text="Ce qui est compté.")
    consequence = serializers.CharField(help_text="Ce que le seuil entraîne.")
    values = ThresholdValueShape(many=True, help_text="Valeurs d’aujourd’hui et d’hier, la plus récente d’abord.")
    instruments = KeyRef(many=True, help_text="Instruments concernés.")
    url = serializers.URLField(help_text="Adresse de la page du portail.")


_INSTRUMENT_COLUMNS = [
    *("pk", "public_id", "key", "name", "acronym", "family", "summary", "explanation", "legal_basis", "links", "change")
]
_THRESHOLD_COLUMNS = ["pk", "key", "name", "unit", "scope", "consequence"]
_VALUE_COLUMNS = ["threshold_id", "value", "since", "until", "period", "legal_source", "url", "note"]


def _links(pks: list[int], owner: str, other: str, *order: str) -> dict[int, list[dict]]:
    """``KeyRef`` lists by ``owner``, of the link between thresholds and instruments."""
    links = Threshold.instruments.through.objects.filter(**{f"{owner}__in": pks})
    links = links.order_by(*(f"{other}__{column}" for column in order))
    return grouped(links.values(owner=F(f"{owner}_id"), key=F(f"{other}__key"), name=F(f"{other}__name")), "owner")


def _refs(links: list[dict]) -> list[dict]:
    return [{"key": link["key"], "name": link["name"]} for link in links]


def _texts(given: list[dict]) -> list[dict]:
    return [{"text": one["text"], "url": known(one.get("url", ""))} for one in given]


@documented(
    tag="Instruments",
    shape=InstrumentShape,
    keys=INSTRUMENT_KEYS,
    many=(
        "Lister les instruments",
        "Les façons dont une collectivité peut soutenir l’ESS, expliquées en quelques mots, avec le droit qui les fonde.",
    ),
    one=("Lire un instrument", "Un instrument par son identifiant ou par sa clé."),
)
class InstrumentViewSet(RecordViewSet):
    """The referential of instruments."""

    queryset = Instrument.objects.all()
    filterset_class = InstrumentFilter
    serializer_class = InstrumentShape
    keys = INSTRUMENT_KEYS

    def represent(self, pks):
        rows = Instrument.objects.filter(pk__in=pks).order_by().values(*_INSTRUMENT_COLUMNS)
        limits = _links(pks, "instrument", "threshold", "order", "key")
        said = statements((Instrument, pks))
        page = self.base + reverse("policies:instruments")
        return {
            row["pk"]: {
                "id": row["public_id"],
                "key": row["key"],
                "name": row["name"],
                "acronym": known(row["acronym"]),
                "family": row["family"],
                "summary": row["summary"],
                "explanation": known(row["explanation"]),
                "legal_basis": _texts(row["legal_basis"]),
                "links": _texts(row["links"]),
                "thresholds": _refs(limits[row["pk"]]),
                "mentions": said[Instrument, row["pk"]]["mentions"],
                "change": row["change"],
                "url": f"{page}#{row['key']}",
            }
            for row in rows
        }


@documented(
    tag="Seuils réglementaires",
    shape=ThresholdShape,
    keys=THRESHOLD_KEYS,
    many=(
        "Lister les seuils réglementaires",
        "Ce que la loi permet ou demande à partir d’un montant, aujourd’hui et hier, avec le texte qui le dit. Une aide "
        "à la lecture, qui ne remplace pas un conseil juridique. Un seuil n’a ni identifiant public ni numéro de "
        "changement : sa clé le désigne, et la liste tient en une page.",
    ),
    one=("Lire un seuil réglementaire", "Un seuil par sa clé."),
)
class ThresholdViewSet(RecordViewSet):
    """Legal limits: part of the law, known by their key."""

    queryset = Threshold.objects.all()
    filterset_class = ThresholdFilter
    serializer_class = ThresholdShape
    keys = THRESHOLD_KEYS

    def represent(self, pks):
        rows = Threshold.objects.filter(pk__in=pks).order_by().values(*_THRESHOLD_COLUMNS)
        values = grouped(ThresholdValue.objects.filter(threshold__in=pks).values(*_VALUE_COLUMNS), "threshold_id")
        instruments = _links(pks, "threshold", "instrument", "sort_key", "key")
        page = self.base + reverse("policies:thresholds")
        return {
            row["pk"]: {
                "key": row["key"],
                "name": row["name"],
                "unit": row["unit"],
                "scope": row["scope"],
                "consequence": row["consequence"],
                "values": [_value(value) for value in values[row["pk"]]],
                "instruments": _refs(instruments[row["pk"]]),
                "url": f"{page}#{row['key']}",
            }
            for row in rows
        }


def _value(row: dict) -> dict:
    return {
        "value": exact(row["value"]),
        "since": iso(row["since"]),
        "until": iso(row["until"]),
        "period": known(row["period"]),
        "legal_source": row["legal_source"],
        "url": known(row["url"]),
        "note": known(row["note"]),
    }
