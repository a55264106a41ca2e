"""Writes of the third floor that touch several rows: the reference data of the documents."""

from collections.abc import Callable
from decimal import Decimal

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import transaction

from actors.models import Actor, Theme
from observatory.records.enums import Basis
from observatory.records.identity import public_id_for
from observatory.records.models import Citation, Provenance, Source
from observatory.territories.models import Collectivity

from .importers.fixtures import broken
from .models import (
    Agreement,
    Call,
    Instalment,
    Instrument,
    Laureate,
    Offer,
    Stake,
    SupportScheme,
    Threshold,
    ThresholdValue,
    check_instalments,
)

_SAID = ("source_id", "locator", "page", "statement", "basis")
#: key of a row → the field that it fills, where the names differ: deductions are said of fields
_FIELDS = {"state": "is_active", "url": "website", "object": "name", "text": "summary", "date": "taken_on"}


@transaction.atomic
def load_reference(
    *, rows: dict[str, dict[str, dict]], sources: dict[str, Source], advance: Callable[[int], None] = lambda n=1: None
) -> dict[str, int]:
    """Create or bring up to date what the documents say; ``rows`` are the rows by kind, then by key.

    Gives the number of records of each kind. What was corrected by hand keeps its value.
    """
    loader = _Loader(rows, sources)
    counts = {}
    for kind, load in (
        ("instruments", loader.instrument),
        ("thresholds", loader.threshold),
        ("schemes", loader.scheme),
        ("agreements", loader.agreement),
        ("stakes", loader.stake),
    ):
        for key, row in rows[kind].items():
            try:
                load(key, row)
            except ValidationError as error:
                raise broken(row, " ; ".join(error.messages)) from error
            advance(1)
        counts[kind] = len(rows[kind])
    return counts


class _Loader:
    """One load: the records that rows name, looked up once."""

    def __init__(self, rows: dict[str, dict[str, dict]], sources: dict[str, Source]):
        self.rows, self.sources = rows, sources
        self.themes = {theme.key: theme for theme in Theme.objects.all()}
        codes = {
            body["code"]
            for row in (*rows["schemes"].values(), *rows["agreements"].values(), *rows["stakes"].values())
            for body in row.get("bodies") or [row.get("body")]
            if body and body.get("code")
        }
        self.bodies = {body.code: body for body in Collectivity.objects.filter(code__in=codes)}
        self.instruments: dict[str, Instrument] = {}

    def instrument(self, key: str, row: dict) -> None:
        instrument = Instrument.objects.filter(key=key).first() or Instrument(
            key=key, public_id=public_id_for(f"instrument/{key}")
        )
        for field in ("name", "family", "summary"):
            setattr(instrument, field, row[field])
        instrument.acronym, instrument.explanation = row.get("acronym") or "", row.get("explanation") or ""
        instrument.legal_basis, instrument.links = row.get("legal_basis") or [], row.get("links") or []
        instrument.order = len(self.instruments)
        self._save(instrument, row)
        self.instruments[key] = instrument

    def threshold(self, key: str, row: dict) -> None:
        named = {field: row[field] for field in ("name", "unit", "scope", "consequence")}
        named["order"] = list(self.rows["thresholds"]).index(key)
        threshold, _ = Threshold.objects.update_or_create(key=key, defaults=named)
        threshold.instruments.set([self._instrument(row, name) for name in row.get("instruments") or []])
        wanted = []
        for value in row["values"]:
            wanted.append(
                ThresholdValue(
                    threshold=threshold,
                    value=Decimal(str(value["value"])),
                    since=value.get("since"),
                    until=value.get("until"),
                    period=value.get("period") or "",
                    legal_source=value["legal_source"],
                    url=value.get("url") or "",
                    note=value.get("note") or "",
                )
            )
            wanted[-1].full_clean(validate_unique=False, validate_constraints=False)
        threshold.values.all().delete()
        ThresholdValue.objects.bulk_create(wanted)

    def scheme(self, key: str, row: dict) -> None:
        scheme, locked = self._find(SupportScheme, f"scheme/{key}")
        gives = row.get("gives") or {}
        wanted = {
            "name": row["name"],
            "instrument": self._instrument(row, row["instrument"]),
            "summary": row["summary"],
            "audience": row.get("audience") or "",
            "gives": gives.get("kind") or [],
            "gives_text": gives.get("text") or "",
            "amount": _euros(gives.get("amount")),
            "rate": _euros(gives.get("rate")),
            "ceiling": _euros(gives.get("ceiling")),
            "since": row.get("since"),
            "until": row.get("until"),
            "is_active": {"active": True, "ended": False}.get(row.get("state")),
            "contact_service": row.get("contact_service") or "",
            "website": row.get("url") or "",
        }
        self._fill(scheme, wanted, locked)
        self._save(scheme, row, index=False)
        offers = [(self._body(row, b), self._actor(row, b.get("actor")), b["then"]) for b in row.get("bodies") or []]
        linked = False
        if offers != [(o.body, o.actor, o.body_then) for o in scheme.offers.select_related("body", "actor")]:
            scheme.offers.all().delete()
            Offer.objects.bulk_create(
                Offer(scheme=scheme, body=body, actor=actor, body_then=then) for body, actor, then in offers
            )
            linked = True
        themes = [self._theme(row, theme) for theme in row.get("themes") or []]
        if "themes" not in locked and set(scheme.themes.all()) != set(themes):
            scheme.themes.set(themes)
            linked = True
        scheme.index_search()
        # Words of bodies and themes stand in the index alone, which PostgreSQL does not give back as written.
        if not scheme.save_if_changed() and linked:
            scheme.save()
        for call in row.get("calls") or []:
            self._call(scheme, row, call)

    def _call(self, scheme: SupportScheme, row: dict, given: dict) -> None:
        call, locked = self._find(Call, f"call/{given['key']}")
        wanted = {
            "scheme": scheme,
            "name": given.get("name") or f"{scheme.name}, {given.get('year') or 'édition sans date'}"[:200],
            "envelope": _euros(given.get("envelope")),
            "text": given.get("text") or "",
            **{f: given.get(f) for f in ("year", "opens", "closes", "received", "eligible", "laureates_count")},
        }
        self._fill(call, wanted, locked)
        self._save(call, {**given, "__file__": row["__file__"], "__line__": row["__line__"]}, index=False)
        laureates = {
            laureate["name"]: (self._actor(row, laureate.get("actor")), _euros(laureate.get("amount")))
            for laureate in given.get("laureates") or []
        }
        if laureates != {laureate.name: (laureate.actor, laureate.amount) for laureate in call.laureates.all()}:
            call.laureates.all().delete()
            Laureate.objects.bulk_create(
                Laureate(call=call, name=name, actor=actor, amount=amount)
                for name, (actor, amount) in laureates.items()
            )

    def agreement(self, key: str, row: dict) -> None:
        agreement, locked = self._find(Agreement, f"agreement/{key}")
        beneficiary = row["beneficiary"]
        wanted = {
            **self._bound(row),
            "name": row["object"],
            "summary": row.get("summary") or "",
            "actor": self._actor(row, beneficiary.get("actor")),
            "beneficiary": beneficiary["name"],
            "instrument": self._instrument(row, row["instrument"]),
            "scheme": self._scheme(row, row.get("scheme")),
            "start": row.get("start"),
            "end": row.get("end"),
            "total": _euros(row.get("total")),
            "nature": row.get("nature") or "",
            "conditions": row.get("conditions") or "",
            "reference": row.get("reference") or "",
        }
        self._fill(agreement, wanted, locked)
        instalments = [(i["year"], _euros(i["amount"])) for i in row.get("instalments") or []]
        check_instalments(agreement.total, instalments)
        self._save(agreement, row, index=False)
        if instalments != [(i.year, i.amount) for i in agreement.instalments.all()]:
            agreement.instalments.all().delete()
            Instalment.objects.bulk_create(Instalment(agreement=agreement, year=y, amount=a) for y, a in instalments)

    def stake(self, key: str, row: dict) -> None:
        stake, locked = self._find(Stake, f"stake/{key}")
        wanted = {
            **self._bound(row),
            "name": f"{row['body']['then']} dans {row['scic']['name']}",
            "summary": row["text"],
            "actor": self._actor(row, row["scic"].get("actor")),
            "cooperative": row["scic"]["name"],
            "kind": row.get("kind") or "capital",
            "taken_on": row.get("date"),
            "amount": _euros(row.get("amount")),
            "percent": _euros(row.get("percent")),
        }
        self._fill(stake, wanted, locked)
        self._save(stake, row, index=False)

    def _bound(self, row: dict) -> dict:
        return {
            "body": self._body(row, row["body"]),
            "organisation": self._actor(row, row["body"].get("actor")),
            "body_then": row["body"]["then"],
            "year": row.get("year"),
        }

    def _find(self, model, key: str):
        """The record of a reference key, kept or to be made, and its fields that were corrected by hand."""
        public_id = public_id_for(key)
        record = model._base_manager.filter(public_id=public_id).first() or model(public_id=public_id)
        locked = set(record.provenances.filter(locked=True).values_list("field", flat=True)) if record.pk else set()
        return record, locked

    def _fill(self, record, wanted: dict, locked: set[str]) -> None:
        for field, value in wanted.items():
            if field not in locked:
                setattr(record, field, value)

    def _save(self, record, row: dict, *, index: bool = True) -> None:
        if index:
            record.index_search()
        record.full_clean(exclude=["public_id", "slug", "sort_key"])
        record.save_if_changed()
        self._cite(record, row)

    def _cite(self, record, row: dict) -> None:
        """Mentions and deductions, replaced only where they differ, so that a reload draws no change number."""
        deduced = row.get("deduced") or {}
        basis = Basis.DEDUCED if "body" in deduced else Basis.STATED
        said = [
            (self.sources[m["source"]].pk, str(m.get("sheet") or "")[:120], m.get("page"), m["about"][:400], str(basis))
            for m in row.get("mentions") or []
        ]
        if said != list(record.citations.order_by("id").values_list(*_SAID)):
            record.citations.all().delete()
            Citation.objects.bulk_create(
                Citation(record=record, **dict(zip(_SAID, statement, strict=True))) for statement in said
            )
        notes = {_FIELDS.get(field, field): str(note)[:300] for field, note in deduced.items()}
        kept = Provenance.objects.filter(
            content_type=ContentType.objects.get_for_model(record), object_id=record.pk, locked=False
        )
        if said and notes != dict(kept.values_list("field", "note")):
            kept.delete()
            Provenance.objects.bulk_create(
                Provenance(record=record, field=field, source_id=said[0][0], basis=Basis.DEDUCED, note=note)
                for field, note in notes.items()
            )

    def _instrument(self, row: dict, key: str) -> Instrument:
        if key not in self.instruments:
            raise broken(row, f"instrument inconnu : {key}")
        return self.instruments[key]

    def _theme(self, row: dict, key: str) -> Theme:
        if key not in self.themes:
            raise broken(row, f"thématique inconnue : {key}")
        return self.themes[key]

    def _body(self, row: dict, body: dict) -> Collectivity | None:
        if not body.get("code"):
            return None
        if body["code"] not in self.bodies:
            raise broken(row, f"collectivité inconnue : {body['code']}")
        return self.bodies[body["code"]]

    def _scheme(self, row: dict, key: str | None) -> SupportScheme | None:
        if not key:
            return None
        scheme = SupportScheme.objects.filter(public_id=public_id_for(f"scheme/{key}")).first()
        if scheme is None:
            raise broken(row, f"dispositif inconnu : {key}")
        return scheme

    def _actor(self, row: dict, key: str | None) -> Actor | None:
        if not key:
            return None
        actor = Actor.objects.filter(public_id=public_id_for(f"actor/{key}")).first()
        if actor is None:
            raise broken(row, f"acteur inconnu : {key}")
        return actor


def _euros(value) -> Decimal | None:
    """An exact decimal, whatever YAML made of the number."""
    return None if value is None else Decimal(str(value))
