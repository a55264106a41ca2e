"""One load of what the documents say of poles, for ``services.load_reference``."""

from collections.abc import Iterable
from decimal import Decimal

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError

from actors.enums import LegalForm
from actors.models import Actor, Theme
from observatory.records.enums import Basis
from observatory.records.identity import public_id_for, slug_for
from observatory.records.models import Citation, Provenance, Source
from observatory.territories.models import Collectivity, Territory

from .enums import Dynamic, Impulsion, Perimeter
from .importers.fixtures import broken
from .models import (
    Claim,
    CollectivityRole,
    Figure,
    Filiere,
    Member,
    Milestone,
    Money,
    Pole,
    ProjectTerritory,
    Recognition,
)

#: the document of annex A
STUDY = "ptce-2014"
#: list of the fixtures → the rows that it fills
PARTS = {
    "territories": ProjectTerritory,
    "milestones": Milestone,
    "recognitions": Recognition,
    "members": Member,
    "figures": Figure,
    "money": Money,
    "roles": CollectivityRole,
    "claims": Claim,
}
#: columns whose values are words with a label
FORMS = {"legal_form": LegalForm, "perimeter": Perimeter, "impulsion": Impulsion, "dynamic": Dynamic}
#: the columns of a pole of which no document says anything
SILENT = {
    **dict.fromkeys(("actor", "carrier_actor", "legal_form", "created", "perimeter", "impulsion", "dynamic")),
    **dict.fromkeys(("is_active", "departement", "place_area", "place_opened")),
    **dict.fromkeys(("carrier", "description", "place_name", "place_address"), ""),
}
#: parts of which the desk knows another name
DESK_NAMES = {"territories": "project_territories"}


class Loader:
    """One load: the records that rows name, looked up once."""

    def __init__(self, sources: dict[str, Source]):
        self.sources = sources
        self.actors = {actor.public_id: actor for actor in Actor._base_manager.all().only("public_id", "name")}
        self.bodies = {body.code: body for body in Collectivity.objects.only("code", "name")}
        self.themes = {theme.key: theme for theme in Theme.objects.all()}
        territories = Territory.objects.select_related("region")
        self.former = {t.name: t for t in territories.filter(level="former-region").prefetch_related("successors")}
        self.filieres = {filiere.key: filiere for filiere in Filiere.objects.all()}

    def pole(self, key: str, annex: dict | None, rows: list[dict]) -> Pole:
        """One pole: its row of annex A, if any, and what each document says of it."""
        public_id = public_id_for(f"pole/{key}")
        pole = Pole._base_manager.filter(public_id=public_id).first() or Pole(public_id=public_id)
        locked = set(pole.provenances.filter(locked=True).values_list("field", flat=True)) if pole.pk else set()
        first = annex or rows[0]
        first.setdefault("__file__", "panel.yaml")
        wanted, origins = self._columns(first, annex, rows)
        for field, value in wanted.items():
            if field not in locked:
                setattr(pole, field, value)
        if annex:
            pole.source = self.sources[STUDY]
            pole.rank, pole.pages, pole.note = annex["number"], annex.get("pages") or [], annex.get("note") or ""
            pole.website_as_written = annex.get("website_as_written") or ""
        else:
            pole.source = self.sources[first["source"]]
        try:
            pole.full_clean(exclude=["slug", "sort_key", "pages"])
        except ValidationError as error:
            raise broken(first, " ; ".join(error.messages)) from error
        if not pole.pk:
            pole.save()
        linked = self._link(pole, rows, locked)
        for name, model in PARTS.items():
            if DESK_NAMES.get(name, name) not in locked:
                linked |= self._parts(pole, name, model, rows)
        self._cite(pole, rows, origins, locked)
        pole.settle()
        pole.index_search()
        if not pole.save_if_changed() and linked:
            pole.save()
        return pole

    def _columns(self, first: dict, annex: dict | None, rows: list[dict]) -> tuple[dict, dict[str, tuple[dict, dict]]]:
        """The value of each column, and the (document, fact) that says it: the first one, where several agree."""
        then = first.get("region_2014") or first.get("region_then")
        wanted = SILENT | {"name": first["name"], "website": (annex or {}).get("website") or ""}
        wanted["region_then"] = self._former(first, then)
        wanted["region"] = wanted["region_then"] and wanted["region_then"].successors.first()
        wanted["other_names"] = sorted(
            {name for row in rows for name in [row["name"], *(row.get("other_names") or [])]} - {first["name"]}
        )
        for row in filter(None, [annex, *rows]):
            wanted["actor"] = wanted["actor"] or self._actor({**row, "__file__": first["__file__"]}, row.get("actor"))
        origins: dict[str, tuple[dict, dict]] = {}
        for row in rows:
            if row.get("description") and "description" not in origins:
                wanted["description"], origins["description"] = row["description"], (row, {})
            for fact in self._facts(row):
                field, value = fact["field"], fact["value"]
                if field not in origins:
                    wanted[field], origins[field] = value, (row, fact)
                elif value != wanted[field] and not _same_actor(fact, origins[field][1]):
                    self._dispute(pole=row, field=field, first=origins[field], other=fact)
        self._resolve(rows, wanted, origins)
        return wanted, origins

    def _facts(self, row: dict) -> Iterable[dict]:
        yield from row.get("facts") or []
        if row.get("departement"):
            yield {"field": "departement", "value": row["departement"]}

    def _dispute(self, *, pole: dict, field: str, first: tuple[dict, dict], other: dict) -> None:
        """Two passages give two values: the first fills the column, and both are kept as versions."""
        for row, fact in (first, (pole, other)):
            text = str(FORMS[field](fact["value"]).label if field in FORMS else fact["value"])
            version = {"field": field, "text": text, "page": fact.get("page")}
            if version not in row.setdefault("claims", []):
                row["claims"].append(version)

    def _resolve(self, rows: list[dict], wanted: dict, origins: dict) -> None:
        """Codes and keys become records; what the documents list is gathered."""
        if "departement" in origins:
            code, row = wanted["departement"], origins["departement"][0]
            wanted["departement"] = Territory.objects.filter(code=code).select_related("region").first()
            if wanted["departement"] is None:
                raise broken(row, f"territoire inconnu : {code}")
            wanted["region"] = wanted["region"] or wanted["departement"].region
        if "carrier" in origins:
            row, fact = origins["carrier"]
            wanted["carrier_actor"] = self._actor(row, fact.get("actor"))
        wanted["objectives"] = list(dict.fromkeys(o["key"] for row in rows for o in row.get("objectives") or []))
        wanted["place_shares"] = list(dict.fromkeys(s["text"] for row in rows for s in row.get("place_shares") or []))

    def _link(self, pole: Pole, rows: list[dict], locked: set[str]) -> bool:
        """Filières and themes; whether something moved."""
        filieres = {self._filiere(f["name"]) for row in rows for f in row.get("filieres") or []}
        themes = {self._theme(row, t["key"]) for row in rows for t in row.get("themes") or []}
        if not themes and pole.actor:
            themes = set(pole.actor.themes.all())
        moved = False
        for field, wanted in (("filieres", filieres), ("themes", themes)):
            links = getattr(pole, field)
            if field not in locked and set(links.all()) != wanted:
                links.set(wanted)
                moved = True
        return moved

    def _parts(self, pole: Pole, name: str, model, rows: list[dict]) -> bool:
        """The rows of one list, replaced when they differ; whether they did."""
        wanted, seen = [], set()
        for row in rows:
            for item in row.get(name) or []:
                values = getattr(self, f"_{name}")(row, item) | {
                    "source": self.sources[row["source"]],
                    "page": item.get("page"),
                    "basis": Basis.DEDUCED if item.get("deduced") else Basis.STATED,
                    "note": str(item.get("deduced") or item.get("note") or "")[:300],
                }
                same = _identity(name, values)
                if same is None or not same & seen:
                    wanted.append(model(pole=pole, **values))
                    seen |= same or set()
        columns = [field.attname for field in model._meta.concrete_fields if field.name not in ("id", "pole")]
        stored = list(model.objects.filter(pole=pole).order_by("pk").values_list(*columns))
        if stored == [tuple(getattr(part, column) for column in columns) for part in wanted]:
            return False
        model.objects.filter(pole=pole).delete()
        for part in wanted:
            try:
                part.full_clean(exclude=["pole"])
            except ValidationError as error:
                raise broken(rows[0], f"{name}, « {part} » : {' ; '.join(error.messages)}") from error
        model.objects.bulk_create(wanted)
        return True

    def _cite(self, pole: Pole, rows: list[dict], origins: dict, locked: set[str]) -> None:
        """Statements and the origin of each column, replaced only where they differ."""
        said = [
            (self.sources[row["source"]].pk, s.get("page"), s["text"][:400])
            for row in rows
            for s in row.get("statements") or []
        ]
        if said != list(pole.citations.order_by("id").values_list("source_id", "page", "statement")):
            pole.citations.all().delete()
            Citation.objects.bulk_create(
                Citation(record=pole, source_id=source, page=page, statement=text) for source, page, text in said
            )
        wanted = [listed for listed in self._listed(rows) if listed[0] not in locked]
        for field, (row, fact) in origins.items():
            if field not in locked:
                basis = Basis.DEDUCED if fact.get("deduced") else Basis.STATED
                locator = f"p. {fact['page']}" if fact.get("page") else ""
                note = str(fact.get("deduced") or fact.get("note") or "")[:300]
                wanted.append((field, self.sources[row["source"]].pk, locator, basis.value, note))
        kept = Provenance.objects.filter(
            content_type=ContentType.objects.get_for_model(pole), object_id=pole.pk, locked=False
        )
        if wanted != list(kept.order_by("id").values_list("field", "source_id", "locator", "basis", "note")):
            kept.delete()
            Provenance.objects.bulk_create(
                Provenance(record=pole, field=f, source_id=s, locator=where, basis=basis, note=note)
                for f, s, where, basis, note in wanted
            )

    def _listed(self, rows: list[dict]) -> Iterable[tuple]:
        """Where the documents list filières, themes, objectives and what the place shares: (field, source, pages, basis, note)."""
        for field in ("filieres", "themes", "objectives", "place_shares"):
            for row in rows:
                items = row.get(field) or []
                pages = sorted({item["page"] for item in items if item.get("page")})
                reasons = list(dict.fromkeys(str(item["deduced"]) for item in items if item.get("deduced")))
                if items:
                    basis = (
                        Basis.DEDUCED if len(reasons) and all(item.get("deduced") for item in items) else Basis.STATED
                    )
                    locator = f"p. {', '.join(map(str, pages))}" if pages else ""
                    yield field, self.sources[row["source"]].pk, locator[:120], basis.value, " ; ".join(reasons)[:300]

    # One row of each list ----------------------------------------------------------------------------------------

    def _territories(self, row: dict, item: dict) -> dict:
        code = item.get("code")
        territory = Territory.objects.filter(code=code).first() if code else None
        if code and territory is None:
            raise broken(row, f"territoire inconnu : {code}")
        return {"territory": territory, "name": item["name"]}

    def _milestones(self, row: dict, item: dict) -> dict:
        return {
            "stage": item.get("stage") or "",
            "year": item.get("year"),
            "month": item.get("month"),
            "text": (item.get("text") or "")[:400],
        }

    def _recognitions(self, row: dict, item: dict) -> dict:
        return {"kind": item["kind"], "year": item.get("year"), "name": item.get("name") or ""}

    def _members(self, row: dict, item: dict) -> dict:
        return self._who(row, item) | {
            "category": item.get("category") or "",
            "role": item.get("role") or "",
            "since": item.get("since"),
            "until": item.get("until"),
        }

    def _figures(self, row: dict, item: dict) -> dict:
        return {
            "key": item["key"],
            "label": item.get("label") or "",
            "value": Decimal(str(item["value"])).quantize(Decimal("0.01")),
            "unit": item.get("unit") or "",
            "year": item.get("year"),
            "is_approximate": bool(item.get("approximate")),
        }

    def _money(self, row: dict, item: dict) -> dict:
        amount = item.get("amount")
        return self._who(row, item) | {
            "level": item["level"],
            "year": item.get("year"),
            "amount": None if amount is None else Decimal(str(amount)).quantize(Decimal("0.01")),
            "purpose": item.get("purpose") or "",
        }

    def _roles(self, row: dict, item: dict) -> dict:
        return self._who(row, item) | {
            "level": item["level"],
            "kind": item["role"],
            "text": item["text"],
            "year": item.get("year"),
        }

    def _claims(self, row: dict, item: dict) -> dict:
        return {"field": item["field"], "text": item["text"]}

    def _who(self, row: dict, item: dict) -> dict:
        code = item.get("body")
        if code and code not in self.bodies:
            raise broken(row, f"collectivité inconnue : {code}")
        return {
            "name": item["name"],
            "actor": self._actor(row, item.get("actor")),
            "body": self.bodies[code] if code else None,
        }

    def _actor(self, row: dict, key: str | None) -> Actor | None:
        if not key:
            return None
        actor = self.actors.get(public_id_for(f"actor/{key}"))
        if actor is None:
            raise broken(row, f"acteur inconnu : {key}")
        return actor

    def _former(self, row: dict, name: str | None) -> Territory | None:
        if not name:
            return None
        territory = self.former.get(name.replace("'", "’"))
        if territory is None:
            raise broken(row, f"région inconnue : {name}")
        return territory

    def _theme(self, row: dict, key: str) -> Theme:
        if key not in self.themes:
            raise broken(row, f"thématique inconnue : {key}")
        return self.themes[key]

    def _filiere(self, name: str) -> Filiere:
        key = slug_for(name)
        if key not in self.filieres:
            self.filieres[key] = Filiere.objects.create(key=key, name=name)
        return self.filieres[key]


def _same_actor(fact: dict, other: dict) -> bool:
    """Whether two facts name the same organisation in two spellings."""
    return bool(fact.get("actor")) and fact["actor"] == other.get("actor")


def _identity(name: str, values: dict) -> set | None:
    """What no two rows of a list may share, so that two documents that say the same fill one row; None: anything may."""
    if name == "members":
        known = {("name", values["name"]), ("actor", values["actor"]), ("body", values["body"])}
        return {(kind, value) for kind, value in known if value}
    if name == "territories":
        return {values["territory"] or values["name"]}
    if name == "recognitions":
        return {(values["kind"], values["year"], values["name"])}
    return None
