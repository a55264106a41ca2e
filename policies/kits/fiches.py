"""The printed fiches of the kits: a fiche of the Kit, a lever with its local examples. Each as its last edition tells it."""

from django.db.models import QuerySet

from observatory.pdf import registry

from ..fiches import told
from . import selectors
from .enums import LeverLevel, SheetKind
from .filters import SheetFilter
from .models import Edition, EditionSheet, Lever, LeverVersion, Sheet


def _edition(sheet: Sheet) -> Edition | None:
    """The edition in force, or the last one that had the fiche."""
    return next((one for one in selectors.editions_of(sheet.kit.key, sheet.key) if one.told), None)


def _find_sheet(key: str) -> Sheet | None:
    sheet = Sheet.objects.select_related("kit").filter(public_id=key).exclude(kind=SheetKind.LIST).first()
    return sheet if sheet and _edition(sheet) else None


def _sheets() -> QuerySet[Sheet]:
    """The fiches of the editions in force."""
    held = EditionSheet.objects.filter(edition__is_current=True).values("version__sheet")
    return Sheet.objects.filter(pk__in=held).exclude(kind=SheetKind.LIST)


def _sheet(sheet: Sheet) -> dict:
    edition = _edition(sheet)
    place = EditionSheet.objects.select_related("version__sheet__kit", "version__source")
    place = place.get(edition=edition, version=edition.told)
    return {
        "edition": edition,
        "place": place,
        "version": place.version,
        "content": selectors.content(place, edition),
    }


def _told(lever: Lever) -> LeverVersion | None:
    """A lever as the edition in force tells it, or the last one that had it."""
    for edition in selectors.editions_of(lever.sheet.kit.key, lever.sheet.key):
        rows = lever.versions.filter(version__places__edition=edition).select_related("version__source")
        if told := rows.first():
            told.edition = edition
            return told
    return None


def _find_lever(key: str) -> Lever | None:
    lever = Lever.objects.select_related("sheet__kit").filter(public_id=key).first()
    return lever if lever and _told(lever) else None


def _lever(lever: Lever) -> dict:
    told, themes, instruments = _told(lever), list(lever.themes.all()), list(lever.instruments.all())
    return {
        "told": told,
        "edition": told.edition,
        "levels": [LeverLevel(level).label for level in told.levels],
        "themes": themes,
        "instruments": instruments,
        "actors": list(selectors.published_actors().filter(levers=lever)),
        "examples": selectors.examples(told.version.experiences.filter(experience__lever=lever)),
        "near_levers": selectors.near_levers(lever, themes, instruments),
    }


registry.register(
    registry.Fiche(
        kind="fiche-du-kit",
        title="fiche du Kit",
        template="pdf/sheet.html",
        find=_find_sheet,
        context=_sheet,
    )
)
registry.register(
    registry.Fiche(kind="levier", title="levier", template="pdf/lever.html", find=_find_lever, context=_lever)
)
registry.register_batchable(
    registry.Batchable(
        key="kit",
        title="Fiches du Kit",
        fiche="fiche-du-kit",
        list_name="kits:home",
        found=lambda query: SheetFilter(query, _sheets()),
        told=told,
    )
)
