"""What the law says of an act that is being written, in French: totals known here against the limits of its day.

A notice never forbids and never claims to be complete; one that says a limit is passed asks for a reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils import timezone

from actors.models import Actor
from observatory.pages import dates
from observatory.pages.templatetags.observatory import euros, percent
from observatory.territories.models import Collectivity

from .checks import (
    GRANTS,
    SIEG_APART_SINCE,
    WRITTEN_AGREEMENT,
    Check,
    de_minimis,
    granted_in_year,
    limit_on,
    needs_written_agreement,
    public_capital,
)
from .models import Agreement, Stake, ThresholdValue

KNOWN = "connus de l’observatoire"
#: whom to ask for what the observatory does not know
ASK_BENEFICIARY = "demandez au bénéficiaire ce qu’il a déclaré"
ASK_COOPERATIVE = "demandez à la coopérative la liste de ses associés"


@dataclass(frozen=True)
class Notice:
    """One limit, what is known against it, and the acts that were counted."""

    title: str
    sentence: str
    limit: ThresholdValue | None = None
    is_passed: bool = False
    #: (act, what it counts for)
    counted: list[tuple[Agreement | Stake, str]] = field(default_factory=list)
    ask: str = ASK_BENEFICIARY


@dataclass(frozen=True)
class Grant:
    """An agreement as it is typed; None where nothing is, or where it is not understood."""

    actor: Actor | None
    body: Collectivity | None
    instrument: str | None
    #: the day of the act, else the one of its beginning
    day: date | None
    #: the year that is said of it
    year: int | None
    #: what this beneficiary would receive, its part of a shared grant
    total: Decimal | None
    #: the same by year
    instalments: dict[int, Decimal]
    is_de_minimis: bool | None
    is_sieg: bool | None
    #: the record that is being edited
    record: Agreement | None = None
    today: date = field(default_factory=timezone.localdate)

    @property
    def reckoned_on(self) -> date:
        """The day whose limits apply: without a day, the last of the year that is said, else today."""
        past = self.year and self.year != self.today.year
        return self.day or (date(self.year, 12, 31) if past else self.today)


def of_agreement(grant: Grant) -> list[Notice]:
    if grant.actor is None:
        return [
            Notice(
                "Aides déjà reçues",
                "Choisissez le bénéficiaire dans l’annuaire pour voir les aides déjà connues de l’observatoire.",
            )
        ]
    day = grant.reckoned_on
    found = [_de_minimis(grant, day, sieg=False)]
    if grant.is_sieg or day < SIEG_APART_SINCE:
        sieg = _de_minimis(grant, day, sieg=True)
        # Until 2023, general aid added to SIEG aid had to stay within the ceiling of the latter (1407/2013, art. 5).
        if grant.is_sieg or any(act.is_sieg for act, _ in sieg.counted):
            found.append(sieg)
    found.append(_written(grant, day))
    return [notice for notice in found if notice]


def _de_minimis(grant: Grant, day: date, *, sieg: bool) -> Notice:
    title = "Aides de minimis" + (" aux services d’intérêt économique général" if sieg else "")
    together = sieg and day < SIEG_APART_SINCE
    counts = grant.is_de_minimis is True and (together or bool(grant.is_sieg) is sieg)
    amount = (grant.total or Decimal(0)) if counts else Decimal(0)
    check = de_minimis(actor=grant.actor, day=day, amount=amount, sieg=sieg, but=grant.record)
    if check is None:
        return Notice(title, f"L’observatoire ne connaît pas de plafond en vigueur le {_day(day)}.")
    return Notice(title, _total(grant, check, counts, day), check.limit, counts and check.is_passed, _lines(check))


def _total(grant: Grant, check: Check, counts: bool, day: date) -> str:
    period = f"du {_day(check.start)} au {_day(check.end)} ({check.limit.period})"
    when = "" if grant.day else f" Sans date de signature, le calcul vaut au {_day(day)}."
    known = f"{euros(check.known)} {KNOWN}, toutes collectivités confondues, {period}."
    if not counts:
        return f"{known} {_apart(grant)}{_already(check)}{when}"
    total = f"Avec cette convention : {euros(check.total)}, pour un plafond de {euros(check.limit.value)}"
    end = (
        f" : il serait dépassé de {euros(-check.left)}." if check.is_passed else f" ; il resterait {euros(check.left)}."
    )
    return f"{known} {total}{end}{when}"


def _apart(grant: Grant) -> str:
    """Why the agreement does not count against a limit."""
    if grant.is_de_minimis:
        return "Cette convention est une aide à un service d’intérêt économique général : elle est comptée à part."
    return "Cette convention n’est pas marquée comme aide de minimis : elle n’est pas comptée."


def _already(check: Check) -> str:
    """That what is known passes the limit without the agreement."""
    limit = euros(check.limit.value)
    return f" Sans elle, le plafond de {limit} est déjà dépassé de {euros(-check.left)}." if check.is_passed else ""


def _lines(check: Check) -> list[tuple[Agreement, str]]:
    return [(a, f"{a.body_name}, {_day(a.day) if a.day else a.year} : {euros(a.received)}") for a in check.counted]


def _written(grant: Grant, day: date) -> Notice | None:
    """Whether a written agreement is due, in the year when it pays most."""
    limit = limit_on(WRITTEN_AGREEMENT, day)
    if limit is None or grant.body is None or grant.instrument not in GRANTS:
        return None
    paid = grant.instalments or {day.year: grant.total or Decimal(0)}
    year, own = max(paid.items(), key=lambda pair: pair[1])
    others = granted_in_year(actor=grant.actor, body=grant.body, year=year, but=grant.record)
    due = needs_written_agreement(amount_of_year=own + others, day=day)
    said = f"En {year}, {grant.body.name} verserait {euros(own + others)} à ce bénéficiaire"
    said += f", dont {euros(others)} par d’autres aides connues de l’observatoire" if others else ""
    rule = "une convention écrite est due" if due else "la loi n’exige pas de convention écrite"
    return Notice("Convention écrite", f"{said} : {rule} (elle est due au-delà de {euros(limit.value)} par an).", limit)


def of_stake(
    *,
    actor: Actor | None,
    body: Collectivity | None,
    day: date,
    share: Decimal | None,
    record: Stake | None,
) -> tuple[list[Notice], Check | None]:
    """The public capital of a co-operative with a stake that is being written, and the check itself."""
    if actor is None:
        sentence = "Choisissez la coopérative dans l’annuaire pour voir les parts publiques connues de l’observatoire."
        return [Notice("Capital public", sentence)], None
    check = public_capital(actor=actor, day=day, percent=share or Decimal(0), but=record, body=body)
    if check is None:
        return [Notice("Capital public", f"L’observatoire ne connaît pas de plafond en vigueur le {_day(day)}.")], None
    sentence = (
        f"Le {_day(day)}, les autres collectivités {KNOWN.replace('connus', 'connues')} détiennent "
        f"{percent(check.known)} du capital. Avec cette part : {percent(check.total)}, "
        f"pour un plafond de {percent(check.limit.value)}."
    )
    lines = [(s, f"{s.body_name}, {s.year or 'sans date'} : {percent(s.percent)}") for s in check.counted]
    return [Notice("Capital public", sentence, check.limit, check.is_passed, lines, ASK_COOPERATIVE)], check


def passed(notices: Iterable[Notice]) -> bool:
    return any(notice.is_passed for notice in notices)


def _day(day: date) -> str:
    return dates.day(day)
