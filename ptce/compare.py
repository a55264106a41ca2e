"""Comparable poles: those that share declared criteria, each with what it shares. No score, no rank of merit."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.urls import reverse

from .enums import Dynamic, FigureKey, Impulsion, Perimeter, Stage
from .filters import latest_figure
from .models import Pole

#: a pole is comparable from this number of shared criteria on
ENOUGH = 2
#: so many are shown
SHOWN = 6
#: from how many member structures → how the size is said
SIZES = ((25, "25 structures et plus"), (10, "10 à 24 structures"), (0, "moins de 10 structures"))
#: what is compared, as the page says it
CRITERIA = "filière, dynamique, impulsion, périmètre, étape et taille (nombre de structures membres)"

_WORDS = (
    ("dynamic", "même dynamique", Dynamic),
    ("impulsion", "même impulsion", Impulsion),
    ("perimeter", "même périmètre", Perimeter),
    ("stage", "même étape", Stage),
)


@dataclass
class Profile:
    """What is compared of a pole."""

    pk: int
    slug: str
    name: str
    region_id: int | None
    region: str
    words: dict[str, str | None]
    size: str
    filieres: dict[str, str] = field(default_factory=dict)
    #: key → name, in their order
    themes: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return reverse("ptce:detail", args=[self.slug])


@dataclass(frozen=True)
class Comparable:
    """A comparable pole and why it is."""

    pole: Profile
    reasons: list[str]


class Neighbours:
    """Every published pole as ``Profile``, in one query, around one of them."""

    def __init__(self, pole: Pole):
        self.profiles = _profiles()
        self.own = self.profiles.pop(pole.pk, None)

    @property
    def filieres(self) -> list[tuple[str, str]]:
        """Key and name of the filières of the pole itself."""
        return sorted(self.own.filieres.items(), key=lambda pair: pair[1]) if self.own else []

    @property
    def themes(self) -> list[tuple[str, str]]:
        """Key and name of the themes of the pole itself."""
        return list(self.own.themes.items()) if self.own else []

    def comparable(self) -> list[Comparable]:
        """Those that share most criteria first, then by name."""
        found = [Comparable(one, reasons) for one in self._others() if len(reasons := shared(self.own, one)) >= ENOUGH]
        found.sort(key=lambda comparable: -len(comparable.reasons))
        return found[:SHOWN]

    def in_region(self) -> list[Profile]:
        """The other poles of its région of today."""
        return [one for one in self._others() if one.region_id and one.region_id == self.own.region_id]

    def _others(self) -> list[Profile]:
        return list(self.profiles.values()) if self.own else []


def shared(one: Profile, other: Profile) -> list[str]:
    """The criteria that two poles share, in French; what is unknown of either is not shared."""
    reasons = []
    if both := [name for key, name in one.filieres.items() if key in other.filieres]:
        reasons.append(f"même filière ({', '.join(both)})" if len(both) == 1 else f"mêmes filières ({', '.join(both)})")
    for column, words, enum in _WORDS:
        value = one.words[column]
        if value and value == other.words[column]:
            reasons.append(f"{words} ({enum(value).label.lower()})")
    if one.size and one.size == other.size:
        reasons.append(f"même taille ({one.size})")
    return reasons


def size_of(structures: Decimal | None) -> str:
    """How the number of member structures is said; empty when it is unknown."""
    return "" if structures is None else next(words for least, words in SIZES if structures >= least)


def _profiles() -> dict[int, Profile]:
    """The published poles by primary key, in the order of their names; a row comes once for each filière and theme."""
    columns = [column for column, *_ in _WORDS]
    rows = (
        Pole.objects.published()
        .annotate(size=latest_figure(FigureKey.MEMBER_STRUCTURES))
        .order_by("sort_key", "pk", "filieres__name", "themes__order", "themes__name")
        .values_list(
            *("pk", "slug", "name", "region_id", "region__name", "size"),
            *("filieres__key", "filieres__name", "themes__key", "themes__name"),
            *columns,
        )
    )
    profiles: dict[int, Profile] = {}
    for pk, slug, name, region_id, region, size, filiere, filiere_name, theme, theme_name, *words in rows:
        if pk not in profiles:
            known = dict(zip(columns, words, strict=True))
            profiles[pk] = Profile(pk, slug, name, region_id, region or "", known, size_of(size))
        if filiere:
            profiles[pk].filieres[filiere] = filiere_name
        if theme:
            profiles[pk].themes[theme] = theme_name
    return profiles
