"""A checklist as a file: CSV for spreadsheets, XLSX, JSON; the same reading as the page (``selectors.fiche``)."""

import json
from dataclasses import dataclass

from django.http import HttpResponse
from django.utils import timezone

from observatory.pages import downloads

from .selectors import Fiche, Reader, Row


@dataclass(frozen=True)
class Line:
    """A lever with the fiche that it stands in."""

    number: str
    sheet: str
    row: Row


PUBLIC = [
    ("numero_fiche", lambda line: line.number),
    ("fiche", lambda line: line.sheet),
    ("levier", lambda line: line.row.title),
    ("etat", lambda line: line.row.status_label),
    ("note", lambda line: line.row.note),
    ("pieces", lambda line: " | ".join(piece.label for piece in line.row.pieces)),
    ("adresses", lambda line: " | ".join(piece.url for piece in line.row.pieces if piece.url)),
]
#: what those who work on it read beside
INSIDE = [
    ("motif", lambda line: line.row.answer.reason if line.row.answer else ""),
    ("service", lambda line: line.row.service),
    ("echeance", lambda line: line.row.due and line.row.due.isoformat()),
    ("priorite", lambda line: line.row.priority_label),
    ("conseil", lambda line: line.row.advice.text if line.row.advice else ""),
]


def _lines(fiche: Fiche) -> list[Line]:
    lines = [Line(block.number, block.title, row) for block in fiche.blocks for row in block.rows]
    return lines + [Line("", "Leviers que l’édition n’a plus", row) for row in fiche.withdrawn]


def _columns(fiche: Fiche) -> list[tuple]:
    return PUBLIC + (INSIDE if fiche.reader is Reader.INSIDE else [])


def name_of(fiche: Fiche) -> str:
    """How a file of a checklist is called, without its ending."""
    demonstration = "demonstration-" if fiche.checklist.is_demonstration else ""
    return f"grille-{demonstration}{fiche.checklist.collectivity.code}-{fiche.checklist.kit.key}"


def csv_response(fiche: Fiche, base: str):
    return downloads.csv_response(_lines(fiche), _columns(fiche), name_of(fiche))


def xlsx_response(fiche: Fiche, base: str):
    return downloads.xlsx_response(_lines(fiche), _columns(fiche), name_of(fiche), sheet="Grille")


def json_response(fiche: Fiche, base: str) -> HttpResponse:
    checklist = fiche.checklist
    body = {
        "collectivite": {"code": checklist.collectivity.code, "nom": checklist.collectivity.name},
        "kit": checklist.kit.key,
        "edition": checklist.edition.key,
        "publiee_le": checklist.published_on and checklist.published_on.isoformat(),
        "demonstration": checklist.is_demonstration,
        "faite_le": timezone.localdate().isoformat(),
        "adresse": f"{base}{checklist.get_absolute_url()}",
        "leviers": [
            {"identifiant": line.row.lever.public_id}
            | {name: value(line) or None for name, value in _columns(fiche) if name not in ("pieces", "adresses")}
            | {"pieces": [{"intitule": p.label, "nature": p.noun, "adresse": p.url or None} for p in line.row.pieces]}
            for line in _lines(fiche)
        ],
    }
    text = json.dumps(body, ensure_ascii=False, indent=1)
    return downloads.attach(HttpResponse(text, content_type="application/json"), f"{name_of(fiche)}.json")


FORMATS = {
    "csv": ("CSV", csv_response),
    "xlsx": ("Excel (XLSX)", xlsx_response),
    "json": ("JSON", json_response),
}
