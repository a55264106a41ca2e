"""The fields that a list may fill, and which column probably holds which. No database."""

import re
from dataclasses import dataclass

from . import cells

#: fields whose wrong value refuses the line; a wrong value of any other is left out and noted
ESSENTIAL = {"name", "siret", "siren", "rna", "postal_code", "commune", "insee", "key"}
#: fields that several columns may fill together
JOINED = {"address": ", ", "activities": " | ", "description": "\n", "labels": " | ", "themes": " | "}
PLACE = ("postal_code", "commune", "insee")


@dataclass(frozen=True)
class Field:
    """A field of the portal as the mapping page offers it."""

    key: str
    label: str
    #: headers that name it, as ``cells.words`` writes them; the first words weigh most
    names: tuple[str, ...]
    #: what its cells look like, when that tells
    looks: str = ""


FIELDS = [
    Field("name", "Nom", ("nom", "raison sociale", "denomination", "nom de la structure", "structure", "nom structure", "organisme", "nom usuel", "libelle", "denomination sociale", "entreprise", "nom de l entreprise", "name")),
    Field("acronym", "Sigle", ("sigle", "acronyme", "acronym")),
    Field("siret", "SIRET", ("siret", "n siret", "numero siret", "no siret", "siret siege"), r"\d{14}"),
    Field("siren", "SIREN", ("siren", "n siren", "numero siren"), r"\d{9}"),
    Field("rna", "RNA", ("rna", "n rna", "numero rna", "rna waldec", "waldec"), r"W\w{9}"),
    Field("family", "Famille", ("famille", "famille ess", "famille de l ess", "type de structure", "statut ess", "family")),
    Field("legal_form", "Forme juridique", ("forme juridique", "categorie juridique", "statut juridique", "statut", "code categorie juridique", "cj", "legal form", "forme")),
    Field("labels", "Labels et agréments", ("labels", "label", "agrement", "agrements", "labels et agrements")),
    Field("themes", "Thématiques", ("thematiques", "thematique", "themes", "theme")),
    Field("activities", "Activités", ("activites", "activite", "secteur", "secteur d activite", "activite principale", "metiers", "domaine d activite")),
    Field("description", "Description", ("description", "presentation", "resume", "objet", "objet social")),
    Field("address", "Adresse", ("adresse", "adresse 1", "rue", "voie", "adresse postale", "adresse complete", "complement d adresse", "adresse 2", "address")),
    Field("postal_code", "Code postal", ("code postal", "cp", "codepostal", "postal"), r"\d{5}"),
    Field("commune", "Commune", ("commune", "ville", "localite", "nom commune", "libelle commune", "city")),
    Field("insee", "Code Insee de la commune", ("code commune", "code insee", "insee", "code commune insee", "codecommune", "depcom", "code officiel commune")),
    Field("longitude", "Longitude", ("longitude", "long", "lon", "lng")),
    Field("latitude", "Latitude", ("latitude", "lat")),
    Field("telephone", "Téléphone", ("telephone", "tel", "tel fixe", "numero de telephone", "phone"), r"(?:\+33|0)\s?\d(?:[\s.\-]?\d{2}){4}"),
    Field("email", "Courriel", ("courriel", "email", "e mail", "mail", "adresse mail", "adresse electronique", "mel"), r"[^@\s]+@[^@\s]+\.\w+"),
    Field("website", "Site", ("site", "site web", "site internet", "url", "web", "siteweb", "lien"), r"(?:https?://|www\.)\S+"),
    Field("founded", "Année de création", ("annee de creation", "date de creation", "creation", "creee en", "annee creation", "founded")),
    Field("workforce", "Effectif", ("effectif", "effectifs", "nombre de salaries", "salaries", "nb salaries", "workforce")),
    Field("key", "Identifiant de la liste", ("identifiant", "id", "identifiant de la liste", "reference", "ref", "numero", "code adherent", "n adherent")),
]  # fmt: skip
BY_KEY = {field.key: field for field in FIELDS}


def suggest(headers: list[str], samples: list[list[str]], remembered: dict[str, str] | None = None) -> dict[int, str]:
    """The field of each column: as remembered, else by its header, else by its cells; each field once."""
    remembered, found = remembered or {}, {}
    for index, header in enumerate(headers):
        if cells.words(header) in remembered:
            found[index] = remembered[cells.words(header)]
    known = bool(remembered)
    taken = set(found.values())
    for rank in range(max(len(field.names) for field in FIELDS)):
        for field in FIELDS:
            if field.key in taken or known or rank >= len(field.names):
                continue
            for index, header in enumerate(headers):
                if index not in found and cells.words(header) == field.names[rank]:
                    found[index] = field.key
                    taken.add(field.key)
                    break
    if not known:
        _by_looks(samples, found, taken)
    return {index: field for index, field in sorted(found.items()) if field}


def _by_looks(samples: list[list[str]], found: dict[int, str], taken: set[str]) -> None:
    for field in FIELDS:
        if not field.looks or field.key in taken:
            continue
        pattern = re.compile(field.looks)
        for index in range(max(map(len, samples), default=0)):
            column = [re.sub(r"(?<=\d) (?=\d)", "", row[index]) for row in samples if index < len(row) and row[index]]
            if index not in found and column and sum(map(bool, map(pattern.fullmatch, column))) >= 0.7 * len(column):
                found[index] = field.key
                taken.add(field.key)
                break


def signature(headers: list[str]) -> str:
    """What tells one layout of columns from another, whatever its order."""
    return "|".join(sorted(cells.words(header) for header in headers))


def problems(mapping: dict[int, str], constants: dict[str, str]) -> list[str]:
    """Why a mapping cannot be used, in French; empty when it can."""
    found = []
    counts: dict[str, int] = {}
    for field in mapping.values():
        counts[field] = counts.get(field, 0) + 1
    found += [
        f"Deux colonnes sont données pour « {BY_KEY[field].label} » : gardez-en une."
        for field, count in counts.items()
        if count > 1 and field not in JOINED
    ]
    if not counts.keys() & {"name"}:
        found.append("Dites quelle colonne porte le nom.")
    if ("longitude" in counts) != ("latitude" in counts):
        found.append("Longitude et latitude vont ensemble.")
    if both := counts.keys() & constants.keys():
        found += [f"« {BY_KEY[f].label} » a une colonne et une valeur pour toute la liste : choisissez." for f in both]
    return found
