"""Evidence that finds itself: what the observatory holds of a collectivité, and the levers that it may be evidence of.

Each rule is a small function that gives rows (anchor, then the columns of a record); the anchor is the key of an
instrument, or the public id of a lever. All the rules are read in one query, for all the levers at once. A lever of a
thematic fiche is only told of records that share one of its themes. The page ``docs/evidence-rules.md`` is written from
here (``manage.py evidence_rules``).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import lru_cache

from django.db import connection
from django.db.models import CharField, F, Q, QuerySet, Value
from django.utils import timezone

from observatory.territories.models import Collectivity
from ptce.models import Pole

from ..kits.models import Experience, Lever
from ..models import Agreement, Call, Stake, SupportScheme
from .enums import EvidenceKind, Status
from .evidence import COLUMNS, NATURES, Found, found
from .models import Dismissal

#: a key that no body has
_ANYBODY = -20140731
#: instruments that have a rule of their own, so that the general ones leave them
OWN_RULE = ("cpo", "marche-reserve", "clause-sociale", "spaser")


class By(Enum):
    """What the anchor of a rule is."""

    INSTRUMENT = "les leviers de cet instrument"
    LEVER = "ce levier"


@dataclass(frozen=True)
class Rule:
    """A rule: ``reason`` is the sentence that the collectivité reads, ``status`` what it proposes to an unanswered lever."""

    key: str
    kind: str
    reason: str
    status: Status
    by: By
    #: path to the themes of a record, compared with those of a thematic lever
    theme: str
    rows: Callable[[Collectivity], QuerySet]

    @property
    def doc(self) -> str:
        return " ".join((self.rows.__doc__ or "").split())


RULES: dict[str, Rule] = {}


def rule(key: str, kind: EvidenceKind, reason: str, status: Status, *, theme: str, by: By = By.INSTRUMENT):
    """Declare a rule; the function gives rows of records of ``kind`` with their ``anchor``."""

    def declare(rows: Callable[[Collectivity], QuerySet]):
        RULES[key] = Rule(key, kind, reason, status, by, theme, rows)
        return rows

    return declare


def _instrument(key: str) -> Value:
    return Value(key, output_field=CharField())


@rule(
    "part", EvidenceKind.STAKE, "Vous détenez une part de cette coopérative.", Status.DONE, theme="actor__themes__key"
)
def stakes(body: Collectivity) -> QuerySet:
    """Les parts de SCIC que la collectivité détient encore, pour l’entrée au capital (`capital-scic`)."""
    return Stake.objects.published().filter(body=body, ended_on=None).annotate(anchor=_instrument("capital-scic"))


@rule(
    "appel-ouvert",
    EvidenceKind.CALL,
    "Votre appel est ouvert en ce moment.",
    Status.ONGOING,
    theme="scheme__themes__key",
)
def open_calls(body: Collectivity) -> QuerySet:
    """Les appels de la collectivité ouverts aujourd’hui, pour l’instrument de leur dispositif."""
    calls = Call.objects.open_on(timezone.localdate()).filter(scheme__state="published", scheme__bodies=body)
    return calls.annotate(anchor=F("scheme__instrument__key"))


@rule(
    "cpo",
    EvidenceKind.AGREEMENT,
    "Vous avez signé cette convention pluriannuelle d’objectifs.",
    Status.DONE,
    theme="actor__themes__key",
)
def multi_year_agreements(body: Collectivity) -> QuerySet:
    """Les conventions pluriannuelles d’objectifs de la collectivité (`cpo`), en cours ou terminées."""
    return _agreements(body, "cpo")


@rule(
    "marche-reserve",
    EvidenceKind.AGREEMENT,
    "Vous avez passé ce marché réservé ou avec clause.",
    Status.DONE,
    theme="actor__themes__key",
)
def reserved_markets(body: Collectivity) -> QuerySet:
    """Les marchés de la collectivité réservés (`marche-reserve`) ou portant une clause sociale (`clause-sociale`)."""
    return _agreements(body, "marche-reserve", "clause-sociale")


@rule(
    "convention",
    EvidenceKind.AGREEMENT,
    "Cette convention vous lie à un acteur.",
    Status.DONE,
    theme="actor__themes__key",
)
def other_agreements(body: Collectivity) -> QuerySet:
    """Les autres conventions de la collectivité, pour leur instrument."""
    rows = Agreement.objects.published().filter(body=body).exclude(instrument__key__in=OWN_RULE)
    return rows.annotate(anchor=F("instrument__key"))


@rule(
    "spaser",
    EvidenceKind.SCHEME,
    "Vous avez un schéma de promotion des achats responsables.",
    Status.DONE,
    theme="themes__key",
)
def purchasing_plans(body: Collectivity) -> QuerySet:
    """Les schémas de promotion des achats socialement et écologiquement responsables de la collectivité (`spaser`)."""
    return _schemes(body).filter(instrument__key="spaser")


@rule("dispositif", EvidenceKind.SCHEME, "Vous portez ce dispositif.", Status.ONGOING, theme="themes__key")
def schemes(body: Collectivity) -> QuerySet:
    """Les autres dispositifs de la collectivité qui ne sont pas dits terminés, pour leur instrument."""
    return _schemes(body).exclude(instrument__key__in=OWN_RULE)


@rule("membre-pole", EvidenceKind.POLE, "Vous êtes membre de ce pôle.", Status.ONGOING, theme="themes__key")
def pole_memberships(body: Collectivity) -> QuerySet:
    """Les pôles dont la collectivité est membre, sans date de départ, pour leur gouvernance (`gouvernance-pole`)."""
    member = Q(members__body=body) | Q(members__actor__collectivity=body)
    rows = Pole.objects.published().filter(member, members__until=None).exclude(is_active=False).distinct()
    return rows.annotate(anchor=_instrument("gouvernance-pole"))


@rule("role-pole", EvidenceKind.POLE, "Vous avez eu un rôle dans la vie de ce pôle.", Status.DONE, theme="themes__key")
def pole_roles(body: Collectivity) -> QuerySet:
    """Les pôles où une étude dit le rôle de la collectivité, pour leur gouvernance (`gouvernance-pole`)."""
    rows = Pole.objects.published().filter(roles__body=body).distinct()
    return rows.annotate(anchor=_instrument("gouvernance-pole"))


@rule(
    "exemple",
    EvidenceKind.EXPERIENCE,
    "Le Kit cite votre collectivité en exemple.",
    Status.DONE,
    theme="themes__key",
    by=By.LEVER,
)
def experiences(body: Collectivity) -> QuerySet:
    """Les exemples des fiches qui nomment la collectivité, pour le levier qu’ils illustrent."""
    rows = Experience.objects.filter(bodies__body=body, lever__isnull=False).distinct()
    return rows.annotate(anchor=F("lever__public_id"))


def _agreements(body: Collectivity, *instruments: str) -> QuerySet:
    rows = Agreement.objects.published().filter(body=body, instrument__key__in=instruments)
    return rows.annotate(anchor=F("instrument__key"))


def _schemes(body: Collectivity) -> QuerySet:
    rows = SupportScheme.objects.published().filter(bodies=body).exclude(is_active=False)
    return rows.annotate(anchor=F("instrument__key"))


# Reading ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Proposal:
    """« Vous le faites peut-être déjà » : a record found for a lever, by a rule."""

    lever: Lever
    rule: Rule
    record: Found

    @property
    def key(self) -> str:
        """What the button sends back."""
        return f"{self.rule.key}:{self.record.kind}:{self.record.record_id}"


def proposals(body: Collectivity, levers: Iterable[Lever]) -> dict[int, list[Proposal]]:
    """What every rule finds for the levers, by lever, each record once; one query.

    The levers hold their links (``kits.models.hold_links``).
    """
    rows = _found(body)
    order = list(RULES)
    rows.sort(key=lambda row: (order.index(row["rule"]), row["name"]))
    anchored: dict[tuple[By, str], list[Lever]] = {}
    for lever in levers:
        anchored.setdefault((By.LEVER, lever.public_id), []).append(lever)
        for instrument in lever.held_instruments:
            anchored.setdefault((By.INSTRUMENT, instrument.key), []).append(lever)
    told: dict[int, dict[tuple, Proposal]] = {}
    for row in rows:
        each = RULES[row["rule"]]
        for lever in anchored.get((each.by, row["anchor"]), []):
            themes = {theme.key for theme in lever.held_themes}
            if each.by is By.LEVER or not themes or row["theme"] in themes:
                record = found(row)
                told.setdefault(lever.pk, {}).setdefault(record.key, Proposal(lever, each, record))
    return {lever: list(by_record.values()) for lever, by_record in told.items()}


def _found(body: Collectivity) -> list[dict]:
    """The rows of every rule for a body. Drawing up the statement took longer than asking it: it is kept for the day."""
    statement, parameters = _statement(timezone.localdate())
    with connection.cursor() as cursor:
        cursor.execute(statement, [body.pk if value == _ANYBODY else value for value in parameters])
        return [dict(zip(("rule", "anchor", "theme", *COLUMNS), row, strict=True)) for row in cursor.fetchall()]


@lru_cache(maxsize=1)
def _statement(day: date) -> tuple[str, tuple]:
    """The one statement of all the rules, which read ``day`` from the clock, with ``_ANYBODY`` in the place of a body."""
    first, *others = (_branch(each, Collectivity(pk=_ANYBODY)) for each in RULES.values())
    return first.union(*others, all=True).query.sql_with_params()


def _branch(each: Rule, body: Collectivity) -> QuerySet:
    columns = NATURES[each.kind].columns(each.kind)
    rows = each.rows(body).order_by()
    return rows.values_list(Value(each.key, output_field=CharField()), "anchor", each.theme, *columns)


def dismissed(checklist) -> set[tuple]:
    """(lever, rule, kind, public id) of the proposals that the collectivité set aside."""
    rows = Dismissal.objects.filter(checklist=checklist)
    return set(rows.values_list("lever_id", "rule", "kind", "record_id"))


# Documentation ------------------------------------------------------------------------------------------------------

_HEAD = """# Les pièces qui se trouvent toutes seules

Page produite par `python manage.py evidence_rules` à partir de `policies/checklists/finders.py`. Chaque règle lit ce que
l’observatoire sait d’une collectivité et propose une pièce sur un levier de sa grille, avec sa raison. Rien n’entre dans
la grille sans un accord, et un état déjà choisi n’est jamais remplacé.

| Règle | Ce qu’elle lit | Elle propose à | Raison donnée | État proposé |
| --- | --- | --- | --- | --- |
"""


def document() -> str:
    """``docs/evidence-rules.md``, in Markdown."""
    lines = [
        f"| `{each.key}` | {each.doc} | {each.by.value} | {each.reason} | {each.status.label} |"
        for each in RULES.values()
    ]
    return _HEAD + "\n".join(lines) + "\n"
