"""What there is to do on actors: lists to go through, what makes a record complete, what look-alikes share."""

from datetime import timedelta

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Cast, Concat, Lower, Replace
from django.utils import timezone

from observatory.editing.desk_registry import Mark, Weight, Work, WorkList
from observatory.pages.dates import day
from observatory.territories.models import named

from .models import PLACE, Actor

#: a record that nobody has checked for so long is to be checked again
STALE = timedelta(days=365)

#: what a complete record says, out of 100; explained in the guide (/aide/)
WEIGHTS = (
    Weight("description", 15, ~Q(description="")),
    Weight("téléphone ou courriel", 15, ~Q(telephone="") | ~Q(email="")),
    Weight("SIRET ou RNA", 15, Q(siret__isnull=False) | Q(rna__isnull=False)),
    Weight("commune", 10, Q(commune__isnull=False)),
    Weight("activités", 10, ~Q(activities=[])),
    Weight("thématiques", 10, Q(facets__contains=" t:")),
    Weight("adresse", 5, ~Q(address="")),
    Weight("site", 5, ~Q(website="")),
    Weight("famille", 5, Q(family__isnull=False)),
    Weight("forme juridique", 5, Q(legal_form__isnull=False)),
    Weight("effectif", 5, Q(workforce__isnull=False)),
)


def _records():
    """The actors of the list that the law asks for, and those of which nobody knows yet."""
    return Actor.objects.published().exclude(is_ess=False)


def _for_line(rows):
    columns = ("public_id", "slug", "name", "family", "checked_on", "workforce", "address")
    return rows.select_related(*PLACE).only(*columns, *named(*PLACE))


def _checked(actor: Actor) -> str:
    if actor.checked_on is None:
        return "jamais vérifiée"
    return f"vérifiée le {day(actor.checked_on)}"


def _stale() -> Q:
    return Q(checked_on__isnull=True) | Q(checked_on__lt=timezone.localdate() - STALE)


LISTS = (
    WorkList(
        slug="a-verifier",
        title="Fiches à vérifier",
        sentence="Personne ne les a vérifiées depuis un an : appelez, lisez leur site, puis dites « Vérifié aujourd’hui ».",
        condition=_stale,
        order=(F("checked_on").asc(nulls_first=True), F("workforce").desc(nulls_last=True), "sort_key", "pk"),
        note=_checked,
    ),
    WorkList(
        slug="sans-point",
        title="Fiches sans point sur la carte",
        sentence="Elles ne paraissent pas sur la carte : indiquez la commune, et l’adresse si vous la connaissez.",
        condition=lambda: Q(longitude__isnull=True),
        order=("sort_key", "pk"),
        note=lambda actor: f"située : {actor.place}" if actor.place else "lieu inconnu",
    ),
)


def _like(field: str, *noise: tuple[str, str]):
    """A column in lower case, with what people write differently replaced."""
    value = Lower(field)
    for part, instead in noise:
        value = Replace(value, Value(part), Value(instead), output_field=TextField())
    return Cast(value, TextField())


def _with_commune(field: str):
    return Concat(F(field), Value("/"), Cast("commune_id", TextField()), output_field=TextField())


_IN_COMMUNE = Q(commune__isnull=False)
_TELEPHONE = ((" ", ""), (".", ""), ("-", ""), ("(0)", ""), ("+33", "0"))
_WEBSITE = (("https://", ""), ("http://", ""), ("www.", ""))
MARKS = (
    Mark("même RNA", Cast("rna", TextField()), Q(rna__isnull=False)),
    Mark("même SIREN, même commune", _with_commune("siren"), Q(siren__isnull=False) & _IN_COMMUNE),
    Mark("même nom, même commune", _with_commune("sort_key"), _IN_COMMUNE),
    Mark("même courriel", _like("email"), ~Q(email="")),
    Mark("même téléphone", _like("telephone", *_TELEPHONE), ~Q(telephone="")),
    Mark(
        "même site",
        Func(_like("website", *_WEBSITE), Value("/"), function="RTRIM", output_field=TextField()),
        ~Q(website=""),
    ),
)

WORK = Work(
    kind=Actor.change_kind,
    records=_records,
    for_line=_for_line,
    lists=LISTS,
    weights=WEIGHTS,
    marks=MARKS,
)
