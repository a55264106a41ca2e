"""Support schemes and their calls at the desk."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from rapidfuzz import fuzz

from actors.models import Actor, Theme
from observatory.editing.registry import Kind
from observatory.records.identity import sort_key
from observatory.territories.models import Collectivity

from ..enums import Give
from ..models import Agreement, Call, Laureate, Offer, SupportScheme
from . import plain

SCHEME_COLUMNS = (
    *("name", "summary", "audience", "gives_text", "amount", "rate", "ceiling", "since", "until", "is_active"),
    *("contact_service", "website"),
)
SCHEME_LABELS = {
    "name": "Nom",
    "bodies": "Qui le porte",
    "instrument": "Instrument",
    "themes": "Thématiques",
    "summary": "En quelques mots",
    "audience": "Pour qui",
    "gives": "Ce qu’il apporte",
    "gives_text": "En détail",
    "amount": "Montant (€)",
    "rate": "Taux (%)",
    "ceiling": "Plafond (€)",
    "since": "Depuis",
    "until": "Jusqu’à",
    "is_active": "En cours",
    "contact_service": "Service à contacter",
    "website": "Adresse",
}
CALL_COLUMNS = (
    *("name", "year", "opens", "closes", "envelope", "received", "eligible", "laureates_count", "text", "website"),
)
CALL_LABELS = {
    "scheme": "Dispositif",
    "name": "Nom",
    "year": "Année",
    "opens": "Ouverture",
    "closes": "Clôture",
    "envelope": "Enveloppe (€)",
    "text": "En quelques mots",
    "website": "Adresse",
    "received": "Dossiers reçus",
    "eligible": "Dossiers éligibles",
    "laureates_count": "Lauréats, en nombre",
    "laureates": "Lauréats connus",
}
#: likeness, from 0 to 100, above which two names may be one scheme's
ALIKE = 88


def read_scheme(scheme: SupportScheme) -> dict[str, Any]:
    offers = scheme.offers.select_related("body", "actor")
    return {
        **plain.read(scheme, SCHEME_COLUMNS, ("instrument",)),
        "gives": sorted(scheme.gives),
        "themes": sorted(scheme.themes.values_list("key", flat=True)),
        "bodies": [[o.body and o.body.code, o.body_then, o.actor and o.actor.public_id] for o in offers],
    }


def write_scheme(scheme: SupportScheme, values: Mapping[str, Any]) -> None:
    plain.fill(scheme, values, SCHEME_COLUMNS, ("instrument",))
    if "gives" in values:
        scheme.gives = sorted(values["gives"])
    offers = _offers(values["bodies"]) if "bodies" in values else None
    themes = _known(Theme.objects.all(), "key", values["themes"], "themes") if "themes" in values else None
    plain.save(scheme)
    if offers is not None:
        scheme.offers.all().delete()
        Offer.objects.bulk_create(
            Offer(scheme=scheme, body=body, body_then=then, actor=actor) for body, then, actor in offers
        )
    if themes is not None:
        scheme.themes.set(themes.values())
    scheme.refresh_from_db()
    scheme.index_search()
    scheme.save()
    scheme.refresh_from_db()


def of_a_body(values: Mapping[str, Any]) -> list[Agreement]:
    """Acts of the bodies that would offer a scheme: the right on one of them is enough."""
    bodies = {body.code: body for body in Collectivity.objects.filter(code__in=[c for c, *_ in values["bodies"] if c])}
    return [Agreement(body=bodies.get(code)) for code, *_ in values["bodies"]]


def _offers(rows: list[list]) -> list[tuple]:
    if not rows:
        raise ValidationError({"bodies": "Quelle collectivité ? Choisissez-la, ou écrivez le nom qu’elle portait."})
    bodies = _known(Collectivity.objects.all(), "code", [code for code, *_ in rows if code], "bodies")
    actors = _known(Actor._base_manager.all(), "public_id", [actor for *_, actor in rows if actor], "bodies")
    return [(bodies.get(code), then, actors.get(actor)) for code, then, actor in rows]


def _known(queryset, column: str, codes, field: str) -> dict:
    found = {getattr(record, column): record for record in queryset.filter(**{f"{column}__in": codes})}
    if missing := set(codes) - found.keys():
        raise ValidationError({field: f"Inconnu ici : {', '.join(sorted(missing))}."})
    return found


def read_call(call: Call) -> dict[str, Any]:
    return {
        **plain.read(call, CALL_COLUMNS, ("scheme",) if call.scheme_id else ()),
        "laureates": sorted(
            (
                [row.name, row.actor and row.actor.public_id, row.amount and str(row.amount.quantize(plain.CENT))]
                for row in call.laureates.select_related("actor")
            ),
            key=str,
        ),
    }


def write_call(call: Call, values: Mapping[str, Any]) -> None:
    plain.fill(call, values, CALL_COLUMNS, ("scheme",))
    if not call.scheme_id:
        raise ValidationError({"scheme": "De quel dispositif est-ce un appel ?"})
    if call.year is None and (call.closes or call.opens):
        call.year = (call.closes or call.opens).year
    call.name = call.name or f"{call.scheme.name}, {call.year or 'édition sans date'}"[:200]
    laureates = values.get("laureates")
    if laureates is not None:
        codes = [actor for _, actor, _ in laureates if actor]
        actors = _known(Actor._base_manager.all(), "public_id", codes, "laureates")
    plain.save(call)
    if laureates is not None:
        call.laureates.all().delete()
        Laureate.objects.bulk_create(
            Laureate(call=call, name=name, actor=actors.get(actor), amount=plain.amount_or_none(amount))
            for name, actor, amount in laureates
        )
    call.refresh_from_db()


def alike_schemes(values: Mapping[str, Any], but: str = "") -> list[SupportScheme]:
    """Published schemes whose name is near."""
    name = sort_key(values.get("name") or "")
    if len(name) < 3:
        return []
    others = SupportScheme.objects.published().exclude(public_id=but)
    likely = [(fuzz.token_sort_ratio(name, known), pk) for pk, known in others.order_by().values_list("pk", "sort_key")]
    best = [pk for ratio, pk in sorted(likely, reverse=True)[:5] if ratio >= ALIKE]
    found = others.prefetch_related("offers__body").in_bulk(best)
    return [found[pk] for pk in best]


def alike_calls(values: Mapping[str, Any], but: str = "") -> list[Call]:
    """Published calls of the same scheme that bear the same name or year."""
    if not values.get("scheme"):
        return []
    others = Call.objects.published().exclude(public_id=but).filter(scheme__public_id=values["scheme"])
    name, year = sort_key(values.get("name") or ""), values.get("year")
    found = others.select_related("scheme").prefetch_related("scheme__offers__body").order_by("-year", "pk")
    return [call for call in found if call.sort_key == name or (year and call.year == year)][:5]


_SCHEME_LINKS = plain.Links(calls=("scheme", "appel,appels"), agreements=("scheme", "convention,conventions"))
_CALL_LINKS = plain.Links(agreements=("call", "convention,conventions"))
SCHEMES = Kind(
    key=SupportScheme.change_kind,
    model=SupportScheme,
    slug="dispositifs",
    noun="dispositif",
    a_noun="un dispositif",
    plural="dispositifs",
    labels=SCHEME_LABELS,
    read=read_scheme,
    write=write_scheme,
    show=plain.Show(
        amounts=("amount", "ceiling"), shares=("rate",), choices={"gives": Give}, rows={"bodies": plain.show_offer}
    ),
    form_path="policies.forms.SchemeForm",
    move_links=_SCHEME_LINKS.move,
    move_back=_SCHEME_LINKS.back,
    count_links=_SCHEME_LINKS.count,
    unique=(),
    lookalikes=alike_schemes,
    place_field="bodies",
    stand_ins=of_a_body,
    out_of_reach=plain.OUT_OF_REACH,
    for_list=lambda rows: rows.prefetch_related("offers__body"),
    search_hint="nom, collectivité, public visé…",
)
CALLS = Kind(
    key=Call.change_kind,
    model=Call,
    slug="appels",
    noun="appel",
    a_noun="un appel",
    plural="appels",
    labels=CALL_LABELS,
    read=read_call,
    write=write_call,
    show=plain.Show(
        amounts=("envelope",),
        days=("opens", "closes"),
        rows={"laureates": plain.show_laureate},
    ),
    form_path="policies.forms.CallForm",
    move_links=_CALL_LINKS.move,
    move_back=_CALL_LINKS.back,
    count_links=_CALL_LINKS.count,
    unique=(),
    lookalikes=alike_calls,
    place_field="scheme",
    stand_ins=lambda values: list(SupportScheme._base_manager.filter(public_id=values.get("scheme") or "")),
    out_of_reach=plain.OUT_OF_REACH,
    for_list=lambda rows: rows.select_related("scheme").prefetch_related("scheme__offers__body"),
    search_hint="nom, dispositif…",
)
