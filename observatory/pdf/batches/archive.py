"""The file of a batch: written beside its place as the fiches come, in its place once it is whole."""

from pathlib import Path
from zipfile import ZIP_STORED, ZipFile

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone

from observatory.records.identity import slug_for

from .models import Batch

#: signs of a name inside the file, extension included
LONGEST = 100
FOLDER, NOTICE = "fiches", "LISEZMOI.txt"


def open_part(batch: Batch) -> ZipFile:
    """The unfinished file, where it was left or from its beginning. PDFs are compressed already."""
    batch.part.parent.mkdir(parents=True, exist_ok=True)
    if batch.position:
        return ZipFile(batch.part, "a", ZIP_STORED)
    # A worker that was held dead may still have the former one open: it keeps writing to that one.
    batch.part.unlink(missing_ok=True)
    return ZipFile(batch.part, "x", ZIP_STORED)


def member_name(title: str, key: str) -> str:
    """A name that every system takes; the key keeps two namesakes apart."""
    end = f"-{slug_for(key)}.pdf"
    return f"{FOLDER}/{slug_for(title)[: LONGEST - len(FOLDER) - 1 - len(end)].strip('-')}{end}"


def notice(batch: Batch, address: str, failures: list) -> str:
    """What the file is, for whoever opens it in a year. Windows line ends, which every editor reads."""
    context = {"batch": batch, "address": address, "failures": failures, "now": timezone.localtime()}
    context["observatory"] = settings.OBSERVATORY
    context["count"] = batch.total - len(failures)
    return render_to_string("pdf/batches/notice.txt", context).replace("\n", "\r\n")


def put_in_place(batch: Batch) -> int:
    """Give the whole file its name; gives its size in bytes."""
    batch.part.replace(batch.path)
    return Path(batch.path).stat().st_size


def remove(batch: Batch) -> None:
    for path in (batch.part, batch.path):
        path.unlink(missing_ok=True)
