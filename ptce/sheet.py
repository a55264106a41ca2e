"""All that the page of a pole says, read in a constant number of queries, each fact with its source."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.dates import MONTHS

from observatory.indicators import charts
from observatory.indicators.charts import Chart, Line, Series
from observatory.pages.templatetags.observatory import NBSP
from observatory.records.enums import Basis, State
from observatory.records.identity import fold
from observatory.records.models import Provenance, Source
from observatory.territories.models import named

from . import law, places, profile
from .compare import Neighbours
from .enums import MemberCategory, MoneyLevel, Objective, RoleKind, RoleLevel, Stage
from .models import Claim, Pole
from .models.parts import PARTS
from .places import PLACED, with_places

#: what a pole's own row shows of the actors behind it
_ACTOR = ("public_id", "slug", "name", "family", "state", "description", "telephone", "email")
_WHO = (
    *(f"actor__{column}" for column in ("public_id", "slug", "name", "family", "state", "is_ess", "legal_form")),
    *("actor__longitude", "actor__latitude", "actor__commune", *named("actor__commune")),
    *("body__code", "body__slug", "body__name", "body__territory__longitude", "body__territory__latitude"),
)
_SOURCE = ("key", "title", "short_title", "publisher", "year", "edition", "licence", "url")


@dataclass(frozen=True)
class Ref:
    """Where a fact comes from: the number of its source on the page, and where in it."""

    number: int
    where: str
    is_deduced: bool
    note: str

    def __str__(self):
        return ", ".join(filter(None, [str(self.number), self.where, "déduit" if self.is_deduced else ""]))


@dataclass(frozen=True)
class Moment:
    """A line of the timeline; ``rank`` puts it in order."""

    rank: tuple[int, int]
    when: str
    label: str
    text: str
    ref: Ref | None


class Where(dict):
    """The origin of each column of the pole; None for those without one."""

    def __missing__(self, field):
        return None


def poles():
    """Published poles with what a page shows of their own row."""
    return with_places(Pole.objects.published()).select_related("source", "carrier_actor").only(
        *Pole.readable(),
        *PLACED,
        *(f"actor__{column}" for column in _ACTOR),
        *("carrier_actor__public_id", "carrier_actor__slug", "carrier_actor__name", "carrier_actor__state"),
        *(f"source__{column}" for column in _SOURCE),
    )  # fmt: skip


class Sheet:
    """One pole, ready for its page."""

    def __init__(self, pole: Pole):
        self.pole = pole
        self.parts = {name: list(self._rows(name)) for name in [*PARTS, "claims"]}
        self.citations = list(pole.citations.select_related("source").order_by("source__year", "page", "id"))
        # Kept on the record: the table of the sources field by field reads them again.
        prefetch_related_objects([pole], Prefetch("provenances", Provenance.objects.select_related("source")))
        self.provenances = pole.provenances.all()
        self._number()
        for name in ("members", "money", "roles"):
            for row in self.parts[name]:
                self._link(row)
        for figure in self.figures:
            figure.written = profile.written(figure)
        self.neighbours = Neighbours(pole)

    def _rows(self, name: str):
        """The rows of a part with what they show; people's records in the same query."""
        rows = getattr(self.pole, name).select_related("source")
        if name == "project_territories":
            return rows.select_related("territory").only(*_columns(name), *named("territory"))
        if name in ("members", "money", "roles"):
            rows = rows.select_related("actor__commune", "body__territory")
            return rows.only(*_columns(name), *_WHO)
        return rows

    # Sources ---------------------------------------------------------------------------------------------------

    def _number(self) -> None:
        """Number the sources of the page by year; each row gets its ``ref``."""
        rows = [row for part in self.parts.values() for row in part]
        cited = [row.source for row in [*rows, *self.citations, *self.provenances] if row.source_id]
        found: dict[int, Source] = {source.pk: source for source in [*cited, self.pole.source] if source}
        self.sources = sorted(found.values(), key=lambda source: (source.year, source.key))
        self._numbers = {source.pk: n for n, source in enumerate(self.sources, 1)}
        for row in rows:
            row.ref = self._ref(row, f"p.{NBSP}{row.page}" if row.page else "")
        self.where = Where()
        for one in self.provenances:
            self.where.setdefault(one.field, self._ref(one, one.locator.replace(" ", NBSP)))

    def _ref(self, row, where: str) -> Ref | None:
        if not row.source_id:
            return None
        return Ref(self._numbers[row.source_id], where, row.basis == Basis.DEDUCED, row.note)

    @property
    def statements(self) -> list[tuple[Source, list]]:
        """Each source of the page, in order, with what it says of the pole."""
        return [(source, [c for c in self.citations if c.source_id == source.pk]) for source in self.sources]

    def _link(self, row) -> None:
        """Where the name of a row leads, and what the directory knows of it."""
        is_shown = row.actor and row.actor.state == State.PUBLISHED
        row.shown_actor = row.actor if is_shown else None
        row.in_ess = bool(row.shown_actor and row.shown_actor.is_ess)
        behind = row.body or row.shown_actor
        row.url = behind.get_absolute_url() if behind else ""

    # Members ---------------------------------------------------------------------------------------------------

    @cached_property
    def members_by_category(self) -> list[tuple[str, list]]:
        """(category, members) in the order of the law, those of which no source tells it last."""
        groups = [(label, [m for m in self.members if m.category == key]) for key, label in MemberCategory.choices]
        groups.append(("Catégorie non précisée", [m for m in self.members if not m.category]))
        return [(label, members) for label, members in groups if members]

    @cached_property
    def map(self) -> places.Places | None:
        """The members that are known to be somewhere, and the pole itself."""
        spots = [spot for member in self.members if (spot := places.who_spot(member))]
        own = places.pole_spot(self.pole)
        return places.gather([own, *spots] if own else spots)

    # Life ------------------------------------------------------------------------------------------------------

    @cached_property
    def timeline(self) -> list[Moment]:
        """Stages, events and recognitions from the oldest; those without a year come last."""
        moments = [
            self._moment(m, m.get_stage_display() if m.stage else "", m.text, m.month) for m in self.parts["milestones"]
        ]
        for one in self.recognitions:
            text = one.name if fold(one.name) != fold(one.get_kind_display()) else ""
            moments.append(self._moment(one, one.get_kind_display(), text))
        dated = {m.year for m in self.parts["milestones"] if m.stage == Stage.CREATION}
        for field, label in (("created", "Création"), ("place_opened", "Ouverture du lieu")):
            year = getattr(self.pole, field)
            if year and not (field == "created" and year in dated):
                moments.append(Moment((year, 0), str(year), label, "", self.where[field]))
        return sorted(moments, key=lambda moment: moment.rank)

    def _moment(self, row, label: str, text: str, month: int | None = None) -> Moment:
        when = f"{MONTHS[month]} {row.year}" if month else str(row.year) if row.year else "Sans date"
        return Moment((row.year or 9999, month or 0), when, label, text, row.ref)

    @cached_property
    def contents(self) -> list[tuple[str, str]]:
        """(anchor, words) of the sections that the page holds."""
        found = [
            ("identite", "Ce qu’il est", True),
            ("membres", "Membres", self.members),
            ("etapes", "Étapes", self.timeline),
            ("chiffres", "Chiffres", self.figures),
            ("argent", "Financements", self.money),
            ("collectivites", "Collectivités", self.roles),
            ("divergences", "Divergences", self.claims),
            ("loi", "La loi", True),
            ("sources", "Sources", True),
        ]
        return [(key, words) for key, words, rows in found if rows]

    # Money and figures -----------------------------------------------------------------------------------------

    @cached_property
    def profile(self) -> list[profile.Compared]:
        return profile.against(self.figures, profile.medians())

    @property
    def is_compared(self) -> bool:
        """Whether one measure of the profile is known at least."""
        return any(line.figure for line in self.profile)

    @cached_property
    def other_figures(self) -> list:
        """The figures that the profile does not show: of another kind, or older."""
        shown = {id(line.figure) for line in self.profile if line.figure}
        return [figure for figure in self.figures if id(figure) not in shown]

    @cached_property
    def money_chart(self) -> Chart | None:
        """Sums by year and level when several years are known, else by payer; None below two sums."""
        known = [one for one in self.money if one.amount is not None]
        if len(known) < 2:
            return None
        years = sorted({one.year for one in known if one.year})
        if len(years) < 2 or any(not one.year for one in known):
            lines = [Line(f"{one.name}{f' ({one.year})' if one.year else ''}", one.amount) for one in known]
            return charts.rows(key="argent", title="Financements connus", name="Montant", unit="€", lines=lines)
        levels = [level for level in MoneyLevel if any(one.level == level for one in known)]
        groups = {level.label: {level} for level in levels}
        if len(levels) > charts.MOST_SERIES:
            groups = {"Ensemble des financeurs": set(levels)}
        series = [Series(name, [_sum(known, year, kept) for year in years]) for name, kept in groups.items()]
        labels = [str(year) for year in years]
        title = "Financements connus, par année"
        return charts.columns(
            key="argent", title=title, labels=labels, head="Année", series=series, unit="€", stacked=True
        )

    # Roles -----------------------------------------------------------------------------------------------------

    @cached_property
    def matrix(self) -> list[dict]:
        """Each body with what it did under each of the three roles, from the State down to communes."""
        bodies: dict[object, dict] = {}
        order = list(RoleLevel)
        for role in sorted(self.roles, key=lambda role: (order.index(role.level), fold(role.name))):
            key = role.body_id or fold(role.name)
            body = bodies.setdefault(key, {"name": role.name, "url": role.url, "level": role.get_level_display()})
            body.setdefault("cells", {kind: [] for kind in RoleKind.values})[role.kind].append(role)
        return [{**body, "cells": list(body["cells"].values())} for body in bodies.values()]

    # Law, disagreements, silence -------------------------------------------------------------------------------

    @cached_property
    def law(self) -> list[tuple[str, list[law.Result]]]:
        return law.read(
            law.Facts(
                pole=self.pole,
                where=self.where,
                territories=self.territories,
                members=self.members,
                figures=self.figures,
                money=self.money,
                roles=self.roles,
                milestones=self.parts["milestones"],
                filieres=[name for _, name in self.neighbours.filieres],
            )
        )

    @cached_property
    def claims(self) -> list[tuple[str, list[Claim]]]:
        """What sources say differently, by what it is about."""
        groups: dict[str, list[Claim]] = {}
        for claim in self.parts["claims"]:
            groups.setdefault(_about(claim.field), []).append(claim)
        return list(groups.items())

    @cached_property
    def silence(self) -> list[str]:
        """The parts of which no source tells anything."""
        known = {
            "ses membres": self.members,
            "ses étapes": self.timeline,
            "ses chiffres": self.figures,
            "ses financements": self.money,
            "le rôle des collectivités": self.roles,
            "son lieu": self.has_place,
        }
        return [words for words, rows in known.items() if not rows]

    @property
    def carrier_url(self) -> str:
        carrier = self.pole.carrier_actor
        return carrier.get_absolute_url() if carrier and carrier.state == State.PUBLISHED else ""

    @property
    def objectives(self) -> list[str]:
        return [Objective(key).label for key in self.pole.objectives]

    @property
    def has_place(self) -> bool:
        pole = self.pole
        return bool(pole.place_name or pole.place_address or pole.place_area or pole.place_opened or pole.place_shares)

    @property
    def recognitions(self) -> list:
        """With ``year_apart``: the year, unless the words already hold it."""
        for one in self.parts["recognitions"]:
            one.year_apart = "" if str(one.year or "") in one.get_kind_display() else one.year
        return self.parts["recognitions"]

    @property
    def territories(self) -> list:
        return self.parts["project_territories"]

    @property
    def members(self) -> list:
        return self.parts["members"]

    @property
    def figures(self) -> list:
        return self.parts["figures"]

    @property
    def money(self) -> list:
        return self.parts["money"]

    @property
    def roles(self) -> list:
        return self.parts["roles"]


#: what a list of facts is called, where sources disagree about it
_LISTS = {
    "members": "Membres",
    "figures": "Chiffres",
    "money": "Financements",
    "roles": "Rôles des collectivités",
    "milestones": "Étapes",
    "stages": "Étapes",
    "recognition": "Reconnaissances",
    "recognitions": "Reconnaissances",
    "territories": "Territoire de projet",
    "filieres": "Filières",
    "themes": "Thématiques",
    "objectives": "Objectifs",
    "place_shares": "Ce que le lieu met en commun",
    "other": "Autre point",
}


def _about(field: str) -> str:
    """The French name of a field of the pole, or of a list of facts."""
    if field in _LISTS:
        return _LISTS[field]
    names = {one.name: str(getattr(one, "verbose_name", one.name)) for one in Pole._meta.get_fields()}
    name = names.get(field, field.replace("_", " "))
    return name[:1].upper() + name[1:]


def _columns(name: str) -> list[str]:
    """The own columns of a part and of its source."""
    model = PARTS[name]
    return [*(field.name for field in model._meta.concrete_fields), *(f"source__{column}" for column in _SOURCE)]


def _sum(money: list, year: int, levels: set[str]):
    """What these levels gave in a year; None when nothing is known."""
    found = [one.amount for one in money if one.year == year and one.level in levels]
    return sum(found) if found else None
