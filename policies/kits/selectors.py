"""What the pages of the kits read, each in a constant number of queries."""

from dataclasses import dataclass
from difflib import get_close_matches

from django.db.models import CharField, Count, Exists, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast
from django.urls import reverse

from actors.models import Actor, Theme
from actors.models import within as lies_in
from observatory.search import analysis
from observatory.territories.models import Territory

from ..models import Instrument, Offer, SupportScheme, of_bodies
from .enums import Move
from .models import (
    CrossReference,
    Edition,
    EditionSheet,
    Experience,
    ExperienceActor,
    ExperienceBody,
    ExperienceVersion,
    Finding,
    Lever,
    LeverVersion,
    Sheet,
    SheetVersion,
)

#: a lever's page lists so many actors and schemes, and links to the rest
SHOWN = 8
#: what a version of a fiche holds that lists of fiches do not show
_HEAVY = ("context", "law", "dates", "competences", "changes", "mentions", "deduced")


def editions_of(kit: str, sheet: str = "") -> list[Edition]:
    """The editions of a kit, the one in force first, then from the latest; ``told``: the version of a fiche in each."""
    told = EditionSheet.objects.filter(edition=OuterRef("pk"), version__sheet__key=sheet).values("version")[:1]
    rows = Edition.objects.filter(kit__key=kit).select_related("kit", "source").annotate(told=Subquery(told))
    return list(rows.order_by("-is_current", "-year", "-pk"))


def places(edition: Edition) -> list[EditionSheet]:
    """The fiches of an edition in order, each with its number of levers there."""
    rows = EditionSheet.objects.filter(edition=edition).select_related("version__sheet", "version__source")
    rows = list(
        rows.defer(*(f"version__{name}" for name in _HEAVY), *_unread("version__sheet"))
        .annotate(n_levers=Count("version__levers"))
        .order_by("order")
    )
    for row in rows:
        row.version.sheet.kit = edition.kit
    return rows


def _unread(path: str) -> tuple[str, ...]:
    """The columns of a searchable record that serve search alone."""
    return tuple(f"{path}__{name}" for name in ("search_text", "search_names"))


@dataclass
class Told:
    """A lever as a version of its fiche tells it, with the examples told under it."""

    words: LeverVersion
    examples: list[ExperienceVersion]


@dataclass
class Content:
    """Whatever a version of a fiche holds."""

    levers: list[Told]
    #: examples that stand under no lever
    examples: list[ExperienceVersion]
    figures: list
    resources: list
    #: the fiches that it sends to, and those that send to it
    references: list[CrossReference]
    referred_from: list[CrossReference]
    themes: list[Theme]
    actors: list[Actor]
    #: the dates, each with the actors that it names
    dates: list[dict]
    #: the areas of competence, each with its instruments
    competences: list[dict]

    @property
    def n_examples(self) -> int:
        return len(self.examples) + sum(len(lever.examples) for lever in self.levers)


def content(place: EditionSheet, edition: Edition) -> Content:
    """What the fiche at ``place`` holds; cross-references within ``edition``."""
    version = place.version
    told = {words.lever_id: Told(words, []) for words in _levers(version)}
    loose = []
    for example in examples(version.experiences.all()):
        lever = told.get(example.experience.lever_id)
        (lever.examples if lever else loose).append(example)
    out, back = _references(version, edition)
    themes, cited = _themes(version.sheet), _cited(version)
    by_key = {theme.key: theme for theme in themes}
    return Content(
        levers=list(told.values()),
        examples=loose,
        figures=list(version.figures.all()),
        resources=list(version.resources.prefetch_related(Prefetch("authors", published_actors()))),
        references=out,
        referred_from=back,
        themes=[theme for theme in themes if theme.is_own],
        actors=[actor for actor in cited if actor.is_cited],
        dates=_dates(version, cited),
        competences=_competences(version, by_key),
    )


def published_actors() -> QuerySet[Actor]:
    return Actor.objects.published().order_by("sort_key").only("public_id", "slug", "name", "family")


def _levers(version: SheetVersion) -> QuerySet[LeverVersion]:
    return version.levers.select_related("lever").defer(*_unread("lever")).order_by("order")


def examples(rows: QuerySet[ExperienceVersion]) -> QuerySet[ExperienceVersion]:
    """Examples with whom they name, in three queries."""
    bodies = ExperienceBody.objects.select_related("body").only(
        "experience", "name", "body__code", "body__slug", "body__name"
    )
    actors = ExperienceActor.objects.select_related("actor").only(
        "experience", "name", "actor__public_id", "actor__slug", "actor__name", "actor__state"
    )
    return (
        rows.select_related("experience__lever")
        .defer(*_unread("experience"), *_unread("experience__lever"))
        .prefetch_related(Prefetch("experience__bodies", bodies), Prefetch("experience__actors", actors))
        .order_by("order")
    )


def _references(version: SheetVersion, edition: Edition) -> tuple[list[CrossReference], list[CrossReference]]:
    """The cross-references from a version and, of the same edition, to its fiche."""
    rows = CrossReference.objects.filter(
        Q(version=version) | Q(to=version.sheet_id, version__places__edition=edition)
    ).select_related("to__kit", "version__sheet__kit", "lever")
    rows = list(rows.order_by("version__places__order", "order").distinct())
    out = [row for row in rows if row.version_id == version.pk]
    back = {row.version.sheet_id: row for row in rows if row.version_id != version.pk}
    return list({row.pk: row for row in out}.values()), list(back.values())


def _themes(sheet: Sheet) -> list[Theme]:
    """Every theme, and whether it is one of the fiche: there are few, and areas of competence name others."""
    own = Sheet.themes.through.objects.filter(sheet=sheet, theme=OuterRef("pk"))
    return list(Theme.objects.annotate(is_own=Exists(own)))


def _cited(version: SheetVersion) -> list[Actor]:
    """The actors that a fiche cites, and those that its dates name."""
    ids = {public_id for date in version.dates for public_id in date["actors"]}
    own = SheetVersion.actors.through.objects.filter(sheetversion=version, actor=OuterRef("pk"))
    rows = published_actors().filter(Q(public_id__in=ids) | Q(pk__in=version.actors.order_by().values("pk")))
    return list(rows.annotate(is_cited=Exists(own)))


def _dates(version: SheetVersion, actors: list[Actor]) -> list[dict]:
    known = {actor.public_id: actor for actor in actors}
    return [date | {"actors": [known[i] for i in date["actors"] if i in known]} for date in version.dates]


def _competences(version: SheetVersion, themes: dict[str, Theme]) -> list[dict]:
    keys = {key for area in version.competences for key in area["instruments"]}
    known = {i.key: i for i in Instrument.objects.filter(key__in=keys).only("key", "name")} if keys else {}
    return [
        area
        | {
            "instruments": [known[key] for key in area["instruments"] if key in known],
            "themes": [themes[key] for key in area["themes"] if key in themes],
        }
        for area in version.competences
    ]


# A lever ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Around:
    """With whom, and with what money: what a territory has for a lever. ``more``: there is more than what is listed."""

    actors: list[Actor]
    more_actors: bool
    schemes: list[SupportScheme]
    more_schemes: bool


def around(lever: Lever, themes: list, instruments: list, cited: list, territory: Territory | None) -> Around:
    """Who works on the subject of a lever on a territory, and the schemes that fund it there; none without territory."""
    if territory is None:
        return Around([], False, [], False)
    who = Q(themes__in=themes) if themes else Q(agreements__instrument__in=instruments)
    if cited:
        who |= Q(pk__in=[actor.pk for actor in cited]) | Q(networks__in=[actor.pk for actor in cited])
    ids = Actor.objects.filter(who).values("pk")
    found = Actor.objects.published().ess().filter(lies_in(territory), pk__in=ids).order_by("sort_key", "pk")
    actors = list(found.with_place()[: SHOWN + 1]) if themes or instruments or cited else []
    schemes = list(funding(themes, instruments, territory)[: SHOWN + 1]) if themes or instruments else []
    return Around(actors[:SHOWN], len(actors) > SHOWN, schemes[:SHOWN], len(schemes) > SHOWN)


def funding(themes: list, instruments: list, territory: Territory) -> QuerySet[SupportScheme]:
    """The schemes of a territory that a lever can call on: of its themes, or by its instruments; both first."""
    rows = SupportScheme.objects.published().filter(of_bodies(territory))
    asked = Q(themes__in=themes) if themes else Q(instrument__in=instruments)
    return (
        rows.filter(pk__in=SupportScheme.objects.filter(asked).values("pk"))
        .select_related("instrument")
        .prefetch_related(Prefetch("offers", Offer.objects.select_related("body")))
        .annotate(is_by=Count("pk", filter=Q(instrument__in=instruments)))
        .order_by("-is_by", "sort_key", "pk")
        .distinct()
    )


def near_levers(lever: Lever, themes: list, instruments: list) -> list[Lever]:
    """Levers of other fiches of the editions in force that share a theme or an instrument, those that share most first."""
    rows = Lever.objects.filter(versions__version__places__edition__is_current=True).exclude(sheet=lever.sheet_id)
    rows = rows.annotate(
        shared=Count("themes", filter=Q(themes__in=themes), distinct=True)
        + 2 * Count("instruments", filter=Q(instruments__in=instruments), distinct=True)
    )
    rows = rows.filter(shared__gt=0).select_related("sheet__kit").defer(*_unread("sheet"))
    return list(rows.order_by("-shared", "sheet__kit__order", "sheet__order", "order")[:6])


# From one edition to another ------------------------------------------------------------------------------


def moves(before: Edition, after: Edition) -> list[tuple[Lever, Move]]:
    """What became of each lever of two editions of a kit, in the order of the fiches."""
    told = {}
    for edition in (before, after):
        rows = LeverVersion.objects.filter(version__places__edition=edition).values_list(
            "lever", "title", "text", "levels"
        )
        told[edition.pk] = {lever: words for lever, *words in rows}
    old, new = told[before.pk], told[after.pk]
    levers = Lever.objects.filter(pk__in=old.keys() | new.keys()).select_related("sheet__kit")
    found = []
    for lever in levers.order_by("sheet__order", "order"):
        words, now = old.get(lever.pk), new.get(lever.pk)
        move = (
            Move.NEW
            if words is None
            else Move.WITHDRAWN
            if now is None
            else Move.SAME
            if words == now
            else Move.REWORDED
        )
        found.append((lever, move))
    return found


# Who is named ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cited:
    """A place of the kits that names a collectivité or an actor."""

    name: str
    detail: str
    url: str
    year: int | None


def naming(*, bodies=None, actor: Actor | None = None) -> list[Cited]:
    """The examples, then the findings, that name one of some bodies, or an organisation; one query."""
    if actor is not None:
        told, listed = Q(actors__actor=actor), Q(actor=actor)
    else:
        told, listed = Q(bodies__body__in=bodies), Q(bodies__body__in=bodies)
    experiences = Experience.objects.filter(told).order_by().distinct()
    findings = Finding.objects.filter(listed, version__places__edition__is_current=True).order_by().distinct()
    rows = experiences.values_list("name", "sheet__name", "sheet__kit__key", "sheet__key", "key", "year").union(
        findings.values_list(
            "name", "section", Value(""), Value(""), Cast("number", CharField()), Cast(None, IntegerField())
        ),
        all=True,
    )
    found = []
    for name, detail, kit, sheet, anchor, year in sorted(rows, key=lambda row: (not row[2], -(row[5] or 0), row[0])):
        url = (
            f"{reverse('kits:sheet', args=[kit, sheet])}#exemple-{anchor}"
            if kit
            else f"{reverse('kits:findings')}#n{anchor}"
        )
        found.append(Cited(name, detail if kit else "Déniché pour vous", url, year))
    return found


# What does not exist --------------------------------------------------------------------------------------


def near(asked: str, records: list[Sheet] | list[Lever], *, count: int = 4) -> list:
    """The records whose key or title is nearest to what an address asks for; the first ones when none is near."""
    by_key = {record.key: record for record in records}
    stems = set(analysis.parse(asked.replace("-", " ")).phrase)
    close = get_close_matches(asked, by_key, n=count, cutoff=0.5)
    shared = {record.key: len(stems.intersection(analysis.parse(record.name).phrase)) for record in records}
    close += [key for key, n in sorted(shared.items(), key=lambda pair: -pair[1]) if n and key not in close]
    return [by_key[key] for key in close[:count]]
