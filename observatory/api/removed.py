"""What left the lists: tombstones, and the records that are no longer public because of another one."""

from django.db.models import CharField, F, QuerySet, Value

from observatory.records.models import Tombstone

from . import registry, sync


def of(view: type) -> list[QuerySet]:
    """The removals of one resource, as ``sync.Removed`` reads them."""
    return [sync.graves([view.kind]), *withdrawn(view)]


def moments(view: type) -> list[QuerySet]:
    """When the records of one resource last changed or left it, the latest first."""
    lists = [view.queryset, view.withdrawn()]
    rows = [rows.order_by("-change").values_list("updated_at") for rows in lists if rows is not None]
    return [*rows, Tombstone.objects.filter(kind=view.kind).order_by("-change").values_list("removed_at")]


def withdrawn(view: type) -> list[QuerySet]:
    """The records of one resource that left it without a tombstone."""
    gone = view.withdrawn()
    if gone is None:
        return []
    kind, reason, nobody = (Value(value, CharField()) for value in (view.kind, sync.WITHDRAWN, ""))
    return [gone.order_by().values_list("change", kind, "public_id", reason, nobody, F("updated_at"))]


def fate(kind: str | None, public_id: str) -> str:
    """What became of a record that was public, in a sentence after a space; nothing for what never was."""
    grave = Tombstone.objects.filter(kind=kind, public_id=public_id).first() if kind else None
    if grave is None:
        return ""
    if grave.survivor:
        return f" Elle a été fusionnée avec « {grave.survivor} »."
    return f" Elle a été retirée (motif : {grave.get_reason_display()})."


def kinds() -> dict[str, type]:
    """Kind → viewset, of the resources that draw change numbers."""
    views = [resource.view for resource in registry.resources()]
    return {view.kind: view for view in views if view.kind}
