"""Agreements and stakes in the API."""

from rest_framework import serializers

from actors.api import FieldSource, MentionShape
from observatory.api.schema import documented
from observatory.api.shapes import Record, RecordRef, Shape, address_of, integer, known, text, through, word
from observatory.api.views import PUBLIC_ID, RecordViewSet

from ..enums import Nature, StakeKind
from ..filters import AgreementFilter, StakeFilter
from ..models import Agreement, Instalment, Stake
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


class Act(Record):
    """What agreements and stakes have in common."""

    summary = text("En quelques mots.")
    body = Body(help_text="Qui agit.")
    year = integer("Année.")
    checked_on = day(CHECKED_ON)
    mentions = MentionShape(many=True, help_text=MENTIONS)
    field_sources = FieldSource(many=True, help_text=FIELD_SOURCES)


class InstalmentShape(Shape):
    year = serializers.IntegerField(help_text="Année.")
    amount = euros("Montant versé cette année", null=False)


class DocumentRef(Shape):
    label = serializers.CharField(help_text="Nom.")
    url = serializers.CharField(help_text="Adresse.")


class AgreementShape(Act):
    beneficiary = serializers.CharField(help_text="Nom du bénéficiaire.")
    actor = RecordRef(allow_null=True, help_text="Fiche du bénéficiaire dans l’annuaire.")
    instrument = KeyRef(help_text="Instrument.")
    scheme = RecordRef(allow_null=True, help_text="Dispositif.")
    call = RecordRef(allow_null=True, help_text="Appel.")
    signed_on = day("Signature.")
    start = day("Début.")
    end = day("Fin.")
    total = euros("Montant total")
    instalments = InstalmentShape(many=True, help_text="Versements par année ; leur somme est le montant total.")
    nature = word(Nature, "Nature de l’aide, dans les mots du schéma officiel (SCDL).")
    reference = text("Référence de la décision.")
    conditions = text("Conditions de versement.")
    share = percent("Part du budget de l’action que l’aide paie")
    beneficiary_share = percent(
        "Part du montant total qui revient à ce bénéficiaire, quand la même décision en sert plusieurs ; null : le tout"
    )
    rae_number = text("Numéro de l’aide au répertoire des aides aux entreprises.")
    is_de_minimis = serializers.BooleanField(
        allow_null=True,
        help_text="Aide de minimis au sens du règlement en vigueur à la signature : elle compte dans le plafond du "
        "bénéficiaire ; null : l’agent ou la source ne le dit pas.",
    )
    is_sieg = serializers.BooleanField(
        allow_null=True,
        help_text="Compensation d’un service d’intérêt économique général ; de minimis, elle compte dans le plafond SIEG.",
    )
    exception = text("Sur quoi l’aide se fonde quand un plafond est dépassé, dans les mots de l’agent.")
    eu_notified = serializers.BooleanField(
        allow_null=True, help_text="Aide notifiée à la Commission européenne (colonne `notificationUE` du schéma SCDL)."
    )
    documents = DocumentRef(many=True, help_text="Documents, par leur adresse.")
    evaluation = text("Évaluation.")


class StakeShape(Act):
    cooperative = serializers.CharField(help_text="Nom de la coopérative.")
    actor = RecordRef(allow_null=True, help_text="Fiche de la coopérative dans l’annuaire.")
    kind = word(StakeKind, "Ce qui est détenu.", null=False)
    taken_on = day("Prise de la part.")
    ended_on = day("Cession de la part.")
    amount = euros("Montant")
    percent = percent("Part du capital")
    exception = text("Pourquoi le plafond du capital public est dépassé, dans les mots de l’agent.")


_ACT_COLUMNS = [
    *("pk", "public_id", "slug", "name", "change", "checked_on", "summary", "year"),
    *body_columns("organisation"),
    *through("actor", *RECORD),
]
_AGREEMENT_COLUMNS = [
    *("beneficiary", "signed_on", "start", "end", "total", "nature", "reference", "conditions", "share"),
    *("beneficiary_share", "rae_number"),
    *("is_de_minimis", "is_sieg", "exception", "eu_notified", "documents", "evaluation", "call__scheme__state"),
    *through("instrument", "key", "name"),
    *through("scheme", *RECORD),
    *through("call", *RECORD),
]
_STAKE_COLUMNS = ["cooperative", "kind", "taken_on", "ended_on", "amount", "percent", "exception"]


def _act(row: dict) -> dict:
    """What agreements and stakes have in common, but for their sources and their address."""
    return {
        "id": row["public_id"],
        "name": row["name"],
        "summary": known(row["summary"]),
        "body": body(row, "organisation"),
        "actor": record_ref(row, "actor"),
        "year": row["year"],
        "checked_on": iso(row["checked_on"]),
        "change": row["change"],
    }


@documented(
    tag="Conventions",
    shape=AgreementShape,
    keys=KEYS,
    many=(
        "Lister les conventions",
        "Ce qui lie une collectivité et un bénéficiaire : subventions, conventions pluriannuelles, marchés, prêts, "
        "locaux… Les montants sont ceux que l’observatoire connaît ; il ne les connaît pas tous.",
    ),
    one=("Lire une convention", "Une convention par son identifiant."),
)
class AgreementViewSet(RecordViewSet):
    """What binds a body and a beneficiary."""

    queryset = Agreement.objects.published()
    filterset_class = AgreementFilter
    serializer_class = AgreementShape
    keys = KEYS

    def represent(self, pks):
        rows = Agreement.objects.filter(pk__in=pks).order_by().values(*_ACT_COLUMNS, *_AGREEMENT_COLUMNS)
        instalments = Instalment.objects.filter(agreement__in=pks).order_by("year")
        instalments = grouped(instalments.values("agreement_id", "year", "amount"), "agreement_id")
        said = statements((Agreement, pks))
        page = address_of("policies:agreement", "0000000000", "slug")
        return {
            row["pk"]: _agreement(row, instalments[row["pk"]])
            | said[Agreement, row["pk"]]
            | {"url": self.base + page(row["public_id"], row["slug"])}
            for row in rows
        }


def _agreement(row: dict, instalments: list[dict]) -> dict:
    return _act(row) | {
        "beneficiary": row["beneficiary"],
        "instrument": key_ref(row, "instrument"),
        "scheme": record_ref(row, "scheme"),
        "call": record_ref(row, "call", of="call__scheme"),
        "signed_on": iso(row["signed_on"]),
        "start": iso(row["start"]),
        "end": iso(row["end"]),
        "total": exact(row["total"]),
        "instalments": [{"year": paid["year"], "amount": exact(paid["amount"])} for paid in instalments],
        "nature": known(row["nature"]),
        "reference": known(row["reference"]),
        "conditions": known(row["conditions"]),
        "share": exact(row["share"]),
        "beneficiary_share": exact(row["beneficiary_share"]),
        "rae_number": known(row["rae_number"]),
        "is_de_minimis": row["is_de_minimis"],
        "is_sieg": row["is_sieg"],
        "exception": known(row["exception"]),
        "eu_notified": row["eu_notified"],
        "documents": [{"label": document["label"], "url": document["url"]} for document in row["documents"]],
        "evaluation": known(row["evaluation"]),
    }


@documented(
    tag="Parts de SCIC",
    shape=StakeShape,
    keys=KEYS,
    many=(
        "Lister les parts de SCIC",
        "Ce que des collectivités détiennent de sociétés coopératives d’intérêt collectif, à une date. Une fiche plus "
        "récente de la même collectivité remplace la précédente.",
    ),
    one=("Lire une part de SCIC", "Une part de SCIC par son identifiant."),
)
class StakeViewSet(RecordViewSet):
    """What public bodies hold of co-operatives."""

    queryset = Stake.objects.published()
    filterset_class = StakeFilter
    serializer_class = StakeShape
    keys = KEYS

    def represent(self, pks):
        rows = Stake.objects.filter(pk__in=pks).order_by().values(*_ACT_COLUMNS, *_STAKE_COLUMNS)
        said = statements((Stake, pks))
        page = address_of("policies:stake", "0000000000", "slug")
        return {
            row["pk"]: _stake(row) | said[Stake, row["pk"]] | {"url": self.base + page(row["public_id"], row["slug"])}
            for row in rows
        }


def _stake(row: dict) -> dict:
    return _act(row) | {
        "cooperative": row["cooperative"],
        "kind": row["kind"],
        "taken_on": iso(row["taken_on"]),
        "ended_on": iso(row["ended_on"]),
        "amount": exact(row["amount"]),
        "percent": exact(row["percent"]),
        "exception": known(row["exception"]),
    }
