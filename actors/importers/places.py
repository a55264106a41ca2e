"""From what a line says of its place (INSEE code, postal code, name of a commune) to the commune. No database."""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property, lru_cache
from typing import NamedTuple

from rapidfuzz import fuzz, process

from .cells import Wrong, words

#: likeness, from 0 to 100, from which a misspelt name is taken among the communes of its postal code
LIKE = 86


class Place(NamedTuple):
    """A commune with the columns that an actor there bears."""

    code: str
    official_code: str
    name: str
    postal_codes: tuple[str, ...]
    territory: int
    commune: int | None
    epci: int | None
    departement: int | None
    region: int | None
    longitude: float | None
    latitude: float | None
    #: what search reads of it: name and postal codes of the commune of today
    terms: tuple[str, ...]
    #: inside the territory of the import
    inside: bool


_CEDEX = re.compile(r"\bcedex\b.*$")
_DISTRICT = re.compile(r"\b(paris|lyon|marseille) (?:0?\d{1,2})(?: ?e(?:me|r)?)?(?: arrondissement)?$")
_SAINT = re.compile(r"\b(st|ste)\b")


@lru_cache(maxsize=100_000)
def commune_name(text: str) -> str:
    """A name of commune as it is compared: ``ST-OMER CEDEX 2`` gives ``saint omer``."""
    name = _CEDEX.sub("", words(text)).strip()
    name = _SAINT.sub(lambda m: "saint" if m[1] == "st" else "sainte", name)
    name = _DISTRICT.sub(r"\1", name)
    return name.removesuffix(" arrondissement")


class Places:
    """The communes, found by code or by name; answers are kept, since lists repeat them."""

    def __init__(self, places: Iterable[Place]):
        self.by_code: dict[str, Place] = {}
        self.by_postal_code: dict[str, list[Place]] = defaultdict(list)
        for place in places:
            self.by_code[place.official_code] = place
            for postal_code in place.postal_codes:
                self.by_postal_code[postal_code].append(place)
        self.find = lru_cache(maxsize=50_000)(self._find)

    @cached_property
    def by_name(self) -> dict[str, list[Place]]:
        """Folding 36,000 names takes a second: most lists give a postal code, near which the name is found."""
        found = defaultdict(list)
        for place in self.by_code.values():
            found[commune_name(place.name)].append(place)
        return found

    def _find(self, insee: str, postal_code: str, name: str) -> Place:
        if insee:
            code = insee.upper().zfill(5)
            if code in self.by_code:
                return self.by_code[code]
            raise Wrong(f"« {insee[:20]} » n’est pas le code Insee d’une commune.")
        postal_code = postal_code.replace(" ", "").removesuffix(".0")
        if postal_code:
            postal_code = postal_code.zfill(5)
            if not (postal_code.isdigit() and len(postal_code) == 5):
                raise Wrong(f"« {postal_code[:20]} » n’est pas un code postal : cinq chiffres.")
        near = self.by_postal_code.get(postal_code, [])
        if not name:
            return self._only(near, f"Le code postal {postal_code}")
        # « 59000 Lille » in one cell
        if found := re.fullmatch(r"(\d{5})[\s,-]+(.+)", name):
            return self._find(insee, postal_code or found[1], found[2])
        wanted = commune_name(name)
        if exact := [place for place in near if commune_name(place.name) == wanted]:
            return self._only(exact, f"« {name} »")
        if near and (best := process.extractOne(wanted, [commune_name(p.name) for p in near], scorer=fuzz.token_sort_ratio, score_cutoff=LIKE)):  # fmt: skip
            return near[best[2]]
        named = self.by_name.get(wanted, [])
        if postal_code:  # a CEDEX has a code of its own: the département tells namesakes apart
            start = postal_code[: 3 if postal_code.startswith("97") else 2]
            start = {"20": "2"}.get(start, start)
            named = [place for place in named if place.official_code.startswith(start)]
            if not named and near:
                raise Wrong(f"« {name[:60]} » n’est pas une commune du code postal {postal_code}.")
        if not named:
            raise Wrong(f"La commune « {name[:60]} » est inconnue.")
        return self._only(named, f"« {name[:60]} »")

    @staticmethod
    def _only(places: list[Place], what: str) -> Place:
        current = [place for place in places if place.commune == place.territory] or places
        if len(current) == 1:
            return current[0]
        if not current:
            raise Wrong(f"{what} ne désigne aucune commune.")
        names = ", ".join(f"{place.name} ({place.official_code})" for place in current[:4])
        raise Wrong(f"{what} désigne plusieurs communes ({names}) : ajoutez le code postal ou le code Insee.")
