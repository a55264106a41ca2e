"""Checklists, their answers and evidence, advice, snapshots, and those of people without an account."""

from .around import Dismissal, GuestChecklist, Snapshot
from .checklists import Advice, Answer, Checklist, Evidence, Kept, advice_id, answer_id, checklist_id

__all__ = [
    "Advice",
    "Answer",
    "Checklist",
    "Dismissal",
    "Evidence",
    "GuestChecklist",
    "Kept",
    "Snapshot",
    "advice_id",
    "answer_id",
    "checklist_id",
]
