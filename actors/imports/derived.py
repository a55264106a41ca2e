"""The whole row of a new actor from its plain values: what ``services.derive`` gives, without a model instance.

An instance with its descriptors and its search words took more than the rest of an import; the tests hold both to the
same answer.
"""

from functools import lru_cache
from secrets import token_bytes
from typing import Any

from actors.enums import EssReason, Family, Label, LegalForm, Precision
from actors.importers.places import Place
from actors.services import facet_words
from observatory.maps.quadkeys import quadkey
from observatory.records.enums import State
from observatory.records.identity import ALPHABET, LENGTH, slug_for, sort_key
from observatory.search import analysis

from .writing import FIELDS

#: families whose statute makes them part of the ESS (law of 2014, article 1)
BY_STATUTE = {Family.ASSOCIATION, Family.COOPERATIVE, Family.MUTUAL, Family.FOUNDATION}
_DEFAULTS = {
    field.attname: None if field.null else (field.get_default() if field.has_default() else "") for field in FIELDS
}
_FAMILIES, _FORMS = dict(Family.choices), dict(LegalForm.choices)


def draw_public_id() -> str:
    """As ``identity.new_public_id``, in one draw."""
    bits = int.from_bytes(token_bytes(8))
    return "".join(ALPHABET[(bits >> (5 * i)) & 31] for i in range(LENGTH))


def new_values(values: dict[str, Any]) -> dict[str, Any]:
    """The plain values of a new record: those of the line, and why it is part of the ESS."""
    said = {field: value for field, value in values.items() if value not in (None, "", [])}
    return said | {"is_ess": True, "ess_reason": _reason(said)}


def _reason(values: dict[str, Any]) -> str:
    if values.get("family") in BY_STATUTE:
        return str(EssReason.STATUTE)
    if any(label[0] == Label.ESUS for label in values.get("labels", ())):
        return str(EssReason.ESUS)
    return str(EssReason.CITED)


@lru_cache(maxsize=200_000)
def _word(word: str) -> tuple[str | None, tuple[str, ...]]:
    """The principal stem and every token of a word; nothing for a stop word."""
    if analysis.is_stop(word):
        return None, ()
    stems = analysis.stems(word)
    return stems[0], tuple(dict.fromkeys((*stems, analysis.plain(word))))


@lru_cache(maxsize=20_000)
def _tokens(text: str) -> tuple[str, ...]:
    return tuple(token for word in analysis.words(text) for token in _word(word)[1])


def _line(name: str) -> str:
    return " ".join(stem for word in analysis.words(name) if (stem := _word(word)[0]))


def _names(*names: str) -> str:
    lines = dict.fromkeys(line for name in names if name and (line := _line(name)))
    return "".join(f"| {line} " for line in lines) + "|" if lines else ""


#: the middle of a commune comes back for each of its actors
_cell = lru_cache(maxsize=50_000)(quadkey)


def new_row(values: dict[str, Any], place: Place, themes: dict[str, tuple[int, str]], search=lambda text: text) -> list:
    """The row of a new actor in the order of ``writing.COLUMNS``; ``themes`` gives primary key and name by key.

    ``search`` turns index tokens into what the engine stores.
    """
    row = dict(_DEFAULTS)
    for field, value in values.items():
        if field in row:
            row[field] = value
    name = values["name"]
    row |= {"public_id": draw_public_id(), "slug": slug_for(name), "sort_key": sort_key(name)}
    row["state"] = str(State.PUBLISHED)
    row |= {
        "territory_id": place.territory,
        "commune_id": place.commune,
        "epci_id": place.epci,
        "departement_id": place.departement,
        "region_id": place.region,
    }
    if point := values.get("point"):
        row["longitude"], row["latitude"] = point
        row["precision"] = str(Precision.ADDRESS)
    elif place.longitude is not None:
        row["longitude"], row["latitude"] = place.longitude, place.latitude
        row["precision"] = str(Precision.COMMUNE)
    if row["longitude"] is not None:
        row["quadkey"] = _cell(row["longitude"], row["latitude"])
    kinds = [themes[key] for key in values.get("themes", ())]
    labels = [label for label, *_ in values.get("labels", ())]
    family, form = values.get("family"), values.get("legal_form")
    row["facets"] = facet_words(
        family=family, legal_form=form, themes=[pk for pk, _ in kinds], labels=labels, networks=()
    )
    names = (name, values.get("acronym", ""))
    row["search_names"] = _names(*names)
    fixed = (*(n for _, n in kinds), _FAMILIES.get(family, ""), _FORMS.get(form, ""))
    texts = (*names, *values.get("activities", ()), *fixed, *(Label(label).label for label in labels), *place.terms)
    tokens = dict.fromkeys(token for text in texts for token in _tokens(text))
    if description := values.get("description"):
        tokens |= dict.fromkeys(token for word in analysis.words(description) for token in _word(word)[1])
    row["search_text"] = search(" ".join(tokens))
    return list(row.values())
