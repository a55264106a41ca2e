"""How many comparable collectivités work on each lever: counts only, and the names of those that published.

Comparable: the same level, a population between half and twice, in the same région or in all. Below three bodies a count
is not told, so that nobody's unpublished answer can be guessed; what a body published is told whatever the count.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db.models import Count, Q
from django.urls import reverse

from observatory.records.enums import State
from observatory.territories.models import Collectivity

from ..kits.enums import LEVELS_OF
from .enums import AT_WORK
from .models import Answer, Checklist
from .selectors import levels_of

#: fewest bodies that a count is told of
FEWEST = 3
#: bounds of a close population
LEAST, MOST = 0.5, 2.0
#: published bodies named for one lever; the others are counted
NAMED = 8


@dataclass(frozen=True)
class Group:
    """The bodies that one is compared with: their level, the bounds of their population, a région or None for all."""

    levels: frozenset[str]
    least: int | None = None
    most: int | None = None
    region: int | None = None

    @property
    def kinds(self) -> list[str]:
        """Legal kinds of the same level."""
        return sorted(kind for kind, levels in LEVELS_OF.items() if levels & self.levels)

    def bodies(self) -> Q:
        """The condition on a checklist that its body is of the group."""
        close = Q(collectivity__kind__in=self.kinds)
        if self.least is not None:
            close &= Q(collectivity__territory__population__range=(self.least, self.most))
        if self.region is not None:
            place = Q(collectivity__territory__region=self.region) | Q(collectivity__territory=self.region)
            close &= place
        return close


def around(body: Collectivity, *, same_region: bool) -> Group:
    """The group of a body; a population that nobody knows bounds nothing."""
    population = body.territory.population
    bounds = (round(population * LEAST), round(population * MOST)) if population else (None, None)
    return Group(frozenset(levels_of(body)), *bounds, body.territory.region_id if same_region else None)


@dataclass
class Level:
    """What comparable bodies do about one lever; ``count`` is None when it may not be told."""

    count: int | None = None
    #: (name, address) of those that published, at most ``NAMED``
    published: list[tuple[str, str]] = field(default_factory=list)
    published_count: int = 0

    @property
    def more(self) -> int:
        return self.published_count - len(self.published)


@dataclass
class Comparison:
    """The comparison of one kit: by lever, and as a whole."""

    #: comparable bodies with a checklist; None when it may not be told
    total: int | None
    #: those that published theirs: (name, address)
    published: list[tuple[str, str]]
    by_lever: dict[int, Level]

    def level(self, lever: int) -> Level:
        return self.by_lever.get(lever, Level())


def told(count: int, published: int = 0) -> int | None:
    """A count that may be told: three or more, or made of published checklists alone."""
    return count if count >= FEWEST or 0 < count == published else None


def compare(kit, group: Group, *, but: Collectivity | None = None) -> Comparison:
    """What the group does about the levers of a kit, in three queries; demonstration checklists are left out."""
    held = Checklist.objects.published().filter(group.bodies(), kit=kit, is_demonstration=False)
    held = held.exclude(collectivity=but) if but else held
    columns = ("pk", "is_published", "collectivity__name", "collectivity__code")
    rows = list(held.order_by("sort_key", "pk").values_list(*columns))
    open_ones = {pk: (name, _address(code, kit)) for pk, is_published, name, code in rows if is_published}
    at_work = Answer.objects.filter(status__in=AT_WORK, state=State.PUBLISHED).order_by()
    counts = at_work.filter(checklist__in=held.values("pk")).values_list("lever").annotate(Count("pk"))
    by_lever: dict[int, Level] = defaultdict(Level)
    rank = {checklist: n for n, checklist in enumerate(open_ones)}
    pairs = at_work.filter(checklist__in=list(open_ones)).values_list("lever", "checklist") if open_ones else []
    for lever, checklist in sorted(pairs, key=lambda pair: rank[pair[1]]):
        level = by_lever[lever]
        level.published_count += 1
        if len(level.published) < NAMED:
            level.published.append(open_ones[checklist])
    for lever, count in counts:
        by_lever[lever].count = told(count, by_lever[lever].published_count)
    total = told(len(rows), len(open_ones))
    return Comparison(total, list(open_ones.values()), dict(by_lever))


def _address(code: str, kit) -> str:
    return reverse("checklists:public", args=[code, kit.key])


def at_work_counts(kit, group: Group, *, but: Collectivity | None = None) -> dict[int, int]:
    """By lever, the counts that may be told: what a first choice of levers is explained with; one query."""
    held = Checklist.objects.published().filter(group.bodies(), kit=kit, is_demonstration=False)
    held = held.exclude(collectivity=but) if but else held
    at_work = Answer.objects.filter(checklist__in=held.values("pk"), status__in=AT_WORK, state=State.PUBLISHED)
    published = Count("pk", filter=Q(checklist__is_published=True))
    rows = at_work.order_by().values_list("lever").annotate(all=Count("pk"), open=published)
    return {lever: count for lever, count, open_ones in rows if told(count, open_ones)}


def everywhere(lever) -> Level:
    """What all the bodies that keep a checklist do about one lever, in two queries."""
    at_work = Answer.objects.filter(lever=lever, status__in=AT_WORK, state=State.PUBLISHED)
    at_work = at_work.filter(checklist__state=State.PUBLISHED, checklist__is_demonstration=False)
    open_ones = at_work.filter(checklist__is_published=True).select_related("checklist__collectivity", "checklist__kit")
    named = list(open_ones.order_by("checklist__sort_key", "pk")[:NAMED])
    counts = at_work.order_by().aggregate(all=Count("pk"), open=Count("pk", filter=Q(checklist__is_published=True)))
    published = [(row.checklist.collectivity.name, row.checklist.get_absolute_url()) for row in named]
    return Level(told(counts["all"], counts["open"]), published, counts["open"])
