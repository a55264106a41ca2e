"""How a pole is read, written, found alike and merged as plain values."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from rapidfuzz import fuzz

from actors.models import Actor, Theme
from observatory.editing.registry import Follower, Kind
from observatory.pages.templatetags.observatory import counted
from observatory.records.identity import fold, slug_for, sort_key
from observatory.records.models import Citation
from observatory.territories.enums import Level
from observatory.territories.models import Territory

from ..enums import Objective
from ..models import Claim, CollectivityRole, Filiere, Member, Money, Pole
from . import parts
from .faults import faults
from .show import show

#: columns whose plain value is the column's own
COLUMNS = (
    *("name", "other_names", "carrier", "legal_form", "created", "description", "perimeter", "impulsion", "dynamic"),
    *("is_active", "place_name", "place_address", "place_area", "place_opened", "place_shares", "website"),
)
#: foreign key → where its record is found, and by which column
LINKS = {
    "actor": (Actor.objects, "public_id"),
    "carrier_actor": (Actor.objects, "public_id"),
    "departement": (Territory.objects.filter(level=Level.DEPARTEMENT), "code"),
    "region": (Territory.objects.filter(level=Level.REGION), "code"),
}
LABELS = {
    "name": "Nom",
    "other_names": "Autres noms",
    "description": "Description",
    "actor": "Fiche de l’annuaire",
    "carrier": "Structure porteuse",
    "carrier_actor": "Fiche de la structure porteuse",
    "legal_form": "Forme juridique",
    "created": "Année de création",
    "is_active": "Toujours actif",
    "website": "Site",
    "perimeter": "Périmètre",
    "impulsion": "Impulsion",
    "dynamic": "Dynamique",
    "filieres": "Filières",
    "themes": "Thématiques",
    "objectives": "Objectifs",
    "departement": "Département",
    "region": "Région",
    "project_territories": "Territoire de projet",
    "place_name": "Nom du lieu",
    "place_address": "Adresse du lieu",
    "place_area": "Surface du lieu (m²)",
    "place_opened": "Ouverture du lieu",
    "place_shares": "Ce que le lieu met en commun",
    "milestones": "Étapes",
    "recognitions": "Reconnaissances",
    "members": "Membres",
    "figures": "Chiffres",
    "money": "Financements",
    "roles": "Rôles des collectivités",
}
OUT_OF_REACH = (
    "Vos droits portent sur un autre territoire : choisissez une région ou un département où vous pouvez écrire, ou la fiche "
    "d’un acteur qui s’y trouve."
)
#: likeness, from 0 to 100, above which two names may be one pole's
ALIKE = 88
#: what says nothing in the name of a pole
_NOISE = {
    "ptce",
    "pole",
    "poles",
    "territorial",
    "territoriale",
    "cooperation",
    "economique",
    "de",
    "le",
    "la",
    "les",
    "l",
}


def read(pole: Pole) -> dict[str, Any]:
    """Every field as a plain value; lists of facts as rows (see ``parts``)."""
    linked = pole.pk is not None
    return {
        **{column: getattr(pole, column) for column in COLUMNS},
        **{link: (other := getattr(pole, link)) and getattr(other, LINKS[link][1]) for link in LINKS},
        "objectives": sorted(pole.objectives),
        "filieres": sorted(pole.filieres.values_list("name", flat=True), key=fold) if linked else [],
        "themes": sorted(pole.themes.values_list("key", flat=True)) if linked else [],
        **{field: parts.read(pole, part) for field, part in parts.PARTS.items()},
    }


@transaction.atomic
def write(pole: Pole, values: Mapping[str, Any]) -> None:
    """Store plain values with lists and derived columns; raises ValidationError by field, nothing written then."""
    _refuse_faults({**read(pole), **values}, values)
    for column in COLUMNS:
        if column in values:
            setattr(pole, column, _stored(column, values[column]))
    if "objectives" in values:
        if unknown := set(values["objectives"]) - set(Objective.values):
            raise ValidationError({"objectives": f"Objectif inconnu : {', '.join(sorted(unknown))}."})
        pole.objectives = sorted(values["objectives"])
    _link(pole, values)
    if pole.carrier_actor and not pole.carrier:
        pole.carrier = pole.carrier_actor.name[:200]
    _refuse_taken_name(pole)
    pole.full_clean(exclude=["public_id", "slug", "sort_key", "pages"])
    pole.save()
    if "themes" in values:
        pole.themes.set(_themes(values["themes"]))
    if "filieres" in values:
        pole.filieres.set(_filieres(values["filieres"]))
    for field, part in parts.PARTS.items():
        if field in values:
            parts.write(pole, part, values[field])
    pole.refresh_from_db()
    pole.settle()
    pole.index_search()
    pole.save()
    pole.refresh_from_db()


def _refuse_faults(whole: Mapping[str, Any], written: Mapping[str, Any]) -> None:
    """Refuse what these values make wrong; a fault that the pole had before, in other fields, is nobody's now."""
    found: dict[str, list[str]] = {}
    for fault in faults(whole):
        if field := next((name for name in fault.fields if name in written), None):
            found.setdefault(field, []).append(fault.sentence)
    if found:
        raise ValidationError(found)


def _stored(column: str, value):
    field = Pole._meta.get_field(column)
    if value is None and not field.null:
        return field.get_default()
    return None if value == "" and field.null else value


def _link(pole: Pole, values: Mapping[str, Any]) -> None:
    """Set the records that plain values name; the région follows the département."""
    errors = {}
    for link, (records, column) in LINKS.items():
        if link in values:
            code = values[link]
            other = records.filter(**{column: code}).first() if code else None
            if code and other is None:
                errors[link] = f"Inconnu ici : {code}."
            setattr(pole, link, other)
    if errors:
        raise ValidationError(errors)
    home = pole.departement and pole.departement.region
    if home and pole.region != home:
        if values.get("region"):
            raise ValidationError({"region": f"{pole.departement.name} est dans la région {home.name}."})
        pole.region = home


def _refuse_taken_name(pole: Pole) -> None:
    """Two poles of the same name would have the same address."""
    other = Pole._base_manager.filter(slug=slug_for(pole.name)).exclude(pk=pole.pk).first() if pole.name else None
    if other:
        state = "" if other.state == "published" else f" ({other.get_state_display()})"
        raise ValidationError({"name": f"Un autre pôle porte déjà ce nom : « {other.name} »{state}."})


def _themes(keys: list[str]) -> list[Theme]:
    found = {theme.key: theme for theme in Theme.objects.filter(key__in=keys)}
    if missing := set(keys) - found.keys():
        raise ValidationError({"themes": f"Inconnu ici : {', '.join(sorted(missing))}."})
    return list(found.values())


def _filieres(names: list[str]) -> list[Filiere]:
    """The filières of these names; one that is new is added to the list of the portal."""
    if long := [name for name in names if len(name) > 80]:
        raise ValidationError({"filieres": f"Une filière se dit en quelques mots : « {long[0][:60]}… »."})
    named = {slug_for(name): name for name in names}
    known = Filiere.objects.in_bulk(named, field_name="key")
    return [known.get(key) or Filiere.objects.create(key=key, name=name) for key, name in named.items()]


def stand_ins(values: Mapping[str, Any]) -> list[Pole]:
    """A pole that would lie where these values put one, for the right to write it."""
    pole = Pole()
    for link in ("region", "departement", "actor"):
        records, column = LINKS[link]
        setattr(pole, link, records.filter(**{column: values.get(link) or ""}).first())
    if pole.departement:
        pole.region = pole.departement.region
    return [pole]


# Look-alikes ----------------------------------------------------------------------------------------------------


def lookalikes(values: Mapping[str, Any], but: str = "") -> list[Pole]:
    """Published poles that may be the same: of the same actor, else of a near name and no other département."""
    others = Pole.objects.published().exclude(public_id=but)
    same = list(others.filter(actor__public_id=values["actor"]).order_by("pk")) if values.get("actor") else []
    name = _telling(values.get("name") or "")
    if len(name) < 3:
        return same[:5]
    if values.get("departement"):
        others = others.filter(Q(departement__code=values["departement"]) | Q(departement=None))
    likely = []
    for pk, known, more in others.exclude(pk__in=[p.pk for p in same]).values_list("pk", "name", "other_names"):
        likely.append((max(fuzz.token_sort_ratio(name, _telling(each)) for each in [known, *more]), pk))
    best = [pk for ratio, pk in sorted(likely, reverse=True)[:5] if ratio >= ALIKE]
    found = others.for_card().in_bulk(best)
    return [*same, *(found[pk] for pk in best)][:5]


def _telling(name: str) -> str:
    """The words of a name that tell it from another."""
    words = "".join(c if c.isalnum() else " " for c in sort_key(name)).split()
    return " ".join([word for word in words if word not in _NOISE] or words)


# Merging --------------------------------------------------------------------------------------------------------


def move_links(loser: Pole, survivor: Pole) -> dict:
    """What documents say of the loser follows it; its lists are fields, chosen one by one."""
    moved = {
        "citations": list(loser.citations.values_list("pk", flat=True)),
        "claims": list(loser.claims.values_list("pk", flat=True)),
    }
    Citation.objects.filter(pk__in=moved["citations"]).update(object_id=survivor.pk)
    Claim.objects.filter(pk__in=moved["claims"]).update(pole=survivor)
    return moved


def move_back(loser: Pole, survivor: Pole, moved: dict) -> None:
    survivor.citations.filter(pk__in=moved.get("citations", [])).update(object_id=loser.pk)
    survivor.claims.filter(pk__in=moved.get("claims", [])).update(pole=loser)


def count_links(pole: Pole) -> list[str]:
    said = {
        "mention,mentions": pole.citations.count(),
        "version d’une source,versions de sources": pole.claims.count(),
    }
    return [counted(n, noun) for noun, n in said.items() if n]


#: rows of this floor that name an actor, and follow it when it becomes another
FOLLOWERS = (
    Follower(Actor.change_kind, Pole, "carrier_actor", "pôle porté,pôles portés"),
    Follower(
        Actor.change_kind,
        Member,
        "actor",
        "pôle dont il est membre,pôles dont il est membre",
        but=lambda survivor: Q(pole__members__actor=survivor) | Q(pole__actor=survivor),
    ),
    Follower(Actor.change_kind, Money, "actor", "financement d’un pôle,financements de pôles"),
    Follower(Actor.change_kind, CollectivityRole, "actor", "rôle auprès d’un pôle,rôles auprès de pôles"),
)
KIND = Kind(
    key=Pole.change_kind,
    model=Pole,
    slug="poles",
    noun="pôle",
    a_noun="un pôle",
    plural="pôles",
    labels=LABELS,
    read=read,
    write=write,
    show=show,
    form_path="ptce.forms.PoleForm",
    move_links=move_links,
    move_back=move_back,
    unique=(),
    lookalikes=lookalikes,
    public_path="ptce",
    public_form_path="ptce.suggest_forms.public_form",
    public_list="ptce:list",
    count_links=count_links,
    place_field="region",
    out_of_reach=OUT_OF_REACH,
    stand_ins=stand_ins,
    for_list=lambda rows: rows.for_card(),
    search_hint="nom, filière, région…",
    rows={field: part.same for field, part in parts.PARTS.items()},
)
