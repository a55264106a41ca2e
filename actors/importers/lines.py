"""A line of a list to plain values (those of ``actors.editing``), with what is wrong in it. No database."""

from collections.abc import Callable
from typing import Any, NamedTuple

from ..enums import FAMILY_OF
from . import cells
from .cells import Wrong, says_nothing
from .columns import BY_KEY, ESSENTIAL, JOINED, PLACE
from .places import Place, Places

#: legal form → family, which a list that tells the form need not tell
_FAMILIES = {str(form): str(family) for form, family in FAMILY_OF.items()}
#: field → what it holds when it is emptied
EMPTY: dict[str, Any] = {
    **dict.fromkeys(("acronym", "description", "address", "telephone", "email", "website"), ""),
    **dict.fromkeys(("family", "legal_form", "founded", "workforce"), None),
    "labels": [],
    "themes": [],
    "activities": [],
}


class Line(NamedTuple):
    """What a line says."""

    number: int
    raw: list[str]
    values: dict[str, Any]
    #: (column, value, sentence)
    problems: list[tuple[str, str, str]]
    #: why nothing of the line may be written; empty when all may
    refusal: str
    key: str
    place: Place | None


class Reader:
    """Reads lines under one mapping: column index → field, field → value for the whole list."""

    def __init__(
        self,
        *,
        headers: list[str],
        mapping: dict[int, str],
        constants: dict[str, Any],
        places: Places,
        themes: dict[str, str],
        clear: bool = False,
    ):
        self.headers, self.places, self.clear = headers, places, clear
        self.constants = constants
        readers: dict[str, Callable] = {
            "name": cells.name(300),
            "acronym": cells.name(40),
            "siret": cells.siret,
            "siren": cells.siren,
            "rna": cells.rna,
            "family": cells.family,
            "legal_form": cells.legal_form,
            "labels": cells.labels,
            "themes": cells.themes_reader(themes),
            "activities": cells.activities,
            "description": cells.description,
            "address": cells.line(250),
            "longitude": cells.degrees(180),
            "latitude": cells.degrees(85),
            "telephone": cells.telephone,
            "email": cells.email,
            "website": cells.website,
            "founded": cells.year,
            "workforce": cells.count,
            "key": cells.key,
        }
        columns: dict[str, list[int]] = {}
        for index, field in sorted(mapping.items()):
            columns.setdefault(field, []).append(index)
        self.place_columns = {field: columns.pop(field)[0] for field in PLACE if field in columns}
        self.fields = [(field, indexes, readers[field]) for field, indexes in columns.items()]

    def read(self, number: int, row: list[str]) -> Line:
        values: dict[str, Any] = {}
        problems: list[tuple[str, str, str]] = []
        refusal = ""
        for field, indexes, reader in self.fields:
            text = row[indexes[0]] if len(indexes) == 1 else self._joined(field, row, indexes)
            if len(text) > 1 and text[0] == "'" and text[1] in "=+-@":
                text = text[1:]  # the apostrophe that exports put before a formula
            if not text or says_nothing(text):
                if self.clear and field in EMPTY:
                    values[field] = EMPTY[field]
                continue
            try:
                values[field] = reader(text)
            except Wrong as wrong:
                problems.append((self.headers[indexes[0]], text[:200], str(wrong)))
                if field in ESSENTIAL:
                    refusal = refusal or str(wrong)
        place, wrong_place = self._place(row, problems)
        refusal = refusal or wrong_place or self._whole(row, values, problems)
        for field in ("labels", "themes", "activities"):
            if field in values:
                values[field] = list(values[field])
        if "labels" in values:
            values["labels"] = [[label, None, None] for label in values["labels"]]
        key = values.pop("key", "")
        if place is not None:
            values["territory"] = place.code
        values = self.constants | values
        if not values.get("family") and values.get("legal_form") in _FAMILIES:
            values["family"] = _FAMILIES[values["legal_form"]]
        return Line(number, row, values, problems, refusal, key, place)

    def _joined(self, field: str, row: list[str], indexes: list[int]) -> str:
        parts = (row[index] for index in indexes)
        return JOINED[field].join(dict.fromkeys(part for part in parts if part))

    def _place(self, row: list[str], problems: list) -> tuple[Place | None, str]:
        columns = self.place_columns
        insee, postal_code, name = (
            row[columns[f]] if f in columns else "" for f in ("insee", "postal_code", "commune")
        )
        if not (insee or postal_code or name):
            return None, ""
        try:
            return self.places.find(insee, postal_code, name), ""
        except Wrong as wrong:
            column = next(f for f, text in (("insee", insee), ("commune", name), ("postal_code", postal_code)) if text)
            problems.append((self.headers[columns[column]], insee or name or postal_code, str(wrong)))
            return None, str(wrong)

    def _whole(self, row: list[str], values: dict, problems: list) -> str:
        """What is wrong between the cells of a line; settles SIREN and point."""
        if not values.get("name"):
            sentence = "Le nom manque."
            problems.append((BY_KEY["name"].label, "", sentence))
            return sentence
        if len(row) > len(self.headers) and any(row[len(self.headers) :]):
            sentence = "La ligne a plus de cases que l’en-tête n’a de colonnes : un séparateur y est de trop."
            problems.append(("", "", sentence))
            return sentence
        siret = values.get("siret")
        if siret and not siret.startswith(values.setdefault("siren", siret[:9])):
            sentence = f"Le SIRET {siret} ne commence pas par le SIREN {values['siren']}."
            problems.append((BY_KEY["siret"].label, siret, sentence))
            return sentence
        longitude, latitude = values.pop("longitude", None), values.pop("latitude", None)
        if (longitude is None) != (latitude is None):
            problems.append(
                (BY_KEY["longitude"].label, "", "Longitude et latitude vont ensemble : le point est laissé.")
            )
        elif longitude is not None:
            values["point"] = [longitude, latitude]
        return ""
