"""Where to begin: ten first levers, chosen by plain rules, each with its reasons.

The same answers to the three questions always give the same ten. Points add up: a theme that matters, what the body
already has, what the observatory already knows of it, how many comparable bodies do it, and what takes neither money
nor a long procedure. At most ``PER_SHEET`` levers of one fiche, so that ten levers open more than two doors.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from observatory.pages.templatetags.observatory import counted
from observatory.territories.models import Collectivity

from ..enums import InstrumentFamily
from ..kits.models import Kit, Lever, LeverVersion
from . import comparison, finders
from .selectors import versions

TEN = 10
PER_SHEET = 3
#: points of each reason
THEME, EXISTS, FOUND, MANY, SOME, QUICK = 4, 3, 3, 2, 1, 1
#: comparable bodies from which a lever is a common one
COMMON = 10
#: families of instruments that take neither money, nor premises, nor a market
LIGHT = {
    InstrumentFamily.GOVERNANCE,
    InstrumentFamily.ENGINEERING,
    InstrumentFamily.RECOGNITION,
    InstrumentFamily.CONTRACT,
}


@dataclass(frozen=True)
class Existing:
    """Something that a collectivité may have already, and the instruments that it speaks of."""

    key: str
    label: str
    instruments: frozenset[str]


EXISTING = [
    Existing("equipe", "Un service, un élu ou une instance en charge de l’ESS", frozenset({"equipe-ingenierie", "instance-ess", "plan-ess"})),
    Existing("appel", "Un appel à projets ou à manifestation d’intérêt", frozenset({"appel-a-projets", "ami", "appel-a-initiatives"})),
    Existing("aides", "Des subventions ou des conventions avec des associations", frozenset({"subvention", "cpo", "convention-partenariat"})),
    Existing("achats", "Des clauses sociales, des marchés réservés ou un SPASER", frozenset({"clause-sociale", "marche-reserve", "spaser", "marche-public"})),
    Existing("lieux", "Des locaux ou du foncier pour des acteurs de l’ESS", frozenset({"mise-a-disposition-locaux", "portage-foncier", "convention-occupation-precaire"})),
    Existing("capital", "Une part de SCIC, un fonds ou une monnaie locale", frozenset({"capital-scic", "fonds-dotation-territorial", "finance-solidaire", "monnaie-locale"})),
    Existing("pole", "Un pôle territorial de coopération économique (PTCE)", frozenset({"gouvernance-pole"})),
]  # fmt: skip


@dataclass
class First:
    """A lever to begin with, and why."""

    version: LeverVersion
    score: int = 0
    reasons: list[str] = field(default_factory=list)

    @property
    def lever(self) -> Lever:
        return self.version.lever

    def add(self, points: int, reason: str) -> None:
        self.score += points
        self.reasons.append(reason)


def first_levers(
    kit: Kit,
    levels: set[str],
    *,
    body: Collectivity | None = None,
    themes: Iterable[str] = (),
    existing: Iterable[str] = (),
) -> list[First]:
    """The ten levers with which to begin, of a kit of ``selectors.kits_for``; fewer when it has fewer for these levels."""
    asked = versions(kit.in_force, levels)
    found = finders.proposals(body, [version.lever for version in asked]) if body else {}
    group = comparison.around(body, same_region=False) if body else comparison.Group(frozenset(levels))
    others = comparison.at_work_counts(kit, group, but=body)
    known = [item for item in EXISTING if item.key in set(existing)]
    firsts = []
    for version in asked:
        first = First(version)
        _weigh(first, set(themes), known, found.get(version.lever_id, []), others.get(version.lever_id, 0))
        firsts.append(first)
    # Sorting keeps the order of the kit between equals.
    firsts.sort(key=lambda first: -first.score)
    return _spread(firsts)


def _weigh(first: First, themes: set[str], known: list[Existing], found: list, others: int) -> None:
    lever = first.lever
    if mine := [theme.name for theme in lever.held_themes if theme.key in themes]:
        first.add(THEME, f"Il touche une thématique qui compte pour vous : {', '.join(mine)}.")
    if found:
        first.add(FOUND, f"Vous le faites peut-être déjà : {found[0].record.name}.")
    instruments = {instrument.key for instrument in lever.held_instruments}
    if had := [item.label for item in known if item.instruments & instruments]:
        first.add(EXISTS, f"Il prolonge ce que vous avez : {had[0][0].lower()}{had[0][1:]}.")
    if others:
        many = others >= COMMON
        doing = counted(others, "collectivité comparable y travaille,collectivités comparables y travaillent")
        first.add(MANY if many else SOME, f"{doing} déjà.")
    families = {instrument.family for instrument in lever.held_instruments}
    if families <= LIGHT:
        first.add(QUICK, "Il se lance vite : ni budget dédié, ni procédure longue.")
    if not first.reasons:
        first.reasons.append(f"Il vient tôt dans le kit : {first.version.version.title}.")


def _spread(firsts: list[First]) -> list[First]:
    """The best ten, with at most so many of one fiche; the others fill what remains."""
    taken, by_sheet = [], Counter()
    for first in firsts:
        if len(taken) < TEN and by_sheet[first.lever.sheet_id] < PER_SHEET:
            taken.append(first)
            by_sheet[first.lever.sheet_id] += 1
    rest = [first for first in firsts if first not in taken]
    return (taken + rest)[:TEN]
