"""Checklists, answers and advice at the desk: their plain values (see ``observatory.editing.registry``)."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model

from observatory.editing.registry import Kind
from observatory.territories.models import Collectivity

from ..editing import plain
from ..kits.models import Edition, Kit, Lever
from .enums import EvidenceKind, Priority, Status
from .models import Advice, Answer, Checklist, Evidence, advice_id, answer_id, checklist_id

ANSWER_COLUMNS = ("status", "reason", "note", "is_note_public", "service", "due", "priority")
ANSWER_LABELS = {
    "status": "État",
    "reason": "Pourquoi ce levier est écarté",
    "note": "Note",
    "is_note_public": "La note paraît sur la page publique",
    "service": "Service ou fonction en charge",
    "due": "Échéance",
    "priority": "Priorité",
    "evidence": "Pièces",
    "checklist": "Grille",
    "lever": "Levier",
}
CHECKLIST_COLUMNS = ("lead_service", "is_published", "published_on")
CHECKLIST_LABELS = {
    "lead_service": "Service pilote",
    "is_published": "Publiée",
    "published_on": "Publiée le",
    "edition": "Édition du kit",
    "collectivity": "Collectivité",
    "kit": "Kit",
}
ADVICE_LABELS = {"text": "Conseil", "checklist": "Grille", "lever": "Levier"}
FROM_THE_CHECKLIST = "Ouvrez la grille de la collectivité, puis le levier : c’est là que l’on y répond."
NOT_MERGED = "Deux réponses ne se fusionnent pas : chacune est celle d’un levier."


#: field → the record whose key or code it holds
NAMED = {
    "checklist": (Checklist, "public_id"),
    "lever": (Lever, "public_id"),
    "edition": (Edition, "key"),
    "kit": (Kit, "key"),
    "collectivity": (Collectivity, "code"),
}


class Show(plain.Show):
    """Plain values in French; what a field names is told by its name."""

    def __call__(self, field: str, value) -> str:
        if field in NAMED and value:
            model, column = NAMED[field]
            found = model._base_manager.filter(**{column: value}).first()
            return found.name if found else str(value)
        return super().__call__(field, value)


# Checklists -----------------------------------------------------------------------------------------------------


def read_checklist(checklist: Checklist) -> dict[str, Any]:
    return {
        **plain.read(checklist, CHECKLIST_COLUMNS, ()),
        "edition": checklist.edition.key,
        "collectivity": checklist.collectivity.code,
        "kit": checklist.kit.key,
    }


def write_checklist(checklist: Checklist, values: Mapping[str, Any]) -> None:
    plain.fill(checklist, values, CHECKLIST_COLUMNS, ())
    if checklist.pk is None:
        if not values.get("collectivity"):
            raise ValidationError("Une grille s’ouvre depuis la page « Grille de leviers ».")
        checklist.collectivity = Collectivity.objects.get(code=values["collectivity"])
        checklist.kit = Kit.objects.get(key=values["kit"])
        checklist.public_id = checklist_id(checklist.collectivity, checklist.kit)
        checklist.name = f"Grille de {checklist.collectivity.name}, {checklist.kit.name}"[:300]
    if "edition" in values:
        checklist.edition = Edition.objects.get(key=values["edition"], kit=checklist.kit)
    plain.save(checklist)
    checklist.refresh_from_db()


# Answers --------------------------------------------------------------------------------------------------------


def read_answer(answer: Answer) -> dict[str, Any]:
    """Evidence is ``[nature, public id, address, label]``, in the order in which it was added."""
    evidence = answer.evidence.all() if answer.pk else []
    return {
        **plain.read(answer, ANSWER_COLUMNS, ()),
        "evidence": [[e.kind, e.record_id, e.url, e.label] for e in evidence],
        **_slot(answer),
    }


def write_answer(answer: Answer, values: Mapping[str, Any]) -> None:
    _open_slot(answer, values, answer_id)
    plain.fill(answer, values, ANSWER_COLUMNS, ())
    plain.save(answer)
    if "evidence" in values:
        wanted = {(kind, record_id, url): label for kind, record_id, url, label in values["evidence"]}
        held = {evidence.key: evidence for evidence in answer.evidence.all()}
        answer.evidence.filter(pk__in=[e.pk for key, e in held.items() if key not in wanted]).delete()
        Evidence.objects.bulk_create(
            Evidence(answer=answer, kind=key[0], record_id=key[1], url=key[2], label=label[:300])
            for key, label in wanted.items()
            if key not in held
        )
    answer.refresh_from_db()


def show_evidence(kind: str, record_id: str, url: str, label: str) -> str:
    nature = EvidenceKind(kind).label
    return f"{label} ({url})" if url else f"{label} ({nature})"


# Advice ---------------------------------------------------------------------------------------------------------


def read_advice(advice: Advice) -> dict[str, Any]:
    return {"text": advice.text, **_slot(advice)}


def write_advice(advice: Advice, values: Mapping[str, Any]) -> None:
    _open_slot(advice, values, advice_id)
    plain.fill(advice, values, ("text",), ())
    plain.save(advice)
    advice.refresh_from_db()


def _slot(record: Answer | Advice) -> dict[str, str]:
    return {"checklist": record.checklist.public_id, "lever": record.lever.public_id}


def _open_slot(record: Answer | Advice, values: Mapping[str, Any], make_id) -> None:
    """Give a new record its checklist, its lever and its public id; an existing one keeps them."""
    if record.pk is not None:
        return
    if not values.get("checklist") or not values.get("lever"):
        raise ValidationError(FROM_THE_CHECKLIST)
    record.checklist = Checklist.objects.get(public_id=values["checklist"])
    record.lever = Lever.objects.get(public_id=values["lever"])
    record.public_id = make_id(record.checklist, record.lever)
    record.name = record.lever.name[:300]


def _refuse_merge(*args) -> dict:
    raise ValidationError(NOT_MERGED)


def _of_checklist(values: Mapping[str, Any]) -> list[Answer]:
    """An answer of the same checklist, for the right to write it."""
    found = Checklist.objects.filter(public_id=values.get("checklist") or "").first()
    return [Answer(checklist=found)] if found else []


def _lookalikes(values, but="") -> list[Model]:
    return []


_SHARED = {
    "move_links": _refuse_merge,
    "move_back": _refuse_merge,
    "unique": (),
    "lookalikes": _lookalikes,
    "out_of_reach": plain.OUT_OF_REACH,
}
CHECKLISTS = Kind(
    key=Checklist.change_kind,
    model=Checklist,
    slug="grilles",
    noun="grille",
    a_noun="une grille",
    plural="grilles de leviers",
    labels=CHECKLIST_LABELS,
    read=read_checklist,
    write=write_checklist,
    show=Show(days=("published_on",)),
    form_path="policies.checklists.forms.ChecklistForm",
    place_field="collectivity",
    for_list=lambda rows: rows.select_related("collectivity", "kit"),
    search_hint="collectivité…",
    **_SHARED,
)
ANSWERS = Kind(
    key=Answer.change_kind,
    model=Answer,
    slug="reponses",
    noun="réponse à un levier",
    a_noun="une réponse à un levier",
    plural="réponses aux leviers",
    labels=ANSWER_LABELS,
    read=read_answer,
    write=write_answer,
    show=Show(days=("due",), choices={"status": Status, "priority": Priority}, rows={"evidence": show_evidence}),
    form_path="policies.checklists.forms.AnswerForm",
    place_field="checklist",
    stand_ins=_of_checklist,
    for_list=lambda rows: rows.select_related("checklist__collectivity", "checklist__kit", "lever"),
    search_hint="levier, note…",
    **_SHARED,
)
ADVICE = Kind(
    key=Advice.change_kind,
    model=Advice,
    slug="conseils",
    noun="conseil",
    a_noun="un conseil",
    plural="conseils sur les leviers",
    labels=ADVICE_LABELS,
    read=read_advice,
    write=write_advice,
    show=Show(),
    form_path="policies.checklists.forms.AdviceForm",
    place_field="checklist",
    stand_ins=lambda values: [
        Advice(checklist=found) for found in Checklist.objects.filter(public_id=values.get("checklist") or "")
    ],
    for_list=lambda rows: rows.select_related("checklist__collectivity__territory", "checklist__kit", "lever"),
    search_hint="levier, conseil…",
    **_SHARED,
)
KINDS = (CHECKLISTS, ANSWERS, ADVICE)
