"""Which rows of the kits are part of which records, beyond what stands on their own tables.

The words of a fiche belong to its versions, and an edition says which version is in force: loading one changes what kits,
fiches, levers and examples show.
"""

from observatory.records import triggers

from .models import Experience, Kit, Lever, Sheet

_OF_VERSION = "SELECT sheet_id FROM kits_sheetversion WHERE id IN ({keys})"
for table, column in (
    *((f"kits_{part}", "version_id") for part in ("keyfigure", "resource", "crossreference", "leverversion")),
    ("kits_experienceversion", "version_id"),
    ("kits_editionsheet", "version_id"),
    ("kits_sheetversion_actors", "sheetversion_id"),
):
    triggers.register_part(Sheet, table, column, _OF_VERSION)
triggers.register_part(
    Sheet,
    "kits_resource_authors",
    "resource_id",
    "SELECT v.sheet_id FROM kits_sheetversion v JOIN kits_resource r ON r.version_id = v.id WHERE r.id IN ({keys})",
)
triggers.register_part(Kit, "kits_editionsheet", "edition_id", "SELECT kit_id FROM kits_edition WHERE id IN ({keys})")
triggers.register_part(
    Kit,
    "kits_sheetversion",
    "id",
    "SELECT e.kit_id FROM kits_edition e JOIN kits_editionsheet p ON p.edition_id = e.id WHERE p.version_id IN ({keys})",
)
triggers.register_part(Lever, "kits_experience", "lever_id")
triggers.register_part(Sheet, "kits_edition", "kit_id", "SELECT id FROM kits_sheet WHERE kit_id IN ({keys})")
for model in (Lever, Experience):
    own = model._meta.db_table
    triggers.register_part(
        model,
        "kits_edition",
        "kit_id",
        f"SELECT own.id FROM {own} own JOIN kits_sheet s ON s.id = own.sheet_id WHERE s.kit_id IN ({{keys}})",
    )
    triggers.register_part(
        model,
        "kits_editionsheet",
        "version_id",
        f"SELECT own.id FROM {own} own JOIN kits_sheetversion v ON v.sheet_id = own.sheet_id WHERE v.id IN ({{keys}})",
    )
