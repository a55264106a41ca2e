"""Lists for the tests of imports: a région, lines, files, and an import brought to a stage."""

import csv
import io
from datetime import date

import pytest
from django.core.files.base import ContentFile
from openpyxl import Workbook
from stdnum import luhn

from actors.importers.tables import open_table
from actors.imports import services, tasks
from actors.imports.enums import Stage
from actors.imports.models import Import

from .factories import CommuneFactory, TerritoryFactory

HEADERS = ["Nom", "SIRET", "RNA", "Famille", "Code postal", "Commune", "Téléphone", "Courriel", "Création"]


@pytest.fixture(autouse=True)
def private_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def region(db):
    region = TerritoryFactory(level="region", official_code="32", name="Hauts-de-France")
    other = TerritoryFactory(level="region", official_code="53", name="Bretagne")
    nord = TerritoryFactory(level="departement", official_code="59", name="Nord", region=region)
    wider = {"region": region, "departement": nord}
    CommuneFactory(official_code="59350", name="Lille", postal_codes=["59000", "59800"], **wider)
    CommuneFactory(official_code="59512", name="Roubaix", postal_codes=["59100"], **wider)
    CommuneFactory(official_code="62765", name="Saint-Omer", postal_codes=["62500"], **wider)
    CommuneFactory(official_code="29019", name="Brest", postal_codes=["29200"], region=other)
    return region


def siret(n: int) -> str:
    siren = f"{n:08}"
    siren += luhn.calc_check_digit(siren)
    return (nic := f"{siren}0001") + luhn.calc_check_digit(nic)


def as_csv(rows, headers=HEADERS, *, encoding="utf-8-sig", separator=";", title=()) -> bytes:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=separator)
    writer.writerows([*title, headers, *rows])
    return buffer.getvalue().encode(encoding)


def as_xlsx(rows, headers=HEADERS) -> bytes:
    book, buffer = Workbook(), io.BytesIO()
    for row in [headers, *rows]:
        book.active.append(row)
    book.save(buffer)
    return buffer.getvalue()


def read(content: bytes, path, name="liste.csv"):
    (path / name).write_bytes(content)
    return open_table(path / name)


def staged(region, content: bytes, *, name="liste.csv", when_empty="keep", constants=None, user=None) -> Import:
    file = ContentFile(content, name=name)
    load = services.create(file=file, territory=region, title="Liste de la CRESS", edition=date(2026, 1, 15), user=user)
    samples = [row for _, row in open_table(load.file.path).rows()][:30]
    services.set_mapping(load, services.suggested(load, samples), constants or {}, when_empty)
    services.start(load, Stage.STAGING)
    tasks.run(load.pk)
    load.refresh_from_db()
    return load


def applied(*args, **kwargs) -> Import:
    load = staged(*args, **kwargs)
    assert load.stage == Stage.STAGED, load.error
    services.start(load, Stage.APPLYING)
    tasks.run(load.pk)
    load.refresh_from_db()
    assert load.stage == Stage.APPLIED, load.error
    return load


def line(name="Le Relais", number=1, **cells):
    values = dict(zip(HEADERS, [name, siret(number), "", "Association", "59000", "Lille", "", "", ""], strict=True))
    return list((values | cells).values())


def fates(load) -> dict[str, int]:
    return {fate: n for fate, n in load.counts.items() if n and fate not in ("lines", "remarks")}
