"""Writes of the directory that touch several rows: derived columns and the reference actors."""

from collections.abc import Callable, Iterable

import yaml
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from observatory.records.enums import Basis
from observatory.records.identity import public_id_for
from observatory.records.models import Provenance, Source
from observatory.territories.models import Territory

from .enums import Label
from .models import Actor, Flag, Mention, Theme

#: columns that ``refresh`` derives
DERIVED = [
    "commune", "epci", "departement", "region", "longitude", "latitude", "precision", "quadkey",
    "search_names", "search_text", "facets", "slug", "sort_key",
]  # fmt: skip

#: names of the fixtures' fields → columns of ``Actor`` that they fill; a pole or a name is the record itself
COLUMNS = {
    "commune": "territory",
    "commune_code": "territory",
    "departement": "territory",
    "region": "territory",
    "place": "territory",
    "aliases": "other_names",
    "summary": "description",
    "site": "website",
    "labels": "flags",
    "members": "",
    "pole": "",
}


def facet_words(*, family, legal_form, themes: Iterable[int], labels: Iterable[str], networks: Iterable[int]) -> str:
    """What facets count, one word per value, in a fixed order so that equal actors share one string."""
    words = [f"f:{family or ''}", f"l:{legal_form or ''}"]
    words += [f"t:{theme}" for theme in sorted(themes)]
    words += [f"b:{label}" for label in sorted(set(labels))]
    words += [f"n:{network}" for network in sorted(networks)]
    return f" {' '.join(words)} "


def derive(actor: Actor, *, themes: list[Theme], labels: list[str], networks: list[int]) -> None:
    """Fill the derived columns of one actor from its own fields and its links."""
    actor.set_identity()
    actor.settle()
    actor.facets = facet_words(
        family=actor.family,
        legal_form=actor.legal_form,
        themes=[t.pk for t in themes],
        labels=labels,
        networks=networks,
    )
    index(actor, themes=themes, labels=labels)


def index(actor: Actor, *, themes: Iterable[Theme], labels: Iterable[str]) -> None:
    """Fill the words by which an actor is found."""
    actor.index_words(
        [actor.name, actor.acronym, *actor.other_names],
        *actor.activities,
        *(t.name for t in themes),
        actor.get_family_display() or "",
        actor.get_legal_form_display() or "",
        *(Label(label).label for label in labels),
        actor.commune.name if actor.commune else actor.place,
        *(actor.commune.postal_codes if actor.commune else []),
        actor.description,
    )


def refresh(actors: Iterable[Actor], *, chunk: int = 500) -> None:
    """Derive and store again; call it after any write that is not ``save_actor``."""
    actors = list(actors)
    for start in range(0, len(actors), chunk):
        part = list(
            Actor.objects.filter(pk__in=[a.pk for a in actors[start : start + chunk]])
            .select_related("territory__epci", "territory__departement", "territory__region")
            .prefetch_related("themes", "flags", "networks", "territory__successors")
        )
        for actor in part:
            derive(
                actor,
                themes=list(actor.themes.all()),
                labels=[flag.label for flag in actor.flags.all()],
                networks=[network.pk for network in actor.networks.all()],
            )
        Actor.objects.bulk_update(part, DERIVED, batch_size=100)


def load_themes() -> dict[str, Theme]:
    """Bring the themes to ``fixtures/themes.yaml``; gives key → theme."""
    rows = yaml.safe_load((settings.FIXTURES_DIR / "themes.yaml").read_text(encoding="utf-8"))
    for order, row in enumerate(rows):
        Theme.objects.update_or_create(key=row["key"], defaults={"name": row["name"], "order": order})
    return {theme.key: theme for theme in Theme.objects.all()}


@transaction.atomic
def load_reference_actors(
    *,
    rows: dict[str, dict],
    sources: dict[str, Source],
    themes: dict[str, Theme],
    advance: Callable[[int], None] = lambda n=1: None,
) -> dict[str, Actor]:
    """Create or bring up to date the actors of the fixtures; fields locked by hand keep their value. Gives key → actor."""
    territories = _territories(rows.values())
    actors = {}
    for key, row in rows.items():
        actors[key] = _load_actor(key, row, territories, themes, sources)
        advance(1)
    by_hand = set(
        Provenance.objects.filter(
            locked=True, field="networks", content_type=ContentType.objects.get_for_model(Actor)
        ).values_list("object_id", flat=True)
    )
    for key, row in rows.items():
        if actors[key].pk not in by_hand:
            actors[key].networks.set([actors[network] for network in row.get("networks") or []])
    refresh(actors.values())
    return actors


def _territories(rows: Iterable[dict]) -> dict[str, Territory]:
    codes = {c for row in rows if (c := territory_code(row))}
    return {t.code: t for t in Territory.objects.filter(code__in=codes)} | {
        # Régions are written by the name they bore in the document's year.
        f"name:{t.name}": t
        for t in Territory.objects.filter(level__in=["region", "former-region"]).order_by("-level")
    }


def territory_code(row: dict) -> str | None:
    """The typed code of the finest place that a fixture row states."""
    if row.get("commune_code"):
        return f"commune-{row['commune_code']}"
    if row.get("departement"):
        return f"departement-{row['departement']}"
    if row.get("region"):
        return f"name:{row['region'].replace(chr(39), '’')}"
    return None


def _load_actor(key: str, row: dict, territories: dict, themes: dict, sources: dict) -> Actor:
    public_id = public_id_for(f"actor/{key}")
    actor = Actor.objects.filter(public_id=public_id).first() or Actor(public_id=public_id)
    locked = set(actor.provenances.filter(locked=True).values_list("field", flat=True)) if actor.pk else set()
    workforce = row.get("workforce") or {}
    wanted = {
        "name": row["name"],
        "acronym": row.get("acronym") or "",
        "other_names": row.get("aliases") or [],
        "is_ess": row.get("is_ess"),
        "ess_reason": row.get("ess_reason"),
        "family": row.get("family"),
        "legal_form": row.get("legal_form"),
        "is_network": bool(row.get("is_network")),
        "activities": row.get("activities") or [],
        "description": row.get("summary") or "",
        "founded": row.get("founded"),
        "closed": row.get("closed"),
        "workforce": workforce.get("value"),
        "workforce_unit": workforce.get("unit") or "",
        "workforce_year": workforce.get("year"),
        "website": row.get("website") or "",
        "territory": territories.get(territory_code(row)),
    }
    for field, value in wanted.items():
        if field not in locked:
            setattr(actor, field, value)
    actor.settle()
    actor.full_clean(exclude=["public_id", "slug", "sort_key"])
    actor.save_if_changed()
    if "themes" not in locked:
        actor.themes.set([themes[theme] for theme in row.get("themes") or []])
    first = sources[row["mentions"][0]["source"]]
    _replace_links(actor, row, sources, first, locked)
    return actor


def _replace_links(actor: Actor, row: dict, sources: dict, first: Source, locked: set[str]) -> None:
    """Labels, mentions and provenance, replaced only where they differ, so that a reload draws no change number."""
    flags = {(label["label"], label.get("year")) for label in row.get("labels") or []}
    if "labels" not in locked and flags != set(actor.flags.values_list("label", "since")):
        actor.flags.all().delete()
        Flag.objects.bulk_create(
            Flag(actor=actor, label=name, since=since, source=first) for name, since in sorted(flags, key=str)
        )
    mentions = [
        (sources[m["source"]].pk, str(m.get("sheet") or "")[:120], m.get("page"), m["about"][:400])
        for m in row["mentions"]
    ]
    if mentions != list(actor.mentions.order_by("id").values_list("source_id", "locator", "page", "statement")):
        actor.mentions.all().delete()
        Mention.objects.bulk_create(
            Mention(actor=actor, source_id=s, locator=locator, page=page, statement=text)
            for s, locator, page, text in mentions
        )
    deduced = {}
    for field, reason in (row.get("deduced") or {}).items():
        column = COLUMNS.get(field, field)
        if column in locked:
            continue
        deduced[column] = " ; ".join(filter(None, [deduced.get(column), str(reason)]))[:300]
    kept = actor.provenances.filter(locked=False)
    if deduced != dict(kept.filter(basis=Basis.DEDUCED).values_list("field", "note")):
        kept.delete()
        for field, reason in deduced.items():
            Provenance.objects.create(record=actor, field=field, source=first, basis=Basis.DEDUCED, note=reason)
