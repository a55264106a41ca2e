"""What may stand as evidence, read in one query whatever its nature: names and addresses of the records."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import CharField, F, QuerySet, Value
from django.urls import reverse

from actors.models import Actor
from ptce.models import Pole

from ..kits.models import Experience
from ..models import Agreement, Call, Stake, SupportScheme
from .enums import EvidenceKind

#: columns of every branch of the union, whatever the model
COLUMNS = ("kind", "public_id", "slug", "name", "kit", "sheet", "key")


def _text(value: str = "") -> Value:
    return Value(value, output_field=CharField())


@dataclass(frozen=True)
class Nature:
    """A kind of record: which ones are public, and the address of one from its columns."""

    rows: Callable[[], QuerySet]
    url: Callable[[dict], str]
    #: (kit, sheet, key) of the address, for records that have no page of their own
    more: tuple = (_text(), _text(), _text())

    def columns(self, kind: str, prefix: str = "") -> list:
        """Expressions for ``values_list``, in the order of ``COLUMNS``; ``prefix`` leads to the record."""
        own = [F(f"{prefix}{name}") for name in ("public_id", "slug", "name")]
        return [_text(kind), *own, *(F(f"{prefix}{e.name}") if isinstance(e, F) else e for e in self.more)]


def _page(route: str) -> Callable[[dict], str]:
    return lambda row: reverse(route, args=[row["public_id"], row["slug"]])


NATURES: dict[str, Nature] = {
    EvidenceKind.AGREEMENT: Nature(lambda: Agreement.objects.published(), _page("policies:agreement")),
    EvidenceKind.STAKE: Nature(lambda: Stake.objects.published(), _page("policies:stake")),
    EvidenceKind.CALL: Nature(lambda: Call.objects.published(), _page("policies:call")),
    EvidenceKind.SCHEME: Nature(lambda: SupportScheme.objects.published(), _page("policies:scheme")),
    EvidenceKind.POLE: Nature(lambda: Pole.objects.published(), lambda row: reverse("ptce:detail", args=[row["slug"]])),
    EvidenceKind.ACTOR: Nature(lambda: Actor.objects.published(), _page("actors:detail")),
    EvidenceKind.EXPERIENCE: Nature(
        lambda: Experience.objects.all(),
        lambda row: f"{reverse('kits:sheet', args=[row['kit'], row['sheet']])}#{row['key']}",
        (F("sheet__kit__key"), F("sheet__key"), F("key")),
    ),
}


@dataclass(frozen=True)
class Found:
    """A record as a link; ``url`` is empty when it is no longer public."""

    kind: str
    record_id: str
    name: str
    url: str = ""

    @property
    def noun(self) -> str:
        return EvidenceKind(self.kind).label

    @property
    def key(self) -> tuple[str, str, str]:
        """That of the evidence it would be."""
        return self.kind, self.record_id, ""


def found(row: dict) -> Found:
    return Found(row["kind"], row["public_id"], row["name"], NATURES[row["kind"]].url(row))


def find(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Found]:
    """The public records of (kind, public id) pairs, in one query; those that are gone are left out."""
    by_kind: dict[str, set[str]] = {}
    for kind, record_id in pairs:
        if kind in NATURES:
            by_kind.setdefault(kind, set()).add(record_id)
    branches = [
        NATURES[kind].rows().filter(public_id__in=ids).order_by().values_list(*NATURES[kind].columns(kind))
        for kind, ids in sorted(by_kind.items())
    ]
    return {(row["kind"], row["public_id"]): found(row) for row in union(branches, COLUMNS)}


def union(branches: list[QuerySet], columns: tuple[str, ...]) -> list[dict]:
    """The rows of several querysets that give the same columns, in one query."""
    if not branches:
        return []
    rows = branches[0].union(*branches[1:], all=True) if len(branches) > 1 else branches[0]
    return [dict(zip(columns, row, strict=True)) for row in rows]


def search(kind: str, words: str) -> list[Found]:
    """The public records of a kind whose names hold some words, the nearest first; at most eight."""
    nature = NATURES.get(kind)
    if nature is None or not words.strip():
        return []
    rows = nature.rows().search(words[:200]).order_by("sort_key", "pk")[:8].values_list(*nature.columns(kind))
    return [found(dict(zip(COLUMNS, row, strict=True))) for row in rows]
