"""Writes of the kits: what the documents say, brought to the database as the fixtures hold it."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from django.db import models, transaction

from observatory.records.models import Source

from . import passages
from .loading import Named, bring, find, link, replace, save
from .models import (
    CrossReference,
    Edition,
    EditionSheet,
    Experience,
    ExperienceActor,
    ExperienceBody,
    ExperienceVersion,
    Finding,
    FindingBody,
    KeyFigure,
    Kit,
    Lever,
    LeverVersion,
    Resource,
    Sheet,
    SheetVersion,
)


@transaction.atomic
def load_kits(
    *,
    kits: list[dict],
    sheets: list[dict],
    sources: dict[str, Source],
    advance: Callable[[int], None] = lambda n=1: None,
) -> dict[str, int]:
    """Create or bring up to date the kits, their editions and fiches; gives the number of records of each kind.

    A load that changes nothing draws no change number. What the fixtures no longer hold is removed, but for a lever that
    something else keeps (an answer, say), which remains without words.
    """
    loader = _Loader(sources)
    for order, row in enumerate(kits):
        loader.kit(row, order, sheets, advance)
    _forget(loader.told)
    passages.refresh()
    kinds = {"kits": Kit, "sheets": Sheet, "levers": Lever, "experiences": Experience, "findings": Finding}
    return {name: model.objects.count() for name, model in kinds.items()}


class _Loader(Named):
    """One load."""

    def __init__(self, sources: dict[str, Source]):
        super().__init__()
        self.sources = sources
        #: the versions of fiches that the fixtures hold
        self.told: list[SheetVersion] = []
        #: key of a fiche, of a lever or an example of it → the latest edition that tells it, whose words name it
        self.latest: dict[tuple[str, ...], str] = {}

    def kit(self, row: dict, order: int, sheets: list[dict], advance: Callable[[int], None]) -> None:
        """A kit and its editions; the one in force last, whose words name fiches, levers and examples."""
        kit = find(Kit, Kit.objects.filter(key=row["key"]), f"kit/{row['key']}", key=row["key"])
        for column in ("name", "audience", "levels", "summary"):
            setattr(kit, column, row[column])
        kit.order = order
        kit.save_if_changed()
        current = next(edition["key"] for edition in row["editions"] if edition.get("current"))
        kit.editions.exclude(key=current).filter(is_current=True).update(is_current=False)
        moved = False
        ordered = sorted(row["editions"], key=lambda edition: bool(edition.get("current")))
        self.latest = {key: given["key"] for given in ordered for key in _keys(given, sheets)}
        for given in ordered:
            edition = Edition.objects.filter(key=given["key"]).first() or Edition(key=given["key"])
            wanted = {
                "kit": kit,
                "source": self.sources[given["source"]],
                "is_current": bool(given.get("current")),
                "note": given.get("note") or "",
                **{column: given[column] for column in ("name", "year")},
            }
            bring(edition, wanted)
            moved |= self._places(
                kit, edition, given, [sheet for sheet in sheets if sheet["kit"] == edition.key], advance
            )
        if moved:
            kit.save()

    def _places(
        self, kit: Kit, edition: Edition, given: dict, rows: list[dict], advance: Callable[[int], None]
    ) -> bool:
        """The fiches of an edition, its own and those that it takes over; whether the list of them changed."""
        wanted = []
        for row in sorted(rows, key=lambda row: (row.get("number") is None, int(row.get("number") or 0))):
            sheet, version, moved = self._sheet(kit, edition, {**row, "key": _key(given, row)})
            wanted.append([sheet, version, row.get("number") or "", len(wanted) + 1, moved, row])
            advance(1)
        own = {sheet.pk for sheet, *_ in wanted}
        taken = EditionSheet.objects.filter(edition__key=given.get("after") or "").select_related("version__sheet")
        before = {place.version.sheet_id: place for place in taken}
        for place in wanted:
            if place[0].pk in before:
                place[3] = before[place[0].pk].order
        stand = {(version.pk, number, order) for _, version, number, order, *_ in wanted}
        stand |= {(p.version_id, p.number, p.order) for p in before.values() if p.version.sheet_id not in own}
        changed = stand != set(edition.places.values_list("version_id", "number", "order"))
        if changed:
            edition.places.all().delete()
            EditionSheet.objects.bulk_create(
                EditionSheet(edition=edition, version_id=version, number=number, order=order)
                for version, number, order in sorted(stand, key=lambda place: place[2])
            )
        numbers = {place.number: place.version.sheet for place in edition.places.select_related("version__sheet")}
        for sheet, version, number, order, moved, row in wanted:
            if self._is_latest(edition, sheet.key):
                sheet.number, sheet.order = number, order
            moved |= self._references(version, row, numbers)
            saved = sheet.save_if_changed()
            if moved and not saved:
                sheet.save()
        return changed

    def _sheet(self, kit: Kit, edition: Edition, row: dict) -> tuple[Sheet, SheetVersion, bool]:
        """A fiche and its words in an edition; whether something changed that the fiche itself does not hold."""
        path = f"{kit.key}/{row['key']}"
        sheet = find(Sheet, kit.sheets.filter(key=row["key"]), f"sheet/{path}", kit=kit, key=row["key"])
        moved = False
        if not sheet.pk or self._is_latest(edition, row["key"]):
            sheet.name, sheet.kind = row["title"], row["kind"]
            themes = self.all("thématique", self.themes, row, row.get("themes"))
            passages.index_sheet(sheet, row, themes)
            save(sheet, row)
            moved = link(sheet.themes, themes)
        source = self.sources[row.get("source") or edition.source.key]
        version = sheet.versions.filter(source=source).first() or SheetVersion(sheet=sheet, source=source)
        moved |= bring(version, self._words(row), row)
        moved |= link(version.actors, [self.actor(row, actor["key"]) for actor in row.get("actors") or []])
        self.told.append(version)
        levers = {}
        for order, lever in enumerate(row.get("levers") or []):
            levers[lever["key"]] = self._lever(edition, version, row, lever, order)
        version.levers.exclude(lever__in=levers.values()).delete()
        kept = []
        for order, example in enumerate(row.get("experiences") or []):
            kept.append(self._experience(edition, version, levers, row, example, order))
        version.experiences.exclude(experience__in=kept).delete()
        moved |= self._figures(version, row) | self._resources(version, row) | self._findings(version, row)
        return sheet, version, moved

    def _words(self, row: dict) -> dict:
        return {
            "title": row["title"],
            "title_in_contents": row.get("title_in_contents") or "",
            "page": row.get("page"),
            "pages": row.get("pages") or [],
            "summary": row["summary"],
            "context": row.get("context") or [],
            "deduced": row.get("deduced") or {},
            "law": [{k: law.get(k) for k in ("text", "date", "reference")} for law in row.get("law") or []],
            "changes": [{k: change[k] for k in ("kind", "what")} for change in row.get("changes") or []],
            "dates": [
                {
                    **{k: day[k] for k in ("order", "year", "text")},
                    "actors": [self.actor(row, actor["key"]).public_id for actor in day.get("actors") or []],
                }
                for day in row.get("dates") or []
            ],
            "competences": [
                {
                    **{k: area.get(k) for k in ("order", "title", "actions", "open_list", "levels")},
                    "themes": [theme.key for theme in self.all("thématique", self.themes, row, area.get("themes"))],
                    "instruments": [
                        i.key for i in self.all("instrument", self.instruments, row, area.get("instruments"))
                    ],
                }
                for area in row.get("competences") or []
            ],
            "mentions": [
                {
                    "source": str(self.sources[mention["source"]]),
                    **{k: mention.get(k) for k in ("date", "page", "note")},
                }
                for mention in row.get("mentions") or []
            ],
        }

    def _lever(self, edition: Edition, version: SheetVersion, row: dict, given: dict, order: int) -> Lever:
        sheet, key = version.sheet, given["key"]
        path = f"lever/{edition.kit.key}/{sheet.key}/{key}"
        lever = find(Lever, sheet.levers.filter(key=key), path, sheet=sheet, key=key)
        if not lever.pk or self._is_latest(edition, sheet.key, "lever", key):
            lever.name, lever.levels, lever.order = given["title"], given["levels"], order
            links = {
                "themes": self.all("thématique", self.themes, row, given.get("themes") or row.get("themes")),
                "instruments": self.all("instrument", self.instruments, row, given.get("instruments")),
                "actors": [self.actor(row, actor["key"]) for actor in given.get("actors") or []],
            }
            passages.index_lever(lever, given["text"], **links)
            save(lever, row, given)
            for column, records in links.items():
                link(getattr(lever, column), records)
        words = lever.versions.filter(version=version).first() or LeverVersion(lever=lever, version=version)
        ours = {"title": given["title_ours"]} if given.get("title_ours") else {}
        wanted = {
            "title": given["title"],
            "is_title_ours": bool(ours),
            "text": given["text"],
            "levels": given["levels"],
            "deduced": (given.get("deduced") or {}) | ours,
            "page": given.get("page"),
            "order": order,
        }
        bring(words, wanted, row, given)
        return lever

    def _experience(
        self, edition: Edition, version: SheetVersion, levers: dict[str, Lever], row: dict, given: dict, order: int
    ) -> Experience:
        sheet, key = version.sheet, given["key"]
        path = f"experience/{edition.kit.key}/{sheet.key}/{key}"
        example = find(Experience, sheet.experiences.filter(key=key), path, sheet=sheet, key=key)
        if not example.pk or self._is_latest(edition, sheet.key, "experience", key):
            self._name_experience(example, levers, row, given)
        words = example.versions.filter(version=version).first() or ExperienceVersion(
            experience=example, version=version
        )
        wanted = {
            "title": given["title"],
            "text": given["text"],
            "year": given.get("year"),
            "amounts": [{k: amount[k] for k in ("value", "unit", "what")} for amount in given.get("amounts") or []],
            "places": [{"name": p["as_written"], "code": p["code"]} for p in given.get("places") or []],
            "deduced": given.get("deduced") or {},
            "page": given.get("page"),
            "order": order,
        }
        bring(words, wanted, row, given)
        return example

    def _name_experience(self, example: Experience, levers: dict[str, Lever], row: dict, given: dict) -> None:
        """What an example is called and whom it names, as its latest edition says."""
        example.name, example.lever = given["title"], levers.get(given.get("lever"))
        example.year, example.url = given.get("year"), given.get("url") or ""
        links = {
            "themes": self.all("thématique", self.themes, row, given.get("themes") or row.get("themes")),
            "instruments": self.all("instrument", self.instruments, row, given.get("instruments")),
            "territories": [self.place(row, place["code"]) for place in given.get("places") or []],
        }
        bodies = [{"body": self.body(row, b), "name": b["then"]} for b in given.get("bodies") or []]
        actors = [{"actor": self.actor(row, a.get("key")), "name": a["name"]} for a in given.get("actors") or []]
        passages.index_experience(example, given, bodies, actors, links["themes"])
        save(example, row, given)
        for column, records in links.items():
            link(getattr(example, column), records)
        replace(ExperienceBody, {"experience": example}, bodies)
        replace(ExperienceActor, {"experience": example}, actors)

    def _figures(self, version: SheetVersion, row: dict) -> bool:
        wanted = [
            {
                "key": given["key"],
                "label": given["label"],
                "value": Decimal(str(given["value"])).quantize(Decimal("0.01")),
                "unit": given["unit"],
                **{c: given.get(c) or "" for c in ("qualifier", "period", "source_as_printed")},
                "year": given.get("year"),
                "deduced": given.get("deduced") or {},
                "page": given.get("page"),
                "order": order,
            }
            for order, given in enumerate(row.get("figures") or [])
        ]
        return replace(KeyFigure, {"version": version}, wanted, row)

    def _resources(self, version: SheetVersion, row: dict) -> bool:
        given = row.get("resources") or []
        wanted = [
            {
                "title": one["title"],
                **{c: one.get(c) or "" for c in ("author", "date", "url", "note")},
                "page": one.get("page"),
                "order": order,
            }
            for order, one in enumerate(given)
        ]
        moved = replace(Resource, {"version": version}, wanted, row)
        for resource, one in zip(version.resources.all(), given, strict=True):
            keys = one.get("author_keys") or [one.get("author_key")]
            moved |= link(resource.authors, [self.actor(row, key) for key in keys if key])
        return moved

    def _findings(self, version: SheetVersion, row: dict) -> bool:
        given = row.get("denich") or []
        sections = {section["key"]: section["title"] for section in row.get("sections") or []}
        wanted = [
            {
                "number": one["number"],
                "section": sections[one["section"]],
                "name": one["title"],
                "text": one.get("text") or "",
                "actor": self.actor(row, one.get("actor")),
                "deduced": one.get("deduced") or {},
                "page": one.get("page"),
                "order": order,
            }
            for order, one in enumerate(given)
        ]
        moved = replace(Finding, {"version": version}, wanted, row)
        for finding, one in zip(version.findings.all(), given, strict=True):
            themes = self.all("thématique", self.themes, row, one.get("themes"))
            places = [self.place(row, place["code"]) for place in one.get("places") or []]
            bodies = [{"body": self.body(row, b), "name": b["then"]} for b in one.get("bodies") or []]
            moved |= link(finding.themes, themes) | link(finding.territories, places)
            moved |= replace(FindingBody, {"finding": finding}, bodies)
            passages.index_finding(finding, bodies, themes)
            finding.save(update_fields=["search_names", "search_text"])
        return moved

    def _references(self, version: SheetVersion, row: dict, numbers: dict[str, Sheet]) -> bool:
        """The fiches that a fiche sends to, by their number in its edition."""
        levers = {lever.key: lever for lever in version.sheet.levers.all()}
        wanted = [
            {
                "to": numbers.get(given["to"]),
                "number": given["to"],
                "lever": levers.get(given.get("lever")),
                "text": given.get("text") or "",
                "order": order,
            }
            for order, given in enumerate(row.get("references") or [])
        ]
        return replace(CrossReference, {"version": version}, wanted, row)

    def _is_latest(self, edition: Edition, *key: str) -> bool:
        return self.latest.get(key) == edition.key


def _key(given: dict, row: dict) -> str:
    """The lasting key of a fiche of an edition, under whatever key the document's file has it."""
    return (given.get("same_as") or {}).get(row.get("number"), row["key"])


def _keys(given: dict, sheets: list[dict]) -> Iterator[tuple[str, ...]]:
    """What an edition tells: the keys of its fiches, of their levers and examples."""
    for row in sheets:
        if row["kit"] == given["key"]:
            key = _key(given, row)
            yield (key,)
            yield from ((key, "lever", lever["key"]) for lever in row.get("levers") or [])
            yield from ((key, "experience", example["key"]) for example in row.get("experiences") or [])


def _forget(told: list[SheetVersion]) -> None:
    """Remove what no version tells any more."""
    SheetVersion.objects.exclude(pk__in=[version.pk for version in told]).delete()
    Experience.objects.filter(versions=None).delete()
    for model in (Lever, Sheet):
        for record in model.objects.filter(versions=None):
            try:
                with transaction.atomic():
                    record.delete()
            except models.ProtectedError:
                continue
