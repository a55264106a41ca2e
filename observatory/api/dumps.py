"""The nightly dump: every public record, as NDJSON and CSV, in one folder a day (``settings.DUMPS_DIR``).

All files of a dump are of one moment, named by one change number: a mirror begins with them, then asks what changed since
that number. They are gzipped, ten times smaller, once for everybody. A dump is written beside and renamed at the end, so that
a killed worker leaves nothing half; the chore (``records.chores``) then does it again within the hour.
"""

import gzip
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from observatory.records import changes
from observatory.records.chores import Chore, register
from observatory.records.snapshots import snapshot

from . import flat, registry, written
from .files import parts, read
from .formats import CSV, NDJSON, FileRenderer

#: how many dumps are kept
KEPT = 7
MANIFEST = "manifest.json"
FORMATS: tuple[type[FileRenderer], ...] = (NDJSON, CSV)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Dump:
    """A finished dump; ``manifest`` says what it holds."""

    day: date
    folder: Path
    manifest: dict

    @property
    def made_at(self) -> datetime:
        return datetime.fromisoformat(self.manifest["made_at"])

    @property
    def resources(self) -> list[tuple[str, int, list[dict]]]:
        """What each resource is, how many records it holds, and its files with their addresses."""
        rows = {}
        for file in self.manifest["files"]:
            link = file | {"url": reverse("api:dump", args=[self.day.isoformat(), file["name"]])}
            rows.setdefault(file["resource"], (file["label"], file["count"], []))[2].append(link)
        return list(rows.values())


def dumps() -> list[Dump]:
    """The finished dumps, the latest first."""
    return sorted(filter(None, map(_read, _folders())), key=lambda dump: dump.day, reverse=True)


def find(day: str) -> Dump | None:
    return _read(settings.DUMPS_DIR / day) if _DAY.fullmatch(day) else None


def make() -> str:
    """Write the dump of today in place of a former one of today; says what was done."""
    today = timezone.localdate().isoformat()
    target = settings.DUMPS_DIR / today
    settings.DUMPS_DIR.mkdir(parents=True, exist_ok=True)
    _forget_unfinished()
    beside = settings.DUMPS_DIR / f".{today}.{os.getpid()}"
    beside.mkdir()
    try:
        manifest = _write(beside, today)
        (beside / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        if target.exists():
            target.rename(settings.DUMPS_DIR / f".{today}.former")
        beside.rename(target)
    finally:
        _forget_unfinished()
    for former in dumps()[KEPT:]:
        shutil.rmtree(former.folder)
    return f"fiches écrites : {sum(file['count'] for file in manifest['files']) // len(FORMATS)}"


def _write(folder: Path, day: str) -> dict:
    # The number is read before the moment of the reading: what is drawn in between is told again, never missed.
    number, made_at, files = changes.safe_number(), timezone.now(), []
    with snapshot():
        for resource in registry.resources():
            files += _files(folder, resource)
    return {
        "date": day,
        "made_at": made_at.isoformat(timespec="seconds"),
        "change": number,
        "licence": settings.SPECTACULAR_SETTINGS["LICENSE"],
        "publisher": settings.OBSERVATORY["publisher"],
        "files": files,
    }


def _files(folder: Path, resource: registry.Resource) -> list[dict]:
    """Write the files of one resource, all formats in one reading."""
    view = _view(resource)
    table = flat.table(view.serializer_class)
    columns = ("pk", "change") if view.kind else ("pk",)
    rows = list(view.queryset.order_by("pk").values_list(*columns).iterator(chunk_size=10_000))
    with ExitStack() as stack:
        writers = [(form(), stack.enter_context(_Gzipped(folder / _name(resource, form)))) for form in FORMATS]
        for form, file in writers:
            file.write(form.head(table))
        for bodies in _bodies(view, [form for form, _ in writers], table, rows):
            for (_, file), body in zip(writers, bodies, strict=True):
                file.write(body)
    return [
        {
            "name": file.path.name,
            "resource": resource.prefix,
            "label": resource.label,
            "format": form.format,
            "count": len(rows),
            "bytes": file.path.stat().st_size,
            "bytes_unpacked": file.unpacked,
            "sha256": _digest(file.path),
        }
        for form, file in writers
    ]


def _bodies(view, forms: list[FileRenderer], table: flat.Table, rows: list[tuple]) -> Iterator[list[bytes]]:
    """The parts in each format; those of numbered records are kept for whoever asks for the list today."""
    if view.kind:
        return written.bodies(view, forms, table, rows, partial(read, view), keep=True)
    return ([form.body(records, table) for form in forms] for records in parts(view, [pk for (pk,) in rows]))


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _name(resource: registry.Resource, form: type[FileRenderer]) -> str:
    return f"{resource.prefix}.{form.format}.gz"


class _Gzipped:
    """A gzipped file, the same whenever it holds the same, that counts what it holds."""

    def __init__(self, path: Path):
        self.path, self.unpacked = path, 0

    def __enter__(self):
        self._raw = self.path.open("wb")
        self._packed = gzip.GzipFile("", "wb", compresslevel=6, fileobj=self._raw, mtime=0)
        return self

    def __exit__(self, *error):
        self._packed.close()
        self._raw.close()

    def write(self, content: bytes) -> None:
        self.unpacked += len(content)
        self._packed.write(content)


def _view(resource: registry.Resource):
    """The view of a resource as for a caller of the portal's own address."""
    view = resource.view()
    address = urlsplit(settings.OBSERVATORY["address"])
    view.request = SimpleNamespace(scheme=address.scheme, get_host=lambda: address.netloc)
    return view


def _folders() -> list[Path]:
    if not settings.DUMPS_DIR.is_dir():
        return []
    return [folder for folder in settings.DUMPS_DIR.iterdir() if _DAY.fullmatch(folder.name)]


def _read(folder: Path) -> Dump | None:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Dump(date.fromisoformat(folder.name), folder, manifest)


def _forget_unfinished() -> None:
    """Remove what a killed worker left, and what has been replaced; chores never run twice at once."""
    for left in settings.DUMPS_DIR.glob(".*"):
        shutil.rmtree(left)


register(Chore("dump", f"Fichiers de toutes les données : en écrire chaque jour, garder les {KEPT} derniers", make))
