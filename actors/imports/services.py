"""What views and the command call: an import is made, mapped, read, applied, cancelled, undone."""

from datetime import date
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils.text import slugify

from actors.importers import cells, columns
from actors.importers.tables import open_table
from actors.importers.workbooks import Unreadable
from observatory.records.models import Source
from observatory.territories.models import Territory

from . import aside, context, leases, tasks
from .enums import Stage
from .models import ActorList, Import, Progress


class NotNow(Exception):
    """The import is not at a stage where this can be done; the message is a French sentence."""


@transaction.atomic
def create(*, file: File, territory: Territory, title: str, edition: date, user=None, sheet: str = "") -> Import:
    """Keep an uploaded file; raises ``Unreadable`` when it is no list, and keeps nothing then."""
    if file.size > settings.IMPORT_MAX_BYTES:
        raise Unreadable(f"Le fichier dépasse {settings.IMPORT_MAX_BYTES // 1024 // 1024} Mo.")
    actor_list = list_of(territory, title)
    name = file.name.rpartition("/")[2]
    load = Import(actor_list=actor_list, user=user, edition=edition, filename=name[-200:], sheet=sheet)
    suffix = ".xlsx" if name.lower().endswith((".xlsx", ".xlsm")) else ".csv"
    load.file.save(f"{slugify(title)[:60] or 'liste'}{suffix}", file, save=False)
    try:
        load.headers = open_table(load.file.path, sheet=sheet).headers
    except Unreadable:
        load.file.delete(save=False)
        raise
    load.save()
    Progress.objects.create(load=load)
    return load


def list_of(territory: Territory, title: str) -> ActorList:
    """The list of that title on a territory, with its source; made at its first edition."""
    title = " ".join(title.split())
    found = ActorList.objects.filter(territory=territory, title=title).select_related("source", "territory").first()
    if found:
        return found
    key = f"liste-{territory.code}-{slugify(title)}"[:50]
    if ActorList.objects.filter(source__key=key).exists():  # two titles that begin, or read, alike
        key = f"{key[:41]}-{sha256(title.encode()).hexdigest()[:8]}"
    source, _ = Source.objects.get_or_create(
        key=key,
        defaults={
            "title": title,
            "short_title": title[:80],
            "publisher": settings.OBSERVATORY["publisher"],
            "year": date.today().year,
        },
    )
    return ActorList.objects.create(territory=territory, title=title, source=source)


def set_sheet(load: Import, sheet: str) -> None:
    """Read another sheet of the workbook; raises ``Unreadable``."""
    load.headers, load.sheet, load.mapping = open_table(load.file.path, sheet=sheet).headers, sheet, {}
    load.save(update_fields=["headers", "sheet", "mapping"])


def suggested(load: Import, samples: list[list[str]]) -> dict[int, str]:
    """The field of each column: as mapped for this layout last time, else guessed."""
    remembered = load.actor_list.mappings.get(columns.signature(load.headers))
    if remembered is None:
        signature, territory = columns.signature(load.headers), load.actor_list.territory_id
        others = ActorList.objects.filter(territory=territory).values_list("mappings", flat=True)
        remembered = next((held[signature] for held in others if signature in held), None)
    return columns.suggest(load.headers, samples, remembered)


def set_mapping(load: Import, mapping: dict[int, str], constants: dict[str, Any], when_empty: str) -> None:
    """Keep the mapping for this import and remember it for the next ones of the same layout."""
    load.mapping, load.constants, load.when_empty = {str(i): f for i, f in mapping.items()}, constants, when_empty
    load.save(update_fields=["mapping", "constants", "when_empty"])
    names = {cells.words(header): mapping.get(index, "") for index, header in enumerate(load.headers)}
    load.actor_list.mappings[columns.signature(load.headers)] = names
    load.actor_list.save(update_fields=["mappings"])


def preview(load: Import, mapping: dict[int, str], constants: dict, when_empty: str, rows: list) -> list:
    """Some lines as they would be read."""
    load.mapping, load.constants, load.when_empty = {str(i): f for i, f in mapping.items()}, constants, when_empty
    reader = context.reader(load, load.headers)
    return [reader.read(number, row) for number, row in rows]


#: stage asked for → stages from which it may be asked
_FROM = {
    Stage.STAGING: (Stage.UPLOADED, Stage.STAGED, Stage.FAILED, Stage.CANCELLED),
    Stage.APPLYING: (Stage.STAGED,),
    Stage.UNDOING: (Stage.APPLIED,),
}


def start(load: Import, stage: Stage, *, enqueue: bool = True) -> None:
    """Ask for a work; a worker takes it up. Raises ``NotNow``."""
    with transaction.atomic():
        moved = Import.objects.filter(pk=load.pk, stage__in=_FROM[stage]).update(stage=stage, error="")
        if not moved:
            raise NotNow("Ce chargement n’est plus à cette étape : la page montre où il en est.")
        load.stage = stage
        if enqueue:
            _enqueue(load)


def resume(load: Import) -> None:
    """Take up again a work whose worker died, or try again one that failed before writing. Raises ``NotNow``."""
    leases.sweep()
    with transaction.atomic():
        progress = Progress.objects.select_for_update().get(load=load)
        load.refresh_from_db(fields=["stage"])
        if not (load.is_running and progress.is_stale):
            raise NotNow("Ce chargement n’est pas interrompu.")
        _enqueue(load)


def _enqueue(load: Import) -> None:
    aside.forget(load.pk)
    result = tasks.work.enqueue(load.pk)
    Progress.objects.filter(load=load).update(label="", done=0, total=0, beat_at=None, task_id=result.id)


def cancel(load: Import) -> None:
    """Give up an import that wrote nothing. Raises ``NotNow``."""
    waiting = (Stage.UPLOADED, Stage.STAGED, Stage.FAILED)
    with transaction.atomic():
        if not Import.objects.filter(pk=load.pk, stage__in=waiting).update(stage=Stage.CANCELLED):
            raise NotNow("Ce chargement ne peut plus être abandonné.")
        load.lines.all().delete()
