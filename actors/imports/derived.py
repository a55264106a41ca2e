"""The whole row of a new actor from its plain values: what ``services.derive`` gives, without a model instance.

An instance with its descriptors and its search words took more than the rest of an import; the tests hold both to the
same answer.
"""

from functools import lru_cache
from secrets import token_bytes
from typing import Any

from actors.enums import BY_STATUTE, EssReason, Family, Label, LegalForm, Precision
from actors.importers.places import Place
from actors.services import facet_words
from observatory.maps.quadkeys import quadkey
from observatory.records.enums import State
from observatory.records.identity import ALPHABET, LENGTH, slug_for
from observatory.search import analysis

from .writing import FIELDS

_DEFAULTS = {
    field.attname: None if field.null else (field.get_default() if field.has_default() else "") for field in FIELDS
} | {"state": str(State.PUBLISHED)}
#: plain value → its place in the row; territory, point, themes and labels go their own ways
_AT = {field.attname: at for at, field in enumerate(FIELDS)}
_PUBLIC_ID, _SLUG, _SORT_KEY = _AT["public_id"], _AT["slug"], _AT["sort_key"]
_NAMES, _TEXT, _FACETS = _AT["search_names"], _AT["search_text"], _AT["facets"]
_PLACED = [
    _AT[field]
    for field in (
        *("territory_id", "commune_id", "epci_id", "departement_id", "region_id"),
        *("longitude", "latitude", "precision", "quadkey"),
    )
]
_ADDRESS, _COMMUNE = str(Precision.ADDRESS), str(Precision.COMMUNE)
_LABELS = dict(Label.choices)
_FAMILIES, _FORMS = dict(Family.choices), dict(LegalForm.choices)
#: two signs of a public id at a time
_PAIRS, _SHIFTS = [one + other for one in ALPHABET for other in ALPHABET], range(0, 5 * LENGTH, 10)


def draw_public_id() -> str:
    """As ``identity.new_public_id``, in one draw."""
    bits = int.from_bytes(token_bytes(8))
    return "".join([_PAIRS[(bits >> shift) & 1023] for shift in _SHIFTS])


def new_values(values: dict[str, Any]) -> dict[str, Any]:
    """The plain values of a new record: those of the line, and why it is part of the ESS."""
    said = {field: value for field, value in values.items() if value or value == 0}
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


#: the middle of a commune comes back for each of its actors
_cell = lru_cache(maxsize=50_000)(quadkey)


@lru_cache(maxsize=20_000)
def _facets(family: str | None, form: str | None, themes: tuple[int, ...], labels: tuple[str, ...]) -> str:
    return facet_words(family=family, legal_form=form, themes=themes, labels=labels, networks=())


class NewRows:
    """Draws up the packed rows of new actors, in the order of ``writing.COLUMNS``.

    ``themes`` gives primary key and name by key. What no line changes is packed once.
    """

    def __init__(self, themes: dict[str, tuple[int, str]], writer):
        self.themes, self.writer = themes, writer
        self.base = [writer.cell(_DEFAULTS.get(field.attname)) for field in FIELDS]

    def draw(self, values: dict[str, Any], place: Place, filed: str) -> tuple[str, str]:
        """Public id and packed row; ``filed`` is the sort key of the name."""
        row, cell, public_id = self.base.copy(), self.writer.cell, draw_public_id()
        for field, value in values.items():
            if field in _AT:
                row[_AT[field]] = value if value.__class__ is str else cell(value)
        kinds = [self.themes[key] for key in values.get("themes", ())]
        labels = tuple([label for label, *_ in values.get("labels", ())])
        names, tokens = _searched(values, kinds, labels, place.terms)
        row[_PUBLIC_ID], row[_SLUG], row[_SORT_KEY] = public_id, slug_for(values["name"]), filed
        row[_NAMES], row[_TEXT] = names, self.writer.search(tokens)
        row[_FACETS] = _facets(values.get("family"), values.get("legal_form"), tuple([pk for pk, _ in kinds]), labels)
        for at, value in zip(_PLACED, _where(place, values.get("point")), strict=True):
            row[at] = cell(value)
        return public_id, self.writer.join(row)


def _where(place: Place, point: list[float] | None) -> tuple:
    """The values of ``_PLACED``."""
    wider = (place.territory, place.commune, place.epci, place.departement, place.region)
    if point:
        return *wider, *point, _ADDRESS, quadkey(*point)
    if place.longitude is None:
        return *wider, None, None, "", None
    return *wider, place.longitude, place.latitude, _COMMUNE, _cell(place.longitude, place.latitude)


def _searched(values: dict[str, Any], kinds: list, labels: tuple[str, ...], place: tuple[str, ...]) -> tuple[str, str]:
    """Both search columns: the names by their stems, and every token in the order of ``services.derive``."""
    lines, found = {}, []
    for name in (values["name"], values.get("acronym")):
        if name:
            known = [_word(word) for word in analysis.words(name)]
            lines["| " + " ".join([stem for stem, _ in known if stem]) + " "] = None
            for _, tokens in known:
                found += tokens
    lines.pop("|  ", None)
    for text in values.get("activities", ()):
        found += _tokens(text)
    for _, name in kinds:
        found += _tokens(name)
    found += _kind_tokens(values.get("family"), values.get("legal_form"), labels)
    found += _place_tokens(place)
    if description := values.get("description"):
        for word in analysis.words(description):
            found += _word(word)[1]
    return "".join(lines) + "|" if lines else "", " ".join(dict.fromkeys(found))


@lru_cache(maxsize=2_000)
def _kind_tokens(family: str | None, form: str | None, labels: tuple[str, ...]) -> tuple[str, ...]:
    texts = (_FAMILIES.get(family, ""), _FORMS.get(form, ""), *(_LABELS[label] for label in labels))
    return tuple(token for text in texts for token in _tokens(text))


@lru_cache(maxsize=50_000)
def _place_tokens(terms: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(token for text in terms for token in _tokens(text))
