"""Agreements and stakes at the desk."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from observatory.editing.registry import Kind
from observatory.territories.models import Collectivity

from ..enums import Nature, StakeKind
from ..models import Agreement, Instalment, Stake, check_instalments
from . import plain

ACT_COLUMNS = ("name", "summary", "body_then", "year")
ACT_LINKS = ("body", "organisation", "actor")
AGREEMENT_COLUMNS = (
    *ACT_COLUMNS,
    *("beneficiary", "signed_on", "start", "end", "total", "nature", "reference", "conditions", "share"),
    *("beneficiary_share", "rae_number"),
    *("is_de_minimis", "is_sieg", "exception", "eu_notified", "evaluation"),
)
AGREEMENT_LINKS = (*ACT_LINKS, "instrument", "scheme", "call")
AGREEMENT_LABELS = {
    "body": "Collectivité",
    "body_then": "Nom d’alors de la collectivité",
    "organisation": "Organisme, si ce n’est pas une collectivité",
    "actor": "Bénéficiaire",
    "beneficiary": "Nom du bénéficiaire dans l’acte",
    "name": "Objet",
    "instrument": "Instrument",
    "scheme": "Dispositif",
    "call": "Appel",
    "summary": "En quelques mots",
    "signed_on": "Signée le",
    "start": "Début",
    "end": "Fin",
    "year": "Année",
    "reference": "Référence de la décision",
    "total": "Montant total (€)",
    "instalments": "Versements par année",
    "nature": "Nature",
    "conditions": "Conditions de versement",
    "share": "Part du budget subventionné (%)",
    "beneficiary_share": "Part de ce bénéficiaire (%)",
    "rae_number": "Numéro au répertoire des aides aux entreprises",
    "is_de_minimis": "Aide de minimis",
    "is_sieg": "Compensation d’un service d’intérêt économique général",
    "eu_notified": "Notifiée à la Commission européenne",
    "exception": "Motif, si un plafond est dépassé",
    "documents": "Documents",
    "evaluation": "Évaluation",
}
STAKE_COLUMNS = (*ACT_COLUMNS, "cooperative", "kind", "taken_on", "ended_on", "amount", "percent")
STAKE_LABELS = {
    "body": "Collectivité",
    "body_then": "Nom d’alors de la collectivité",
    "organisation": "Organisme, si ce n’est pas une collectivité",
    "actor": "Coopérative",
    "cooperative": "Nom de la coopérative dans l’acte",
    "kind": "Nature",
    "taken_on": "Prise le",
    "ended_on": "Cédée le",
    "year": "Année",
    "amount": "Montant (€)",
    "percent": "Part du capital (%)",
    "exception": "Motif, si le plafond est dépassé",
    "name": "Titre",
    "summary": "En quelques mots",
}


def read_agreement(agreement: Agreement) -> dict[str, Any]:
    return {
        **plain.read(agreement, AGREEMENT_COLUMNS, AGREEMENT_LINKS),
        "nature": agreement.nature or None,
        "instalments": [[i.year, str(i.amount.quantize(plain.CENT))] for i in agreement.instalments.all()],
        "documents": [[d.get("label", ""), d.get("url", "")] for d in agreement.documents],
    }


def write_agreement(agreement: Agreement, values: Mapping[str, Any]) -> None:
    plain.fill(agreement, values, AGREEMENT_COLUMNS, AGREEMENT_LINKS)
    _name_body(agreement)
    if agreement.actor and not agreement.beneficiary:
        agreement.beneficiary = agreement.actor.name
    if agreement.year is None and agreement.signed_on:
        agreement.year = agreement.signed_on.year
    if "documents" in values:
        agreement.documents = [{"label": label, "url": url} for label, url in values["documents"]]
    instalments = values.get("instalments")
    if instalments is not None or "total" in values:
        kept = [[i.year, i.amount] for i in agreement.instalments.all()] if agreement.pk else []
        wanted = kept if instalments is None else instalments
        check_instalments(agreement.total, [(year, plain.amount_or_none(str(amount))) for year, amount in wanted])
    plain.save(agreement)
    if instalments is not None:
        agreement.instalments.all().delete()
        Instalment.objects.bulk_create(
            Instalment(agreement=agreement, year=year, amount=plain.amount_or_none(amount))
            for year, amount in instalments
        )
    agreement.refresh_from_db()


def stand_ins(values: Mapping[str, Any]) -> list[Agreement]:
    """An act of the same body, for the right to write it."""
    return [Agreement(body=Collectivity.objects.filter(code=values.get("body") or "").first())]


def read_stake(stake: Stake) -> dict[str, Any]:
    return plain.read(stake, (*STAKE_COLUMNS, "exception"), ACT_LINKS)


def write_stake(stake: Stake, values: Mapping[str, Any]) -> None:
    plain.fill(stake, values, (*STAKE_COLUMNS, "exception"), ACT_LINKS)
    _name_body(stake)
    if stake.actor and not stake.cooperative:
        stake.cooperative = stake.actor.name
    if stake.year is None and stake.taken_on:
        stake.year = stake.taken_on.year
    stake.name = stake.name or f"{stake.body_name} dans {stake.cooperative}"[:300]
    plain.save(stake)
    stake.refresh_from_db()


def _name_body(act: Agreement | Stake) -> None:
    """The name that the body bore when the act was made, when nobody says another."""
    if not act.body_then:
        author = act.body or act.organisation
        act.body_then = author.name[:200] if author else ""


def alike_agreements(values: Mapping[str, Any], but: str = "") -> list[Agreement]:
    """Published agreements that may be the same: same decision, else same parties the same year."""
    others = Agreement.objects.published().exclude(public_id=but).select_related("body")
    same = Q(pk__in=[])
    if values.get("reference"):
        mine = Q(body__code=values["body"]) if values.get("body") else Q()
        same |= Q(reference=values["reference"]) & mine
    if values.get("year") and (values.get("actor") or values.get("beneficiary")):
        same |= Q(year=values["year"], body__code=values.get("body")) & _party(values, "beneficiary")
    return list(others.filter(same).order_by("-year", "pk")[:5])


def alike_stakes(values: Mapping[str, Any], but: str = "") -> list[Stake]:
    """Published stakes that may be the same: same parties, same year."""
    if not (values.get("body") and (values.get("actor") or values.get("cooperative"))):
        return []
    others = Stake.objects.published().exclude(public_id=but).select_related("body")
    same = Q(year=values.get("year"), body__code=values["body"]) & _party(values, "cooperative")
    return list(others.filter(same).order_by("-year", "pk")[:5])


def _party(values: Mapping[str, Any], column: str) -> Q:
    return Q(actor__public_id=values["actor"]) if values.get("actor") else Q(**{f"{column}__iexact": values[column]})


_LINKS = plain.Links()
_SHARED = {
    "move_links": _LINKS.move,
    "move_back": _LINKS.back,
    "count_links": _LINKS.count,
    "unique": (),
    "place_field": "body",
    "stand_ins": stand_ins,
    "out_of_reach": plain.OUT_OF_REACH,
    "for_list": lambda rows: rows.select_related("body"),
    "search_hint": "objet, bénéficiaire, collectivité…",
}
AGREEMENTS = Kind(
    key=Agreement.change_kind,
    model=Agreement,
    slug="conventions",
    noun="convention",
    a_noun="une convention",
    plural="conventions",
    labels=AGREEMENT_LABELS,
    read=read_agreement,
    write=write_agreement,
    show=plain.Show(
        amounts=("total",),
        shares=("share", "beneficiary_share"),
        days=("signed_on", "start", "end"),
        choices={"nature": Nature},
        rows={"instalments": plain.show_instalment, "documents": plain.show_link},
    ),
    form_path="policies.forms.AgreementForm",
    lookalikes=alike_agreements,
    **_SHARED,
)
STAKES = Kind(
    key=Stake.change_kind,
    model=Stake,
    slug="parts",
    noun="part de SCIC",
    a_noun="une part de SCIC",
    plural="parts de SCIC",
    labels=STAKE_LABELS,
    read=read_stake,
    write=write_stake,
    show=plain.Show(
        amounts=("amount",), shares=("percent",), days=("taken_on", "ended_on"), choices={"kind": StakeKind}
    ),
    form_path="policies.forms.StakeForm",
    lookalikes=alike_stakes,
    **_SHARED,
)
