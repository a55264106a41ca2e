"""A checklist and what stands in it.

The public id of an answer, or of an advice, is drawn from its checklist and its lever: it is known before the first
saving, so that a form, a draft and two people who begin at once name the same record.
"""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse

from observatory.records.enums import State
from observatory.records.identity import public_id_for
from observatory.records.models import Published
from observatory.territories.models import Collectivity

from ...kits.models import Edition, Kit, Lever
from ...models.words import Worded, WordsQuerySet
from ..enums import EvidenceKind, Priority, Status

NEEDS_REASON = "Dites en quelques mots pourquoi ce levier est écarté : c’est ce que l’on vous demandera."


def checklist_id(body: Collectivity, kit: Kit) -> str:
    return public_id_for(f"checklist/{body.public_id}/{kit.key}")


def answer_id(checklist: "Checklist", lever: Lever) -> str:
    return public_id_for(f"answer/{checklist.public_id}/{lever.public_id}")


def advice_id(checklist: "Checklist", lever: Lever) -> str:
    return public_id_for(f"advice/{checklist.public_id}/{lever.public_id}")


class KeptQuerySet(WordsQuerySet):
    def published(self):
        """Rows that nobody has withdrawn; whether the public sees them is said by ``Checklist.is_published``."""
        return self.filter(state=State.PUBLISHED)


class Kept(Worded, Published):
    """A record of the desk that is not public by itself."""

    name = models.CharField("nom", max_length=300, editable=False)
    state = models.CharField("vie de la fiche", max_length=10, choices=State, default=State.PUBLISHED)
    checked_on = models.DateField("vérifié le", null=True, blank=True)

    objects = KeptQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def lying_in(cls, territory):
        """Nowhere: a checklist is its collectivité's own, and the right on a territory gives none on it."""
        return Q(pk__in=[])

    def territory_ids(self):
        return set()


class OfBody(Kept):
    """What the agents of a collectivité write; ``body_path`` leads to it."""

    owner_kinds = (Collectivity.change_kind,)
    body_path: str

    class Meta:
        abstract = True

    def owners(self):
        return super().owners() | {(Collectivity.change_kind, self.body.public_id)}

    @classmethod
    def owned_by(cls, kind, public_id):
        if kind == Collectivity.change_kind:
            return Q(**{f"{cls.body_path}__public_id": public_id})
        return super().owned_by(kind, public_id)

    @property
    def place(self) -> str:
        return self.body.name


class Checklist(OfBody):
    """What one collectivité answers to the levers of one kit; private to it and its CRESS until it is published."""

    change_kind = "checklist"
    change_parts = (("checklists_answer", "checklist_id"),)
    body_path = "collectivity"
    words_in = ("name", "lead_service")

    collectivity = models.ForeignKey(
        Collectivity, models.PROTECT, related_name="checklists", verbose_name="collectivité"
    )
    kit = models.ForeignKey(Kit, models.PROTECT, related_name="checklists")
    edition = models.ForeignKey(Edition, models.PROTECT, related_name="checklists", verbose_name="édition")
    is_published = models.BooleanField("publiée", default=False)
    published_on = models.DateField("publiée le", null=True, blank=True)
    #: a service or a role, never a person
    lead_service = models.CharField("service pilote", max_length=200, blank=True)
    is_demonstration = models.BooleanField("démonstration", default=False)

    class Meta:
        verbose_name = "grille"
        ordering = ["sort_key", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["collectivity", "kit"], name="checklist_once"),
            models.CheckConstraint(
                condition=Q(is_published=False) | Q(published_on__isnull=False), name="published_checklist_has_a_day"
            ),
        ]

    @property
    def body(self) -> Collectivity:
        return self.collectivity

    def get_absolute_url(self):
        """The public page of a published one, else the working page."""
        name = "checklists:public" if self.is_published else "checklists:work"
        return reverse(name, args=[self.collectivity.code, self.kit.key])

    @property
    def work_url(self) -> str:
        return reverse("checklists:work", args=[self.collectivity.code, self.kit.key])


class Answer(OfBody):
    """Where the collectivité stands with a lever. An empty status is a lever that nobody has answered yet."""

    change_kind = "answer"
    change_parts = (("checklists_evidence", "answer_id"),)
    body_path = "checklist__collectivity"
    words_in = ("name", "note", "service")

    checklist = models.ForeignKey(Checklist, models.CASCADE, related_name="answers", verbose_name="grille")
    lever = models.ForeignKey(Lever, models.PROTECT, related_name="answers", verbose_name="levier")
    status = models.CharField("état", max_length=10, choices=Status, blank=True)
    reason = models.CharField("pourquoi il est écarté", max_length=500, blank=True)
    note = models.TextField("note", max_length=4000, blank=True)
    is_note_public = models.BooleanField("note publique", default=False)
    #: a service or a role, never a person
    service = models.CharField("service ou fonction en charge", max_length=200, blank=True)
    due = models.DateField("échéance", null=True, blank=True)
    priority = models.PositiveSmallIntegerField("priorité", choices=Priority, null=True, blank=True)

    class Meta:
        verbose_name = "réponse"
        ordering = ["checklist", "lever"]
        constraints = [models.UniqueConstraint(fields=["checklist", "lever"], name="answer_once")]
        # Comparison counts, by lever, the checklists at work on it.
        indexes = [models.Index(fields=["checklist", "status", "state", "lever"], name="answer_compared")]

    @property
    def body(self) -> Collectivity:
        return self.checklist.collectivity

    def get_absolute_url(self):
        return f"{self.checklist.work_url}#levier-{self.lever.public_id}"

    def clean(self):
        super().clean()
        if self.status == Status.DISMISSED and not self.reason:
            raise ValidationError({"reason": NEEDS_REASON})


class Evidence(models.Model):
    """What shows that a lever is used. A record is named as it was then, so that one removed since stays named."""

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="evidence", verbose_name="réponse")
    kind = models.CharField("nature", max_length=10, choices=EvidenceKind)
    record_id = models.CharField("identifiant public", max_length=10, blank=True)
    url = models.URLField("adresse", max_length=400, blank=True)
    label = models.CharField("intitulé", max_length=300)
    #: of an address: when it was last asked for, and since when it has not answered
    checked_at = models.DateTimeField("vérifiée le", null=True, blank=True)
    dead_since = models.DateField("lien mort depuis le", null=True, blank=True)

    class Meta:
        verbose_name = "pièce"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["answer", "kind", "record_id", "url"], name="evidence_once"),
            models.CheckConstraint(
                condition=Q(kind=EvidenceKind.URL, record_id="") & ~Q(url="")
                | ~Q(kind=EvidenceKind.URL) & ~Q(record_id="") & Q(url=""),
                name="evidence_is_a_record_or_an_address",
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def key(self) -> tuple[str, str, str]:
        return self.kind, self.record_id, self.url


class Advice(Kept):
    """What the CRESS of the région says to a collectivité about a lever; the collectivité reads it and does not write it."""

    change_kind = "advice"
    words_in = ("name", "text")

    checklist = models.ForeignKey(Checklist, models.CASCADE, related_name="advice", verbose_name="grille")
    lever = models.ForeignKey(Lever, models.PROTECT, related_name="advice", verbose_name="levier")
    text = models.TextField("conseil", max_length=4000)

    class Meta:
        verbose_name = "conseil"
        ordering = ["checklist", "lever"]
        constraints = [models.UniqueConstraint(fields=["checklist", "lever"], name="advice_once")]

    @classmethod
    def lying_in(cls, territory):
        return Q(checklist__collectivity__in=Collectivity.objects.filter(Collectivity.lying_in(territory)))

    def territory_ids(self):
        return self.checklist.collectivity.territory_ids()

    @property
    def place(self) -> str:
        return self.checklist.collectivity.name

    def get_absolute_url(self):
        return f"{self.checklist.work_url}#levier-{self.lever.public_id}"
