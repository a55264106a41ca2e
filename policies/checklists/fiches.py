"""A checklist on paper: the whole of it, as one takes it to a council, and its summary on one page."""

from django.urls import reverse

from observatory.pdf import fiches
from observatory.pdf.fiches import Printed
from observatory.pdf.images import svg_source

from .enums import Status
from .exports import name_of
from .selectors import Fiche, Reader, Tally
from .views_work import print_context

#: what may be asked for → its template
PARTS = {"grille": "pdf/checklist.html", "resume": "pdf/checklist_summary.html"}
#: fills that stay apart in grey: what is done is darkest
_TONES = {
    Status.DONE.value: "#0b4a3e",
    Status.ONGOING.value: "#4d8a7c",
    Status.PLANNED.value: "#9cc2b7",
    Status.TO_STUDY.value: "#dfd8c6",
    Status.DISMISSED.value: "#ffffff",
}


def public(fiche: Fiche, part: str, base: str) -> Printed:
    """What everybody may read of a published checklist; raises KeyError for an unknown part."""
    return _document(fiche, part, base, fiche.checklist.get_absolute_url(), "La page à jour")


def inside(fiche: Fiche, part: str, base: str) -> Printed:
    """The checklist of those who work on it; nothing of it stays on disk."""
    return _document(fiche, part, base, fiche.checklist.work_url, "La page de travail")


def guest(fiche: Fiche, part: str, base: str, title: str) -> Printed:
    """One without an account; its code leads to the kit, since who has the private link may write."""
    return _document(fiche, part, base, reverse("kits:kit", args=[fiche.checklist.kit.key]), "Le kit", title)


def _document(fiche: Fiche, part: str, base: str, path: str, qr_words: str, title: str = "") -> Printed:
    context = print_context(fiche, None)
    context["title"] = title or context["title"]
    pieces = [(row, piece) for row in [*fiche.rows, *fiche.withdrawn] for piece in row.pieces]
    context |= {
        "record": context["title"],
        "blocks": fiche.blocks,
        "evidence": pieces,
        "bar": _bar(fiche.tally),
        "bar_alt": _bar_alt(fiche.tally),
        "qr_words": qr_words,
    }
    name = f"resume-{_name(fiche)}" if part == "resume" else _name(fiche)
    is_public = fiche.reader is Reader.PUBLIC
    return fiches.page(PARTS[part], context, base=base, path=path, name=name, is_kept=is_public)


def _name(fiche: Fiche) -> str:
    return name_of(fiche) if fiche.checklist.collectivity_id else f"grille-{fiche.checklist.kit.key}"


def _bar(tally: Tally) -> str:
    """The share of each state as an image."""
    bands = "".join(
        f'<rect x="{band["x"]}" width="{band["width"]}" height="6" fill="{_TONES[band["status"]]}" stroke="#18261f" stroke-width=".15"/>'
        for band in tally.bands
    )
    frame = '<rect x=".1" y=".1" width="99.8" height="5.8" fill="none" stroke="#18261f" stroke-width=".15"/>'
    return svg_source(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 6" preserveAspectRatio="none">{bands}{frame}</svg>'
    )


def _bar_alt(tally: Tally) -> str:
    told = ", ".join(f"{row['label']} {row['count']}" for row in tally.rows)
    return f"Avancement sur {tally.total} leviers : {told}."
