"""What an actor or the bodies of a territory have to do with poles, for their own pages; one query each."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import CharField, DecimalField, F, PositiveSmallIntegerField, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.urls import reverse

from actors.models import Actor
from observatory.records.enums import State
from observatory.territories.enums import Level
from observatory.territories.models import Territory

from .enums import RoleKind
from .models import CollectivityRole, Member, Money, Pole

#: poles that merely lie on a territory: so many are named
SHOWN = 8
ITSELF, MEMBER, CARRIER, PAYER, HERE = "itself", "member", "carrier", "payer", "here"
_AMOUNT = DecimalField(max_digits=14, decimal_places=2)
_WORDS = {
    ITSELF: "le pôle lui-même",
    MEMBER: "membre",
    CARRIER: "structure porteuse",
    PAYER: "financeur",
    **dict(RoleKind.choices),
}


@dataclass(frozen=True)
class Tie:
    """One link to a pole: what it is, what was done, when, for how much."""

    words: str
    text: str
    year: int | None
    amount: Decimal | None


@dataclass
class Tied:
    """A pole with the links to it."""

    name: str
    url: str
    ties: list[Tie] = field(default_factory=list)


def of_territory(territory: Territory) -> dict:
    """Poles that the bodies of a territory are tied to, then the others that lie there."""
    bodies = territory.bodies.values("pk")
    tied, here = _gather([*_parts(body__in=bodies), _poles(HERE, Pole.lying_in(territory), year="created")])
    is_region = territory.level in (Level.REGION, Level.FORMER_REGION)
    url = f"{reverse('ptce:list')}?region={territory.code}" if is_region else ""
    return {"tied": tied, "here": here[:SHOWN], "more": max(0, len(here) - SHOWN), "url": url}


#: what names the actors of which ``of_actor`` may say something
ACTORS = (
    *((model, "actor") for model in (Member, CollectivityRole, Money, Pole)),
    (Pole, "carrier_actor"),
)


def of_actor(actor: Actor) -> dict | None:
    """Poles that an actor is, carries, pays for or is a member of; None when there is none."""
    own = _poles(ITSELF, Q(actor=actor))
    tied, _ = _gather([*_parts(actor=actor), own, _poles(CARRIER, Q(carrier_actor=actor))])
    return {"tied": tied} if tied else None


def _parts(**who) -> list[QuerySet]:
    return [
        _rows(Member.objects.filter(**who), Value(MEMBER), "role", "since"),
        _rows(CollectivityRole.objects.filter(**who), F("kind"), "text", "year"),
        _rows(Money.objects.filter(**who), Value(PAYER), "purpose", "year", amount=F("amount")),
    ]


def _rows(rows: QuerySet, kind, text: str, year: str, amount=None) -> QuerySet:
    """(slug and name of the pole, what the link is, text, year, amount)."""
    return (
        rows.order_by()
        .filter(pole__state=State.PUBLISHED)
        .values_list("pole__slug", "pole__name", *_same(kind, F(text), F(year), amount))
    )


def _poles(kind: str, condition: Q, year: str | None = None) -> QuerySet:
    poles = Pole.objects.published().order_by().filter(condition)
    since = F(year) if year else Cast(None, PositiveSmallIntegerField())
    return poles.values_list("slug", "name", *_same(Value(kind), Value(""), since, None))


def _same(kind, text, year, amount) -> tuple:
    """Columns of the same types in each part of the union: PostgreSQL takes a bare NULL for text."""
    return (
        _as_text(kind),
        _as_text(text),
        year,
        Cast(None, _AMOUNT) if amount is None else amount,
    )


def _as_text(value):
    if isinstance(value, Value):
        value.output_field = CharField()
    return value


def _gather(parts: list[QuerySet]) -> tuple[list[Tied], list[Tied]]:
    """The poles tied, then those that only lie there, each in the order of names."""
    first, *others = parts
    poles: dict[str, Tied] = {}
    for slug, name, kind, text, year, amount in first.union(*others, all=True):
        tied = poles.setdefault(slug, Tied(name, reverse("ptce:detail", args=[slug])))
        if kind != HERE:
            tied.ties.append(Tie(_WORDS[kind], text, year, amount))
    rows = sorted(poles.values(), key=lambda tied: tied.name)
    for tied in rows:
        tied.ties.sort(key=lambda tie: (tie.year or 0, tie.words))
    return [tied for tied in rows if tied.ties], [tied for tied in rows if not tied.ties]
