"""The components of a pole after the law of 31 July 2014, art. 9: what proves each in the record, what no source tells.

Help for the reader, never a verdict: a component that nothing proves here may well exist. The law is read as document 004
(p. 7) quotes it; the proofs are ours.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from actors.enums import LegalForm

from .enums import FigureKey, MemberCategory, MoneyLevel, Objective, RoleLevel


class Finding(StrEnum):
    """What the record says of a component; « no » is not among them, since no source says so."""

    FOUND = "found"
    PARTLY = "partly"
    SILENT = "silent"


WORDS = {
    Finding.FOUND: "Dit par les sources",
    Finding.PARTLY: "En partie, ou à vérifier",
    Finding.SILENT: "Aucune source ne le dit",
}
#: most proofs named one by one; the others are counted
NAMED = 5
_LOCAL = {RoleLevel.REGION, RoleLevel.DEPARTEMENT, RoleLevel.PAYS, RoleLevel.EPCI, RoleLevel.COMMUNE}
_LOCAL_MONEY = {MoneyLevel.REGION, MoneyLevel.DEPARTEMENT, MoneyLevel.EPCI, MoneyLevel.COMMUNE}
_TOGETHER = (Objective.SHARING, Objective.TRADE, Objective.GROUPS)
_LASTING = (Objective.STRUCTURE, Objective.TAKEOVER)


@dataclass(frozen=True)
class Proof:
    """A fact of the record: what it says, the page behind it, its source (see ``ptce.sheet``)."""

    text: str
    url: str = ""
    ref: object = None


@dataclass
class Answer:
    """What a rule found: proofs, and leads that point the same way without proving it."""

    proofs: list[Proof] = field(default_factory=list)
    leads: list[Proof] = field(default_factory=list)


@dataclass(frozen=True)
class Component:
    """A component of the law. Those of one ``group`` are alternatives: one is enough."""

    key: str
    title: str
    #: what would prove it
    proof: str
    rule: Callable[["Facts"], Answer]
    group: str = ""


@dataclass(frozen=True)
class Result:
    """A component with what was found."""

    component: Component
    finding: Finding
    proofs: list[Proof]
    leads: list[Proof]
    #: proofs that are not named
    more: int

    @property
    def words(self) -> str:
        return WORDS[self.finding]


@dataclass(frozen=True)
class Facts:
    """What the rules read of a pole; rows bear ``ref``, those about somebody ``url``, members ``in_ess``, figures ``written``."""

    pole: object
    where: dict
    territories: list
    members: list
    figures: list
    money: list
    roles: list
    milestones: list
    filieres: list[str]

    def of(self, *categories: str) -> list:
        return [member for member in self.members if member.category in categories]


# Rules -------------------------------------------------------------------------------------------------------


def _same_territory(facts: Facts) -> Answer:
    """A project territory is named, or the place that members share."""
    answer = Answer([Proof(part.label, ref=part.ref) for part in facts.territories])
    place = facts.pole.place_name or facts.pole.place_address
    if place:
        field_name = "place_name" if facts.pole.place_name else "place_address"
        answer.proofs.append(Proof(f"lieu commun : {place}", ref=facts.where[field_name]))
    if facts.pole.departement:
        answer.leads.append(Proof(f"département : {facts.pole.departement.name}", ref=facts.where["departement"]))
    return answer


def _ess(facts: Facts) -> Answer:
    """At least two members are of the ESS: by the source, or by the directory."""
    said = facts.of(MemberCategory.ESS)
    held = [member for member in facts.members if not member.category and member.in_ess]
    found = _named(said) + [Proof(f"{m.name} (ESS d’après l’annuaire)", m.url, m.ref) for m in held]
    counted = [
        Proof(f"{figure.name} : {figure.written}", ref=figure.ref)
        for figure in facts.figures
        if figure.key == FigureKey.MEMBER_STRUCTURES and figure.value >= 2
    ]
    return Answer(found, counted) if len(found) >= 2 else Answer([], found + counted)


def _enterprises(facts: Facts) -> Answer:
    """At least one member is an enterprise outside the ESS."""
    return Answer(_named(facts.of(MemberCategory.ENTERPRISE)))


def _collectivities(facts: Facts) -> Answer:
    """A collectivité is a member, holds a role or pays."""
    members = [m for m in facts.members if m.category == MemberCategory.COLLECTIVITY or (not m.category and m.body_id)]
    found = {proof.text: proof for proof in _named(members)}
    for role in facts.roles:
        if role.level in _LOCAL:
            found.setdefault(role.name, Proof(role.name, role.url, role.ref))
    for sum_ in facts.money:
        if sum_.level in _LOCAL_MONEY:
            found.setdefault(sum_.name, Proof(sum_.name, sum_.url, sum_.ref))
    others = [Proof(role.name, role.url, role.ref) for role in facts.roles if role.level == RoleLevel.OTHER]
    return Answer(list(found.values()), others)


def _research(facts: Facts) -> Answer:
    """A research body is a member."""
    return Answer(_named(facts.of(MemberCategory.RESEARCH)))


def _higher_education(facts: Facts) -> Answer:
    """A university or a school of higher education is a member; research and training bodies may be."""
    maybe = facts.of(MemberCategory.RESEARCH, MemberCategory.TRAINING)
    sure = [m for m in facts.members if m.shown_actor and m.shown_actor.legal_form == LegalForm.UNIVERSITY]
    return Answer(_named(sure), _named(member for member in maybe if member not in sure))


def _training(facts: Facts) -> Answer:
    """A training body is a member."""
    return Answer(_named(facts.of(MemberCategory.TRAINING)))


def _others(facts: Facts) -> Answer:
    """A member is of another category, or the source does not say of which."""
    unsaid = [m for m in facts.members if not m.category and not m.in_ess and not m.body_id]
    return Answer(_named(facts.of(MemberCategory.OTHER)), _named(unsaid))


def _common_strategy(facts: Facts) -> Answer:
    """Members share a place, means, jobs or sales; dated milestones tell how long."""
    proofs = [Proof(f"partage : {text}") for text in facts.pole.place_shares] + _aims(facts, _TOGETHER)
    years = sorted({milestone.year for milestone in facts.milestones if milestone.year})
    lasting = [Proof(f"étapes datées de {years[0]} à {years[-1]}")] if len(years) > 1 else []
    return Answer(proofs + lasting if proofs else [], [] if proofs else lasting)


def _innovation(facts: Facts) -> Answer:
    """The pole aims at social innovation; its filières point to new activities."""
    leads = [Proof(f"filières : {', '.join(facts.filieres)}")] if facts.filieres else []
    return Answer(_aims(facts, (Objective.INNOVATION,)), leads)


def _local_development(facts: Facts) -> Answer:
    """The pole aims at an effect on its territory; jobs point to one."""
    jobs = [
        Proof(f"{figure.name} : {figure.written}", ref=figure.ref)
        for figure in facts.figures
        if figure.key == FigureKey.EMPLOYEES
    ]
    return Answer(_aims(facts, _LASTING), jobs)


def _named(members: Iterable) -> list[Proof]:
    return [Proof(member.name, member.url, member.ref) for member in members]


def _aims(facts: Facts, among: Iterable[Objective]) -> list[Proof]:
    return [
        Proof(f"objectif : {aim.label[:1].lower()}{aim.label[1:]}") for aim in among if aim in facts.pole.objectives
    ]


PARTNERS = "partners"
#: what the alternatives of a group are called
GROUPS = {PARTNERS: "Un lien avec au moins l’un de ces partenaires (un seul suffit)"}
COMPONENTS = (
    Component(
        "meme-territoire", "Un regroupement sur un même territoire",
        "un territoire de projet est nommé, ou le lieu que les membres partagent", _same_territory,
    ),
    Component(
        "entreprises-ess", "Des entreprises de l’économie sociale et solidaire",
        "au moins deux membres sont de l’ESS : la loi ne fixe pas de nombre, mais parle d’un regroupement", _ess,
    ),
    Component(
        "entreprises", "D’autres entreprises, associées", "au moins un membre est une entreprise hors de l’ESS", _enterprises
    ),
    Component(
        "collectivites", "Des collectivités ou leurs groupements",
        "une collectivité est membre, tient un rôle auprès du pôle ou le finance", _collectivities, PARTNERS,
    ),
    Component("recherche", "Des centres de recherche", "un centre de recherche est membre", _research, PARTNERS),
    Component(
        "enseignement-superieur", "Des établissements d’enseignement supérieur et de recherche",
        "une université ou une école du supérieur est membre", _higher_education, PARTNERS,
    ),
    Component("formation", "Des organismes de formation", "un organisme de formation est membre", _training, PARTNERS),
    Component(
        "autres-personnes", "Toute autre personne physique ou morale", "un membre d’une autre nature est nommé", _others, PARTNERS
    ),
    Component(
        "strategie-commune-continue", "Une stratégie commune et continue de mutualisation, de coopération ou de partenariat",
        "une source dit ce que les membres mettent en commun ; des étapes datées montrent la durée", _common_strategy,
    ),
    Component(
        "projets-innovants", "Des projets économiques et sociaux innovants",
        "une source dit que le pôle vise l’innovation sociale", _innovation,
    ),
    Component(
        "developpement-local-durable", "Des projets porteurs d’un développement local durable",
        "une source dit l’effet visé sur le territoire : filière structurée, activités reprises ou relocalisées", _local_development,
    ),
)  # fmt: skip


def read(facts: Facts) -> list[tuple[str, list[Result]]]:
    """The components in the order of the law, as (name of their group or empty, results)."""
    blocks: list[tuple[str, list[Result]]] = []
    for component in COMPONENTS:
        group = GROUPS.get(component.group, "")
        if not blocks or blocks[-1][0] != group or not group:
            blocks.append((group, []))
        blocks[-1][1].append(_result(component, component.rule(facts)))
    return blocks


def _result(component: Component, answer: Answer) -> Result:
    finding = Finding.FOUND if answer.proofs else Finding.PARTLY if answer.leads else Finding.SILENT
    more = max(0, len(answer.proofs) - NAMED)
    return Result(component, finding, answer.proofs[:NAMED], answer.leads[:NAMED], more)
