"""Synthetic actors, drawn with a seed: the same number gives the same actors everywhere.

A chunk of actors depends on the seed and on its own number alone, so that several processes draw different
chunks at the same time. Derived columns come from ``actors.services.derive``, as for any other actor.
"""

import json
import math
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from actors import services
from actors.enums import EssReason, Precision
from actors.models import Actor, Theme
from observatory.records.identity import public_id_for
from observatory.territories.models import Territory

from . import vocabulary as v

SEED = 20140731  # the day of the law
CHUNK = 2_000
#: a commune's actors stand around its town hall, within this many kilometres per thousand inhabitants (square root)
SPREAD_KM = 0.35
#: share of the actors whose address is known to the point
AT_ADDRESS = 0.85
_VOWELS = "aàâeéèêëhiîïoôuùûyœæ"


@dataclass(frozen=True)
class Links:
    """What stands beside the row of an actor, by primary key."""

    themes: list[int]
    labels: list[str]
    networks: list[int]


class World:
    """What the reference data give: communes with their weights, themes and networks."""

    def __init__(self):
        wider = {t.pk: t for t in Territory.objects.filter(level__in=["region", "departement", "epci"])}
        communes = Territory.objects.filter(level="commune", is_current=True, longitude__isnull=False, population__gt=0)
        self.communes = list(communes.order_by("pk"))
        for commune in self.communes:
            for level in ("epci", "departement", "region"):
                setattr(commune, level, wider.get(getattr(commune, f"{level}_id")))
        self.weights = list(accumulate(commune.population for commune in self.communes))
        self.themes = {theme.key: theme for theme in Theme.objects.all()}
        self.networks = list(Actor.objects.filter(is_network=True).order_by("public_id").values_list("pk", flat=True))
        # Few networks hold most of the members: the n-th has 1/n of the first's (assumed).
        self.network_weights = [1 / rank for rank in range(1, len(self.networks) + 1)]


def chunk(world: World, number: int, size: int) -> list[tuple[Actor, Links]]:
    """The actors of one chunk, unsaved, with all derived columns."""
    draw = Random(f"{SEED}/{number}")
    return [_actor(world, draw, f"benchmark/{number}/{i}") for i in range(size)]


def _pick(draw: Random, shares: dict):
    return draw.choices(list(shares), weights=shares.values())[0]


def _actor(world: World, draw: Random, key: str) -> tuple[Actor, Links]:
    trade = draw.choices(v.TRADES, weights=[trade.share for trade in v.TRADES])[0]
    commune = draw.choices(world.communes, cum_weights=world.weights)[0]
    family = _pick(draw, v.FAMILIES)
    legal_form = _pick(draw, v.LEGAL_FORMS[family])
    themes = _themes(world, draw, trade)
    labels = [label for label, share in v.LABELS.items() if draw.random() * 1000 < share]
    networks = _networks(world, draw)
    kind = draw.choice(trade.names)
    activities = draw.sample(trade.activities, draw.randint(1, 3))
    actor = Actor(
        public_id=public_id_for(key),
        name=_name(draw, kind, legal_form, commune.name)[:300],
        is_ess=True,
        ess_reason=EssReason.ESUS if family == "company" else EssReason.STATUTE,
        family=family,
        legal_form=legal_form,
        activities=activities,
        description=f"{kind} {of(commune.name)}, {draw.choice(v.PURPOSES)} : {', '.join(activities)}.",
        founded=min(2020, 1901 + int(120 * draw.betavariate(4, 1.6))),
        workforce=max(1, int(draw.lognormvariate(1.6, 1.1))) if draw.random() < 0.4 else None,
        address=f"{draw.randint(1, 120)}, {draw.choice(v.STREETS)}",
        territory=commune,
    )
    _place(draw, actor, commune)
    services.derive(actor, themes=themes, labels=labels, networks=networks)
    return actor, Links([theme.pk for theme in themes], labels, networks)


def _themes(world: World, draw: Random, trade: v.Trade) -> list[Theme]:
    first = world.themes[trade.theme]
    others = [theme for theme in world.themes.values() if theme is not first]
    return [first, *draw.sample(others, min(_pick(draw, v.MORE_THEMES), len(others)))]


def _networks(world: World, draw: Random) -> list[int]:
    count = min(_pick(draw, v.NETWORKS), len(world.networks))
    return sorted(set(draw.choices(world.networks, weights=world.network_weights, k=count))) if count else []


def of(commune: str) -> str:
    """The name of a commune after "de": ``de Lille``, ``d’Annecy``, ``du Mans``, ``des Sables``."""
    for article, contracted in (("Le ", "du "), ("Les ", "des ")):
        if commune.startswith(article):
            return contracted + commune.removeprefix(article)
    return f"d’{commune}" if commune[:1].lower() in _VOWELS else f"de {commune}"


def _name(draw: Random, kind: str, legal_form: str | None, commune: str) -> str:
    opening = v.FORM_WORDS.get(legal_form, "")
    if not opening and legal_form == "association" and draw.random() < 0.25:
        opening = "Association"
    sign, pattern = draw.choice(v.SIGNS), draw.random()
    if pattern < 0.45:
        name = f"{kind} {of(commune)}"
    elif pattern < 0.75:
        name = f"{kind} {sign}"
    elif pattern < 0.9:
        name = f"{sign} {of(commune)}"
    else:
        name = f"{sign} – {kind} {of(commune)}"
    return f"{opening} {name}".strip()


def _place(draw: Random, actor: Actor, commune: Territory) -> None:
    """A point around the town hall, denser near it, for the actors whose address is known."""
    if draw.random() > AT_ADDRESS:
        return
    spread = SPREAD_KM * math.sqrt(commune.population / 1000)
    north, east = draw.gauss(0, spread), draw.gauss(0, spread)
    actor.latitude = commune.latitude + north / 111.3
    actor.longitude = commune.longitude + east / (111.3 * math.cos(math.radians(commune.latitude)))
    actor.precision = Precision.ADDRESS


#: columns of an actor's row, in the order of ``row``; ``id`` and ``change`` are given by the writer
FIELDS = [field for field in Actor._meta.concrete_fields if field.name not in ("id", "change")]
_JSON = {"other_names", "activities"}
_STAMPS = {"created_at", "updated_at"}


def row(actor: Actor, stamp: str) -> list:
    """The values of an actor in the order of ``FIELDS``, as both database drivers take them."""
    values = []
    for field in FIELDS:
        value = stamp if field.name in _STAMPS else getattr(actor, field.attname)
        values.append(json.dumps(value, ensure_ascii=False) if field.name in _JSON else value)
    return values
