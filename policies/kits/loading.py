"""What the loader of the kits is made of: the records that rows name, and writes that leave alone what has not changed."""

from django.core.exceptions import ValidationError
from django.db import models

from actors.models import Actor, Theme
from observatory.records.identity import public_id_for
from observatory.records.models import Tombstone
from observatory.territories.models import Collectivity, Territory

from ..models import Instrument
from .importers.fixtures import broken


class Named:
    """The records that rows name, looked up once; an unknown one is an error of the row."""

    def __init__(self):
        self.themes = {theme.key: theme for theme in Theme.objects.all()}
        self.instruments = {instrument.key: instrument for instrument in Instrument.objects.all()}
        self.actors = {actor.public_id: actor for actor in Actor._base_manager.only("public_id", "name")}
        for grave in Tombstone.objects.filter(kind=Actor.change_kind).exclude(survivor=""):
            # Merged since: what names the one names the other.
            if grave.survivor in self.actors:
                self.actors[grave.public_id] = self.actors[grave.survivor]
        self.bodies = {body.code: body for body in Collectivity.objects.only("code", "name")}
        self.territories = {place.code: place for place in Territory.objects.only("code", "name")}

    def all(self, noun: str, known: dict, row: dict, keys: list[str] | None) -> list:
        for key in keys or []:
            if key not in known:
                raise broken(row, f"{noun} inconnu(e) : {key}")
        return [known[key] for key in keys or []]

    def actor(self, row: dict, key: str | None) -> Actor | None:
        if not key:
            return None
        actor = self.actors.get(public_id_for(f"actor/{key}"))
        if actor is None:
            raise broken(row, f"acteur inconnu : {key}")
        return actor

    def body(self, row: dict, given: dict) -> Collectivity | None:
        if not given.get("code"):
            return None
        if given["code"] not in self.bodies:
            raise broken(row, f"collectivité inconnue : {given['code']}", given["__line__"])
        return self.bodies[given["code"]]

    def place(self, row: dict, code: str) -> Territory:
        if code not in self.territories:
            raise broken(row, f"territoire inconnu : {code}")
        return self.territories[code]


def find(model, queryset: models.QuerySet, path: str, **identity):
    """The record of a key, kept or to be made; its public id is the same in every installation."""
    return queryset.first() or model(public_id=public_id_for(path), **identity)


def save(record, row: dict, item: dict | None = None) -> None:
    """Check and save a published record if it changed."""
    try:
        record.full_clean(exclude=["public_id", "slug", "sort_key"])
    except ValidationError as error:
        raise broken(row, said(error), (item or {}).get("__line__")) from error
    if not record.save_if_changed():
        # What it is found by may have changed by itself; the same words draw no change number.
        rows = type(record)._base_manager.filter(pk=record.pk)
        rows.update(search_names=record.search_names, search_text=record.search_text)


def bring(record, wanted: dict, row: dict | None = None, item: dict | None = None) -> bool:
    """Set the columns of a row, new or not, and save it if that changes it; whether it did."""
    if record.pk and all(getattr(record, column) == value for column, value in wanted.items()):
        return False
    for column, value in wanted.items():
        setattr(record, column, value)
    try:
        record.full_clean()
    except ValidationError as error:
        raise (broken(row, said(error), (item or {}).get("__line__")) if row else error) from error
    record.save()
    return True


def link(manager, records: list) -> bool:
    """Set links that differ; whether they did."""
    if set(manager.all()) == set(records):
        return False
    manager.set(records)
    return True


def replace(model, owner: dict, wanted: list[dict], row: dict | None = None) -> bool:
    """Replace the rows of a list when they differ; whether they did."""
    columns = list(wanted[0]) if wanted else ["pk"]
    stored = model.objects.filter(**owner).order_by("pk")
    if [[getattr(one, column) for column in columns] for one in stored] == [list(given.values()) for given in wanted]:
        return False
    stored.delete()
    rows = [model(**owner, **given) for given in wanted]
    for one in rows:
        try:
            one.full_clean(exclude=list(owner))
        except ValidationError as error:
            raise (broken(row, f"« {one} » : {said(error)}") if row else error) from error
    model.objects.bulk_create(rows)
    return True


def said(error: ValidationError) -> str:
    return " ; ".join(f"{field} : {' '.join(texts)}" for field, texts in error.message_dict.items())
