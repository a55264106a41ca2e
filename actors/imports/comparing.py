"""What a line would change of the actor that it speaks of, and what hand-made values withstand."""

from collections import defaultdict
from typing import Any

from django.contrib.contenttypes.models import ContentType

from actors import editing
from actors.enums import Precision
from actors.models import Actor, Flag
from actors.services import derive
from observatory.records.identity import sort_key
from observatory.records.models import Provenance
from observatory.territories.models import Territory

from . import writing

#: plain columns that a list may fill
_PLAIN = (
    *("name", "acronym", "siren", "siret", "rna", "family", "legal_form", "activities", "description", "address"),
    *("telephone", "email", "website", "founded", "workforce"),
)
_COLUMNS = (
    *("pk", "change", "territory__code", "precision", "longitude", "latitude", "closed"),
    *("territory_id", "commune_id", "epci_id", "departement_id", "region_id"),
    *_PLAIN,
)


class Current:
    """The present values of some actors, in a few queries."""

    def __init__(self, pks: set[int]):
        actors = Actor._base_manager.filter(pk__in=pks).order_by()
        self.rows = {row["pk"]: row for row in actors.values(*_COLUMNS)}
        self.themes, self.labels, self.locked = defaultdict(list), defaultdict(list), defaultdict(set)
        for pk, key in Actor.themes.through.objects.filter(actor__in=pks).values_list("actor_id", "theme__key"):
            self.themes[pk].append(key)
        for pk, *label in Flag.objects.filter(actor__in=pks).values_list("actor_id", "label", "since", "until"):
            self.labels[pk].append(label)
        self.locked = locked_fields(pks)

    def territories(self, pk: int) -> set[int]:
        """Every territory that the actor lies in."""
        row = self.rows[pk]
        columns = ("territory_id", "commune_id", "epci_id", "departement_id", "region_id")
        return {row[column] for column in columns if row[column] is not None}

    def value(self, pk: int, field: str) -> Any:
        """As ``editing.read`` gives it."""
        row = self.rows[pk]
        if field == "territory":
            return row["territory__code"]
        if field == "point":
            placed = row["precision"] == Precision.ADDRESS and row["longitude"] is not None
            return [row["longitude"], row["latitude"]] if placed else None
        if field == "themes":
            return sorted(self.themes[pk])
        if field == "labels":
            return sorted(self.labels[pk], key=str)
        return row[field]

    def differences(self, pk: int, values: dict[str, Any]) -> tuple[dict[str, list], dict[str, Any]]:
        """Field → [present, wanted], and field → wanted for the fields that are locked by hand."""
        diff, kept = {}, {}
        locked = self.locked.get(pk, set())
        for field, wanted in values.items():
            present = self.value(pk, field)
            if field == "labels":
                wanted = self._dated(pk, wanted)
            if wanted == present or _same(field, present, wanted):
                continue
            if field in locked or "" in locked:
                kept[field] = wanted
            else:
                diff[field] = [present, wanted]
        return diff, kept

    def _dated(self, pk: int, wanted: list[list]) -> list[list]:
        """A list says which labels hold; their dates, when known here, stay."""
        known = {label[0]: label for label in self.labels[pk]}
        return sorted((list(known.get(label, [label, since, until])) for label, since, until in wanted), key=str)


def _same(field: str, present, wanted) -> bool:
    """Whether two values say the same: nothing twice, a name in capitals, a point to the centimetre."""
    if present in (None, "", []) and wanted in (None, "", []):
        return True
    if field == "name":
        return wanted.isupper() and not present.isupper() and sort_key(wanted) == sort_key(present)
    if field == "website":
        return (present or "").rstrip("/") == (wanted or "").rstrip("/")
    if field == "point" and present and wanted:
        return all(abs(one - other) < 1e-7 for one, other in zip(present, wanted, strict=True))
    return False


def locked_fields(pks: set[int]) -> dict[int, set[str]]:
    """The fields of actors that were entered by hand; an empty name stands for the whole record."""
    kind = ContentType.objects.get_for_model(Actor)
    locked = defaultdict(set)
    held = Provenance.objects.filter(content_type=kind, object_id__in=pks, locked=True)
    for pk, field in held.order_by().values_list("object_id", "field"):
        locked[pk].add(field)
    return locked


def changed_rows(
    changes: dict[int, dict[str, list]], themes: dict[str, tuple[int, str]]
) -> dict[int, tuple[str, dict]]:
    """Actor → packed row with its changes and derived columns, and its links; nothing is saved."""
    pack = writing.writer().pack
    actors = (
        Actor._base_manager.filter(pk__in=changes)
        .select_related("territory__epci", "territory__departement", "territory__region")
        .prefetch_related("themes", "flags", "networks", "territory__successors")
        .order_by()
    )
    territories = _territories(changes)
    found = {}
    for actor in actors:
        fields = {field: after for field, (_, after) in changes[actor.pk].items()}
        _assign(actor, fields, territories)
        links = {}
        kinds = list(actor.themes.all())
        if "themes" in fields:
            kinds = [_Named(*themes[key]) for key in fields["themes"]]
            links["themes"] = [kind.pk for kind in kinds]
        labels = [flag.label for flag in actor.flags.all()]
        if "labels" in fields:
            links["labels"] = fields["labels"]
            labels = [label for label, *_ in fields["labels"]]
        derive(actor, themes=kinds, labels=labels, networks=[network.pk for network in actor.networks.all()])
        found[actor.pk] = (pack(writing.actor_row(actor)), links)
    return found


class _Named:
    """A theme as ``derive`` reads it."""

    def __init__(self, pk: int, name: str):
        self.pk, self.name = pk, name


def _territories(changes: dict[int, dict[str, list]]) -> dict:
    codes = {diff["territory"][1] for diff in changes.values() if diff.get("territory")}
    wider = ("epci", "departement", "region")
    return {place.code: place for place in Territory.objects.filter(code__in=codes).select_related(*wider)}


def _assign(actor: Actor, fields: dict[str, Any], territories: dict) -> None:
    """Set plain values on the instance, as ``editing.write`` does."""
    for field, value in fields.items():
        if field in editing.COLUMNS:
            setattr(actor, field, editing._stored(field, value))
    if "territory" in fields:
        actor.territory = territories.get(fields["territory"])
        if "point" not in fields and actor.precision != Precision.ADDRESS:
            actor.longitude = actor.latitude = None
    if "point" in fields:
        actor.longitude, actor.latitude = fields["point"] or (None, None)
        actor.precision = Precision.ADDRESS if fields["point"] else ""
