"""What a staging reads once from the database: communes, themes, and the reader of the list's lines."""

from collections import defaultdict
from pathlib import Path

from actors.importers import cells
from actors.importers.lines import Reader
from actors.importers.places import Place, Places
from actors.importers.tables import Table, open_table
from actors.models import Theme
from observatory.territories.enums import Level
from observatory.territories.models import Membership, Territory

from .enums import WhenEmpty
from .models import Import
from .preparing import Preparer

_COLUMNS = (
    *("pk", "code", "official_code", "name", "postal_codes", "epci_id", "departement_id", "region_id"),
    *("longitude", "latitude", "is_current"),
)


def table_of(load: Import) -> Table:
    """The file of an import; raises ``Unreadable``."""
    return open_table(Path(load.file.path), sheet=load.sheet)


def inside(territory: Territory) -> set[int]:
    """The territories that lie in ``territory``, itself included: what an import may write to."""
    columns = {Level.REGION: "region", Level.DEPARTEMENT: "departement", Level.EPCI: "epci"}
    if column := columns.get(territory.level):
        own = Territory.objects.filter(**{column: territory}).values_list("pk", flat=True)
    else:
        own = Membership.objects.filter(territory=territory).values_list("member_id", flat=True)
    return {territory.pk, *own}


def places(territory: Territory) -> Places:
    """Every commune, those of today and those that merged; each knows whether it lies in ``territory``."""
    allowed = inside(territory)
    rows = {row[0]: row for row in Territory.objects.at(Level.COMMUNE).order_by("pk").values_list(*_COLUMNS)}
    links = Territory.successors.through.objects.filter(from_territory__level=Level.COMMUNE)
    heirs = defaultdict(list)
    for former, heir in links.order_by("pk").values_list("from_territory_id", "to_territory_id"):
        heirs[former].append(heir)
    return Places(_place(row, rows, heirs, allowed) for row in rows.values())


def _place(row: tuple, rows: dict[int, tuple], heirs: dict[int, list[int]], allowed: set[int]) -> Place:
    pk, code, official_code, name, postal_codes, *_, is_current = row
    today = row if is_current else next((rows[heir] for heir in heirs.get(pk, ()) if heir in rows), row)
    commune, _, _, today_name, today_codes, epci, departement, region, longitude, latitude, _ = today
    return Place(
        code=code,
        official_code=official_code,
        name=name,
        postal_codes=tuple(postal_codes),
        territory=pk,
        commune=commune,
        epci=epci,
        departement=departement,
        region=region,
        longitude=longitude,
        latitude=latitude,
        terms=(today_name, *today_codes),
        inside=not allowed.isdisjoint((pk, commune, epci, departement, region)),
    )


def preparer(load: Import, table: Table, *, derive: bool) -> Preparer:
    """The reader of the lines of an import, ready to be handed to other processes."""
    return Preparer(table, reader(load, table.headers), _themes(), derive, load.pk or 0)


def reader(load: Import, headers: list[str]) -> Reader:
    """What reads the lines of an import under its mapping."""
    names = {cells.words(text): key for key, (_, name) in _themes().items() for text in (key, name)}
    return Reader(
        headers=headers,
        mapping={int(index): field for index, field in load.mapping.items()},
        constants=load.constants,
        places=places(load.actor_list.territory),
        themes=names,
        clear=load.when_empty == WhenEmpty.CLEAR,
    )


def _themes() -> dict[str, tuple[int, str]]:
    """Key → primary key and name."""
    return {theme.key: (theme.pk, theme.name) for theme in Theme.objects.all()}
