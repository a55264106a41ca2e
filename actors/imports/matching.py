"""Which actor of the directory a line speaks of."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection

from actors.models import Actor
from observatory.records.enums import State
from observatory.records.models import Tombstone

from . import writing
from .models import ActorList, ListMembership
from .preparing import Candidate

_COLUMNS = ("pk", "public_id", "siret", "rna", "sort_key", "commune_id", "state")


@dataclass(frozen=True, slots=True)
class Found:
    """What matching needs of an actor."""

    pk: int
    public_id: str
    siret: str | None
    rna: str | None
    sort_key: str
    commune_id: int | None
    state: str


@dataclass
class Match:
    """The actor of a line, or several that it may be."""

    actor: Found | None = None
    several: list[Found] = field(default_factory=list)


class Matcher:
    """Matches the lines of one portion with few queries: own key, SIRET, RNA, then folded name and commune."""

    def __init__(self, actor_list: ActorList):
        self.list = actor_list
        self.has_keys = ListMembership.objects.filter(actor_list=actor_list).exclude(key="").exists()

    def match(self, candidates: list[Candidate]) -> list[Match]:
        by_key, by_siret, by_rna, by_name = self._lookups(candidates)
        return [self._one(c, by_key, by_siret, by_rna, by_name) for c in candidates]

    def _lookups(self, candidates: list[Candidate]):
        by_key: dict[str, int] = {}
        if self.has_keys and (keys := {c.key for c in candidates if c.key}):
            members = ListMembership.objects.filter(actor_list=self.list, key__in=keys).exclude(key="")
            by_key = dict(members.values_list("key", "actor_id"))
        kept = Actor._base_manager.exclude(state=State.DRAFT)
        names = {c.sort_key for c in candidates if c.commune}
        rows = {}
        for queryset in (
            kept.filter(pk__in=set(by_key.values())) if by_key else None,
            _where(kept, "siret", (c.siret for c in candidates)),
            _where(kept, "rna", (c.rna for c in candidates)),
            # One state at a time: each has its index by name.
            *(_where(kept.filter(state=state), "sort_key", names) for state in (State.PUBLISHED, State.ARCHIVED)),
        ):
            if queryset is not None:
                rows |= {row[0]: Found(*row) for row in queryset.order_by().values_list(*_COLUMNS)}
        rows = self._survivors(rows)
        by_siret, by_rna, by_name = defaultdict(set), defaultdict(set), defaultdict(set)
        for found in rows.values():
            if found.siret:
                by_siret[found.siret].add(found)
            if found.rna:
                by_rna[found.rna].add(found)
            by_name[found.sort_key, found.commune_id].add(found)
        return {key: rows[pk] for key, pk in by_key.items() if pk in rows}, by_siret, by_rna, by_name

    def _survivors(self, rows: dict[int, Found]) -> dict[int, Found]:
        """A record that was merged into another stands for that other."""
        merged = {found.public_id: pk for pk, found in rows.items() if found.state == State.MERGED}
        if not merged:
            return rows
        heirs = dict(
            Tombstone.objects.filter(kind=Actor.change_kind, public_id__in=merged).values_list("public_id", "survivor")
        )
        alive = {
            row[1]: Found(*row)
            for row in Actor.objects.filter(public_id__in=heirs.values(), state=State.PUBLISHED).values_list(*_COLUMNS)
        }
        kept = {pk: found for pk, found in rows.items() if found.state != State.MERGED}
        for public_id, pk in merged.items():
            if heir := alive.get(heirs.get(public_id, "")):
                kept[pk] = heir
        return kept

    @staticmethod
    def _one(candidate: Candidate, by_key, by_siret, by_rna, by_name) -> Match:
        own = by_key.get(candidate.key) if candidate.key else None
        same = by_siret.get(candidate.siret, set()) if candidate.siret else set()
        if own is not None:
            other = same - {own}
            return Match(several=[own, *other]) if other else Match(own)
        if not same and candidate.rna:
            same = _no_other_siret(by_rna.get(candidate.rna, ()), candidate)
        if not same and candidate.commune:
            same = _no_other_siret(by_name.get((candidate.sort_key, candidate.commune), ()), candidate)
        if len(same) > 1:
            return Match(several=sorted(same, key=lambda found: found.pk))
        return Match(next(iter(same), None))


def _where(queryset, column: str, values: Iterable[str]):
    """The rows whose column holds one of the values, joined as one parameter: thousands take long to bind and to plan."""
    values = [value for value in dict.fromkeys(values) if value]
    if not values:
        return None
    if connection.vendor == "postgresql":
        asked, parameter = "SELECT unnest(string_to_array(%s, chr(31)))", "\x1f".join(values)
    else:
        asked, parameter = "SELECT value FROM json_each(%s)", writing.dump(values)
    return queryset.extra(where=[f"{writing.ACTORS}.{column} IN ({asked})"], params=[parameter])


def _no_other_siret(found: Iterable[Found], candidate: Candidate) -> set[Found]:
    """Two SIRET that differ are two establishments, whatever else they share."""
    return {one for one in found if not (one.siret and candidate.siret and one.siret != candidate.siret)}
