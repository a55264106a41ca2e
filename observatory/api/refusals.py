"""Every refusal that a caller may meet, with the request that meets it: the examples of the OpenAPI document.

``tests/test_api_docs.py`` makes each of these requests and holds the answer against the body that stands here; numbers in
sentences are those of one installation.
"""

from dataclasses import dataclass

from .errors import describe

_LIST = "/api/v1/territories/"


@dataclass(frozen=True)
class Refusal:
    """A problem as an answer gives it."""

    status: int
    code: str
    summary: str
    #: the address that is refused, empty when the refusal does not hang on it
    address: str = ""
    detail: str = ""
    field: str = ""
    headers: dict[str, str] | None = None

    @property
    def body(self) -> dict:
        return describe(self.status, detail=self.detail, reason=self.code, field=self.field)


REFUSALS = [
    Refusal(
        *(400, "invalid", "Valeur mal écrite", f"{_LIST}?page=0"),
        "« 0 » ne convient pas : page est un nombre entier à partir de 1.",
        "page",
    ),
    Refusal(
        *(400, "unknown_parameter", "Paramètre inconnu", f"{_LIST}?regoin=region-32"),
        "Le paramètre « regoin » n’existe pas ici. Vouliez-vous dire « region » ?",
        "regoin",
    ),
    Refusal(
        *(400, "repeated_parameter", "Paramètre donné deux fois", f"{_LIST}?sort=name&sort=-name"),
        "Le paramètre « sort » est donné 2 fois : il n’accepte qu’une valeur.",
        "sort",
    ),
    Refusal(
        *(400, "empty_parameter", "Paramètre vide", f"{_LIST}?region="),
        "Le paramètre « region » est vide : donnez-lui une valeur, ou retirez-le.",
        "region",
    ),
    Refusal(
        *(400, "no_word", "Recherche sans mot", f"{_LIST}?q=le"),
        "« le » ne contient aucun mot qui se cherche : ni chiffre, ni lettre hors des mots trop courants.",
        "q",
    ),
    Refusal(
        *(400, "unknown_field", "Champ inconnu", f"{_LIST}?fields=nam"),
        "Le champ « nam » n’existe pas ici. Vouliez-vous dire « name » ?",
        "fields",
    ),
    Refusal(
        *(400, "unknown_format", "Format inconnu", f"{_LIST}?format=xml"),
        "Le format « xml » n’est pas servi ici : json, geojson, csv, ndjson, xlsx.",
        "format",
    ),
    Refusal(
        *(400, "contradiction", "Paramètres qui ne vont pas ensemble", f"{_LIST}?changed_since=0&page=2"),
        "page ne va pas avec changed_since : une suite de changements se lit par son adresse `next`, sans numéro de page.",
        "page",
    ),
    Refusal(
        *(400, "unknown_number", "Numéro de changement pas encore donné", f"{_LIST}?changed_since=900000000"),
        "Le numéro 900000000 n’a pas encore été donné, le dernier est 189068 : si vous le tenez de nous, une sauvegarde a "
        "été reprise. Relisez tout avec changed_since=0.",
        "changed_since",
    ),
    Refusal(
        *(400, "too_many_rows", "Liste trop longue pour un classeur", ""),
        "La liste compte 2000000 fiches et une feuille n’en tient que 1048575 : filtrez la liste, ou demandez format=csv.",
        "format",
    ),
    Refusal(
        *(401, "unknown_scheme", "En-tête mal écrit", _LIST),
        "L’en-tête Authorization s’écrit « Api-Key » puis la clé. Sans cet en-tête, la lecture reste ouverte.",
        headers={"Authorization": "Bearer x"},
    ),
    Refusal(
        *(401, "unknown_key", "Clé inconnue", _LIST),
        "Cette clé n’est pas reconnue : est-elle entière ? Sans clé, la lecture reste ouverte.",
        headers={"Authorization": "Api-Key x"},
    ),
    Refusal(
        *(401, "revoked_key", "Clé révoquée", ""),
        "Cette clé a été révoquée le 31 mars 2026. Une autre se crée sur /compte/cles/.",
    ),
    Refusal(
        *(401, "key_without_right", "Clé de quelqu’un qui n’a plus de rôle", ""),
        "La personne qui a créé cette clé n’a plus de rôle sur l’observatoire.",
    ),
    Refusal(
        *(404, "not_found", "Fiche inconnue", f"{_LIST}0000000000/"),
        "Aucune fiche publiée ne porte « 0000000000 ».",
        "key",
    ),
    Refusal(
        *(404, "page_past_the_end", "Page après la dernière", f"{_LIST}?page=900000"),
        "La page 900000 n’existe pas : la dernière est la page 1815.",
        "page",
    ),
    Refusal(*(406, "not_acceptable", "Type de contenu non servi", _LIST), headers={"Accept": "text/html"}),
    Refusal(
        *(416, "range_not_satisfiable", "Partie après la fin", ""),
        "Le fichier tient 82542 octets : la partie demandée n’existe pas.",
    ),
    Refusal(
        *(429, "too_many_requests", "Rythme dépassé", ""),
        "Vous avez fait toutes les demandes permises : les suivantes le seront dans 40 secondes. Une clé en permet "
        "davantage.",
    ),
    Refusal(500, "server_error", "Panne de notre côté"),
    Refusal(503, "unavailable", "Base arrêtée"),
]
