"""What the desk may edit; each app registers its kinds on start.

The desk knows nothing of a record but its *plain values* (JSON): forms, suggestions, imports, history and the way back all
speak in them. A kind says how to read them from a record, how to write them to one, and how to show them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.module_loading import import_string

from .row_changes import Identity

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """A kind of record that the desk edits."""

    #: ``change_kind`` of the model
    key: str
    model: type[Model]
    #: in addresses: ``/bureau/acteurs/``
    slug: str
    #: « acteur », « un acteur », « acteurs »
    noun: str
    a_noun: str
    plural: str
    #: field → French label, in the order of the form
    labels: Mapping[str, str]
    #: the plain values of a record, every field of ``labels``
    read: Callable[[Model], dict[str, Any]]
    #: write some plain values to a record, links and derived columns included; raises ValidationError by field
    write: Callable[[Model, Values], None]
    #: a plain value in French
    show: Callable[[str, Any], str]
    #: dotted path of the form: ``Form(data=None, *, initial: plain values, record=None, user=None)`` with ``plain()``
    form_path: str
    #: move what refers to the loser of a merge to the survivor, (loser, survivor) → what was moved, for ``move_back``
    move_links: Callable[[Model, Model], dict]
    #: the way back: (loser, survivor, what was moved)
    move_back: Callable[[Model, Model, dict], None]
    #: fields that no two records may share: the loser of a merge gives them up
    unique: tuple[str, ...]
    #: records that may be the same as some values: (values, excluded public id) → records, the likeliest first
    lookalikes: Callable[[Values, str], list[Model]]
    #: where the public proposes, ``annuaire`` for /annuaire/proposer/, and the dotted path of its form (``suggestions_forms``)
    public_path: str = ""
    public_form_path: str = ""
    #: the list where a record that was proposed will appear, as a name of address
    public_list: str = ""
    #: what ``move_links`` would move from a record, in French: ``["3 mentions", "1 pôle"]``
    count_links: Callable[[Model], list[str]] = lambda record: []
    #: field that says where a record lies, or whose it is: at which a record out of reach is refused, with which sentence
    place_field: str = "territory"
    out_of_reach: str = "Ce lieu est hors de votre territoire : vos droits ne permettent pas d’y placer une fiche."
    #: records that lie where some plain values would put one: one of them must be within reach. None: a territory says it
    stand_ins: Callable[[Values], list[Model]] | None = None
    #: what a line of the list of records reads beside the record: its place, without a query per line
    for_list: Callable[[QuerySet], QuerySet] = lambda rows: rows
    #: what may be typed in the search of that list
    search_hint: str = "nom…"
    #: lists of rows that are read, decided and shown row by row: field → what stays the same in a row that is corrected
    rows: Mapping[str, Identity] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """« Parts de SCIC »: the plural with a capital, the rest as it is written."""
        return self.plural[:1].upper() + self.plural[1:]

    @property
    def form(self):
        return import_string(self.form_path)

    def get(self, public_id: str):
        """The record, whatever its state; raises ``model.DoesNotExist``."""
        return self.model._base_manager.get(public_id=public_id)


@dataclass(frozen=True)
class Follower:
    """Rows of an app above that name a record of a kind below: they follow it into a merge, and back."""

    #: ``change_kind`` of the record that they name
    key: str
    model: type[Model]
    #: their foreign key to it
    column: str
    #: « convention,conventions »
    noun: str
    #: the rows that stay behind, since what they belong to names the survivor already: (survivor) → condition
    but: Callable[[Model], Q] | None = None

    @property
    def name(self) -> str:
        return f"{self.model._meta.label_lower}.{self.column}"

    def of(self, record: Model) -> QuerySet:
        return self.model._base_manager.filter(**{self.column: record})

    def moving(self, loser: Model, survivor: Model) -> QuerySet:
        """The rows of the loser of a merge that may name the survivor instead."""
        rows = self.of(loser)
        return rows.exclude(self.but(survivor)) if self.but else rows


_kinds: dict[str, Kind] = {}
_followers: list[Follower] = []


def register(kind: Kind) -> None:
    _kinds[kind.key] = kind


def register_follower(follower: Follower) -> None:
    _followers.append(follower)


def followers(key: str) -> list[Follower]:
    return [follower for follower in _followers if follower.key == key]


def kinds() -> list[Kind]:
    return list(_kinds.values())


def kind_of(record: Model) -> Kind:
    return _kinds[record.change_kind]


def kind_by_key(key: str) -> Kind:
    return _kinds[key]


def by_slug(slug: str) -> Kind | None:
    return next((kind for kind in _kinds.values() if kind.slug == slug), None)
