"""Who speaks for the ESS in a collectivité, at the desk."""

from collections.abc import Mapping
from typing import Any

from observatory.editing.registry import Kind
from observatory.territories.models import Collectivity

from ..models import Referent
from . import plain

COLUMNS = ("name", "service", "email", "telephone", "website")
LINKS = ("body",)
LABELS = {
    "body": "Collectivité",
    "name": "Fonction",
    "service": "Service",
    "email": "Courriel du service",
    "telephone": "Téléphone du service",
    "website": "Page du service",
}


def read(referent: Referent) -> dict[str, Any]:
    return plain.read(referent, COLUMNS, LINKS if referent.body_id else ())


def write(referent: Referent, values: Mapping[str, Any]) -> None:
    plain.fill(referent, values, COLUMNS, LINKS)
    plain.save(referent)
    referent.refresh_from_db()


def alike(values: Mapping[str, Any], but: str = "") -> list[Referent]:
    """The published referents of the same body."""
    others = Referent.objects.published().exclude(public_id=but).select_related("body")
    return list(others.filter(body__code=values.get("body") or "").order_by("pk")[:5])


def stand_ins(values: Mapping[str, Any]) -> list[Referent]:
    """A referent of the same body, for the right to write it."""
    body = Collectivity.objects.filter(code=values.get("body") or "").first()
    return [Referent(body=body)] if body else []


REFERENTS = Kind(
    key=Referent.change_kind,
    model=Referent,
    slug="referents",
    noun="référent de l’ESS",
    a_noun="un référent de l’ESS",
    plural="référents de l’ESS",
    labels=LABELS,
    read=read,
    write=write,
    show=plain.Show(),
    form_path="policies.forms_bodies.ReferentForm",
    move_links=lambda loser, survivor: {},
    move_back=lambda loser, survivor, moved: None,
    unique=(),
    lookalikes=alike,
    place_field="body",
    stand_ins=stand_ins,
    out_of_reach=plain.OUT_OF_REACH,
    for_list=lambda rows: rows.select_related("body"),
    search_hint="fonction, service, collectivité…",
)
