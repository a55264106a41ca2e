"""Forms kept while one types, one per person and record; taken up again, or thrown away and brought back."""

from django.db.models import Model
from django.http import QueryDict

from .models import Draft
from .registry import Kind, kinds

#: signs of an encoded form beyond which no draft is kept
LIMIT = 100_000
#: what a form sends beside what was typed
UNKEPT = ("csrfmiddlewaretoken", "token", "fiche", "champ", "lever")
TOO_LONG = "Ce texte est trop long pour être gardé en brouillon : enregistrez-le, ou raccourcissez-le."
#: where the last draft thrown away waits, in the session
THROWN = "thrown_draft"


class TooLong(Exception):
    """The form is too long to be kept; its message says so."""


def save(user, kind: Kind, public_id: str, data: QueryDict) -> Draft:
    """Keep what was typed; raises TooLong."""
    typed = data.copy()
    for name in UNKEPT:
        typed.pop(name, None)
    encoded = typed.urlencode()
    if len(encoded) > LIMIT:
        raise TooLong(TOO_LONG)
    draft, _ = Draft.objects.update_or_create(user=user, kind=kind.key, public_id=public_id, defaults={"data": encoded})
    return draft


def find(user, kind: Kind, public_id: str) -> Draft | None:
    return Draft.objects.filter(user=user, kind=kind.key, public_id=public_id).first()


def typed(draft: Draft) -> QueryDict:
    return QueryDict(draft.data, mutable=True)


def is_older(draft: Draft, record: Model | None) -> bool:
    """Whether the record has changed since the draft was saved."""
    return record is not None and record.updated_at > draft.saved_at


def throw(session, draft: Draft) -> None:
    """Delete a draft; the session keeps it until another one is thrown."""
    session[THROWN] = {"kind": draft.kind, "public_id": draft.public_id, "data": draft.data}
    draft.delete()


def bring_back(session, user) -> Draft | None:
    """Undo ``throw``; None when there is nothing to bring back, or a newer draft has taken its place."""
    thrown = session.pop(THROWN, None)
    if thrown is None:
        return None
    draft, created = Draft.objects.get_or_create(
        user=user, kind=thrown["kind"], public_id=thrown["public_id"], defaults={"data": thrown["data"]}
    )
    return draft if created else None


def listed(user) -> list[dict]:
    """The drafts of somebody with their kind and record, the latest first; a record that is gone is None."""
    by_key = {kind.key: kind for kind in kinds()}
    drafts = [draft for draft in Draft.objects.filter(user=user) if draft.kind in by_key]
    records = {}
    for kind in by_key.values():
        ids = [draft.public_id for draft in drafts if draft.kind == kind.key and draft.public_id]
        for record in kind.model._base_manager.filter(public_id__in=ids):
            records[kind.key, record.public_id] = record
    return [_row(draft, by_key[draft.kind], records.get((draft.kind, draft.public_id))) for draft in drafts]


def _row(draft: Draft, kind: Kind, record: Model | None) -> dict:
    name = record.name if record else (typed(draft).get("name") or f"Nouvelle fiche ({kind.noun})")
    return {"draft": draft, "kind": kind, "record": record, "name": name[:120], "older": is_older(draft, record)}
