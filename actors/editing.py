"""Actors at the desk: how their fields are read, written, shown and merged as plain values (see ``observatory.editing``)."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from rapidfuzz import fuzz, process

from observatory.editing.registry import Kind
from observatory.pages.templatetags.observatory import counted
from observatory.records.identity import sort_key
from observatory.search.analysis import parse_any
from observatory.territories.models import Collectivity, Territory

from .enums import EssReason, Family, Label, LegalForm, Precision
from .models import PLACE, Actor, Flag, Mention, Theme
from .services import refresh

#: columns whose plain value is the column's own
COLUMNS = (
    *("name", "acronym", "other_names", "siren", "siret", "rna", "is_ess", "ess_reason", "family", "legal_form"),
    *("is_network", "activities", "description", "founded", "closed", "workforce", "workforce_unit", "workforce_year"),
    *("address", "telephone", "email", "website"),
)
LABELS = {
    "name": "Nom",
    "acronym": "Sigle",
    "other_names": "Autres noms",
    "siret": "SIRET",
    "siren": "SIREN",
    "rna": "RNA",
    "is_ess": "Fait partie de l’ESS",
    "ess_reason": "Motif",
    "family": "Famille",
    "legal_form": "Forme juridique",
    "labels": "Labels et agréments",
    "themes": "Thématiques",
    "activities": "Activités",
    "description": "Description",
    "is_network": "Est un réseau",
    "networks": "Réseaux dont il est membre",
    "collectivity": "Même organisme public",
    "founded": "Année de création",
    "closed": "Année de fin",
    "workforce": "Effectif",
    "workforce_unit": "Unité de l’effectif",
    "workforce_year": "Année de l’effectif",
    "territory": "Commune ou territoire",
    "address": "Adresse",
    "point": "Point sur la carte",
    "telephone": "Téléphone",
    "email": "Courriel",
    "website": "Site",
}
#: likeness, from 0 to 100, above which two names may be one organisation's
ALIKE = 85


def read(actor: Actor) -> dict[str, Any]:
    """Every field as a plain value; ``point`` is [longitude, latitude] when placed at the address, else None."""
    placed = actor.precision == Precision.ADDRESS and actor.longitude is not None
    return {
        **{column: getattr(actor, column) for column in COLUMNS},
        "labels": sorted(([f.label, f.since, f.until] for f in actor.flags.all()), key=str),
        "themes": sorted(theme.key for theme in actor.themes.all()),
        "networks": sorted(network.public_id for network in actor.networks.all()),
        "collectivity": actor.collectivity and actor.collectivity.code,
        "territory": actor.territory and actor.territory.code,
        "point": [actor.longitude, actor.latitude] if placed else None,
    }


def write(actor: Actor, values: Mapping[str, Any]) -> None:
    """Store plain values with links and derived columns; raises ValidationError by field, nothing written then."""
    for column in COLUMNS:
        if column in values:
            setattr(actor, column, _stored(column, values[column]))
    if "siret" in values and values["siret"] and "siren" not in values:
        actor.siren = values["siret"][:9]
    links = _links(values)
    if "territory" in values:
        actor.territory = links["territory"]
        if "point" not in values and actor.precision != Precision.ADDRESS:
            actor.longitude = actor.latitude = None
    if "collectivity" in values:
        actor.collectivity = links["collectivity"]
    if "point" in values:
        actor.longitude, actor.latitude = values["point"] or (None, None)
        actor.precision = Precision.ADDRESS if values["point"] else ""
    actor.settle()
    actor.full_clean(exclude=["public_id", "slug", "sort_key"])
    actor.save()
    if "themes" in values:
        actor.themes.set(links["themes"])
    if "networks" in values:
        actor.networks.set(links["networks"])
    if "labels" in values:
        _set_flags(actor, values["labels"])
    refresh([actor])
    actor.refresh_from_db()


def _stored(column: str, value):
    field = Actor._meta.get_field(column)
    if value is None and not field.null:
        return field.get_default()
    return None if value == "" and field.null else value


def _links(values: Mapping[str, Any]) -> dict[str, Any]:
    """The records that plain values name; raises ValidationError for those that do not exist."""
    wanted = {
        "themes": (Theme.objects.all(), "key"),
        "networks": (Actor.objects.published(), "public_id"),
        "territory": (Territory.objects.all(), "code"),
        "collectivity": (Collectivity.objects.all(), "code"),
    }
    found, errors = {}, {}
    for field in wanted.keys() & values.keys():
        queryset, column = wanted[field]
        many = isinstance(values[field], list)
        keys = values[field] if many else [values[field]] if values[field] else []
        records = list(queryset.filter(**{f"{column}__in": keys}))
        if missing := set(keys) - {getattr(record, column) for record in records}:
            errors[field] = f"Inconnu ici : {', '.join(map(str, sorted(missing)))}."
        found[field] = records if many else (records[0] if records else None)
    if errors:
        raise ValidationError(errors)
    return found


def _set_flags(actor: Actor, labels: list[list]) -> None:
    """Bring the labels to ``[label, since, until]``; those that stay keep their source."""
    if wrong := [label for label, *_ in labels if label not in Label.values]:
        raise ValidationError({"labels": f"Label inconnu : {', '.join(map(str, wrong))}."})
    present = {(flag.label, flag.since, flag.until): flag for flag in actor.flags.all()}
    wanted = {tuple(label) for label in labels}
    actor.flags.filter(pk__in=[flag.pk for key, flag in present.items() if key not in wanted]).delete()
    Flag.objects.bulk_create(
        Flag(actor=actor, label=label, since=since, until=until) for label, since, until in wanted - present.keys()
    )


_CHOICES = {"ess_reason": EssReason, "family": Family, "legal_form": LegalForm}


def show(field: str, value) -> str:
    """A plain value as a reader understands it; empty when there is none."""
    if value in (None, "", []):
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if field in _CHOICES:
        return str(dict(_CHOICES[field].choices).get(value, value))
    if field == "labels":
        return " ; ".join(_show_label(*label) for label in value)
    if field == "themes":
        return ", ".join(Theme.objects.filter(key__in=value).values_list("name", flat=True))
    if field == "networks":
        return ", ".join(Actor.objects.filter(public_id__in=value).values_list("name", flat=True))
    if field == "territory":
        place = Territory.objects.filter(code=value).first()
        return place.label if place else str(value)
    if field == "collectivity":
        body = Collectivity.objects.filter(code=value).first()
        return body.name if body else str(value)
    if field == "point":
        return f"{value[1]:.5f} ; {value[0]:.5f}".replace(".", ",")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _show_label(label: str, since: int | None, until: int | None) -> str:
    dates = [f"depuis {since}" if since else "", f"jusqu’à {until}" if until else ""]
    return " ".join(filter(None, [str(dict(Label.choices).get(label, label)), *dates]))


# Merging ------------------------------------------------------------------------------------------------------


def move_links(loser: Actor, survivor: Actor) -> dict:
    """Move mentions, labels, poles and members to the survivor; labels and members that it has already stay behind."""
    mentions = list(loser.mentions.values_list("pk", flat=True))
    Mention.objects.filter(pk__in=mentions).update(actor=survivor)
    known = set(survivor.flags.values_list("label", "since"))
    flags = [flag.pk for flag in loser.flags.all() if (flag.label, flag.since) not in known]
    Flag.objects.filter(pk__in=flags).update(actor=survivor)
    poles = list(loser.poles.values_list("pk", flat=True))
    loser.poles.update(actor=survivor)
    members = list(loser.network_members.exclude(pk__in=survivor.network_members.all()).exclude(pk=survivor.pk))
    survivor.network_members.add(*members)
    loser.network_members.remove(*members)
    contacts = list(loser.contacts.values_list("pk", flat=True))
    loser.contacts.update(actor=survivor)
    refresh([survivor, loser, *members])
    moved = {"mentions": mentions, "flags": flags, "poles": poles, "contacts": contacts}
    return {**moved, "members": [member.pk for member in members]}


def count_links(actor: Actor) -> list[str]:
    """What ``move_links`` would move, in French."""
    links = {
        "mention,mentions": actor.mentions,
        "label,labels": actor.flags,
        "pôle,pôles": actor.poles,
        "membre,membres": actor.network_members,
        "contact,contacts": actor.contacts,
    }
    return [counted(n, words) for words, related in links.items() if (n := related.count())]


def move_back(loser: Actor, survivor: Actor, moved: dict) -> None:
    """Give the loser of a merge its links again, those that the survivor still has."""
    Mention.objects.filter(pk__in=moved.get("mentions", []), actor=survivor).update(actor=loser)
    Flag.objects.filter(pk__in=moved.get("flags", []), actor=survivor).update(actor=loser)
    survivor.poles.filter(pk__in=moved.get("poles", [])).update(actor=loser)
    survivor.contacts.filter(pk__in=moved.get("contacts", [])).update(actor=loser)
    members = list(survivor.network_members.filter(pk__in=moved.get("members", [])))
    survivor.network_members.remove(*members)
    loser.network_members.add(*members)
    refresh([survivor, loser, *members])


# Look-alikes --------------------------------------------------------------------------------------------------


def lookalikes(values: Mapping[str, Any], but: str = "", *, most: int = 5) -> list[Actor]:
    """Published actors that may be the same: same number anywhere, else a near name in the same département."""
    others = Actor.objects.published().exclude(public_id=but)
    numbers = Q(pk__in=[])
    for field in ("siret", "rna"):
        if values.get(field):
            numbers |= Q(**{field: values[field]})
    same = list(others.filter(numbers).with_place()[:most])
    name, query = sort_key(values.get("name") or ""), parse_any(values.get("name") or "")
    if not query or len(name) < 3 or len(same) >= most:
        return same
    place = Territory.objects.filter(code=values.get("territory") or "").first()
    around = others.exclude(pk__in=[actor.pk for actor in same])
    if place is not None:
        around = around.filter(departement=place if place.level == "departement" else place.departement)
    near = around.filter(Q(sort_key__startswith=name[:4]) | Q(search_text__matches=query))
    names = near.order_by("sort_key").values_list("pk", "search_names")[:2_000]
    lines = {(pk, n): line for pk, held in names for n, line in enumerate(held.strip("| ").split(" | "))}
    wanted = " ".join(query.phrase)
    best = process.extract(wanted, lines, scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE, limit=2 * most)
    order = list(dict.fromkeys(pk for _, _, (pk, _) in best))[: most - len(same)]
    found = {actor.pk: actor for actor in Actor.objects.filter(pk__in=order).with_place()}
    return same + [found[pk] for pk in order]


KIND = Kind(
    key=Actor.change_kind,
    model=Actor,
    slug="acteurs",
    noun="acteur",
    a_noun="un acteur",
    plural="acteurs",
    labels=LABELS,
    read=read,
    write=write,
    show=show,
    form_path="actors.forms.ActorForm",
    move_links=move_links,
    move_back=move_back,
    unique=("siret",),
    lookalikes=lookalikes,
    public_path="annuaire",
    public_form_path="actors.suggest_forms.public_form",
    public_list="actors:list",
    count_links=count_links,
    for_list=lambda rows: rows.select_related(*PLACE),
    search_hint="nom, activité, commune…",
)
