"""Published checklists in the API: what each collectivité answers, lever by lever."""

from rest_framework import serializers

from observatory.api.schema import documented
from observatory.api.shapes import PlaceRef, Record, RecordRef, Shape, address_of, known, ref, text, through, word
from observatory.api.views import PUBLIC_ID, RecordViewSet
from observatory.records.enums import State

from ..api.parts import KeyRef, day, grouped, iso, key_ref
from . import evidence as shown
from .enums import EvidenceKind, Status
from .filters import ChecklistFilter
from .models import Answer, Checklist, Evidence

KEYS = (PUBLIC_ID,)


class EvidenceShape(Shape):
    kind = word(EvidenceKind, "Nature de la pièce.", null=False)
    id = text("Identifiant public de la fiche ; null : une page ailleurs, ou une fiche retirée depuis.")
    name = serializers.CharField(help_text="Intitulé.")
    url = text("Adresse ; null : la fiche n’est plus publiée.")


class AnswerShape(Shape):
    lever = RecordRef(help_text="Levier.")
    status = word(Status, "Où en est la collectivité.", null=False)
    note = text("Note que la collectivité a rendue publique.")
    evidence = EvidenceShape(many=True, help_text="Pièces.")


class ChecklistShape(Record):
    collectivity = PlaceRef(help_text="Collectivité.")
    kit = KeyRef(help_text="Kit.")
    edition = KeyRef(help_text="Édition du kit sous laquelle elle répond.")
    published_on = day("Première publication.")
    is_demonstration = serializers.BooleanField(
        help_text="true : jeu de démonstration, ces réponses ne disent rien de la collectivité."
    )
    answers = AnswerShape(many=True, help_text="Réponses ; un levier absent n’a pas de réponse.")


_COLUMNS = [
    *("pk", "public_id", "name", "change", "published_on", "is_demonstration"),
    *through("collectivity", "code", "name"),
    *through("kit", "key", "name"),
    *through("edition", "key", "name"),
]


@documented(
    tag="Grilles de leviers",
    shape=ChecklistShape,
    keys=KEYS,
    many=(
        "Lister les grilles publiées",
        "Ce que des collectivités font, prévoient ou écartent parmi les leviers d’un kit, telles qu’elles l’ont publié.",
    ),
    one=("Lire une grille publiée", "Une grille par son identifiant."),
)
class ChecklistViewSet(RecordViewSet):
    """What collectivités published of their checklists."""

    queryset = Checklist.objects.published().filter(is_published=True)
    filterset_class = ChecklistFilter
    serializer_class = ChecklistShape
    keys = KEYS

    @classmethod
    def withdrawn(cls):
        return Checklist.objects.published().filter(is_published=False, published_on__isnull=False)

    def represent(self, pks):
        rows = Checklist.objects.filter(pk__in=pks).order_by().values(*_COLUMNS)
        answers = Answer.objects.filter(checklist__in=pks, state=State.PUBLISHED).exclude(status="")
        columns = ("pk", "checklist_id", "status", "note", "is_note_public", "lever__public_id", "lever__name")
        answers = list(answers.order_by("lever__sort_key", "pk").values(*columns))
        pieces = Evidence.objects.filter(answer__in=[answer["pk"] for answer in answers]).order_by("pk")
        pieces = list(pieces.values("answer_id", "kind", "record_id", "url", "label"))
        found = shown.find((piece["kind"], piece["record_id"]) for piece in pieces)
        by_answer, by_checklist = grouped(pieces, "answer_id"), grouped(answers, "checklist_id")
        page = address_of("checklists:public", "commune-00000", "un-kit")
        return {
            row["pk"]: self._one(row, by_checklist[row["pk"]], by_answer, found)
            | {"url": self.base + page(row["collectivity__code"], row["kit__key"])}
            for row in rows
        }

    def _one(self, row: dict, answers: list[dict], pieces: dict[int, list[dict]], found: dict) -> dict:
        return {
            "id": row["public_id"],
            "name": row["name"],
            "change": row["change"],
            "collectivity": ref(row, "collectivity"),
            "kit": key_ref(row, "kit"),
            "edition": key_ref(row, "edition"),
            "published_on": iso(row["published_on"]),
            "is_demonstration": row["is_demonstration"],
            "answers": [
                {
                    "lever": {"id": answer["lever__public_id"], "name": answer["lever__name"]},
                    "status": answer["status"],
                    "note": known(answer["note"]) if answer["is_note_public"] else None,
                    "evidence": [self._piece(piece, found) for piece in pieces[answer["pk"]]],
                }
                for answer in answers
            ],
        }

    def _piece(self, piece: dict, found: dict) -> dict:
        record = found.get((piece["kind"], piece["record_id"]))
        return {
            "kind": piece["kind"],
            "id": record.record_id if record else None,
            "name": piece["label"],
            "url": known(piece["url"]) or (self.base + record.url if record else None),
        }
