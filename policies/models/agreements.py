"""What binds a collectivité and an actor, and what it holds of a co-operative."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from actors.models import Actor
from observatory.records.enums import State
from observatory.records.models import Citation, Published
from observatory.territories.models import Collectivity

from ..enums import Nature, StakeKind
from .instruments import Instrument
from .schemes import Call, SupportScheme
from .words import Worded, WordsQuerySet

EUROS = {"max_digits": 14, "decimal_places": 2, "null": True, "blank": True, "validators": [MinValueValidator(0)]}


class Bound(Worded, Published):
    """An act between a public body, of today or of then, and an organisation."""

    owner_kinds = (Collectivity.change_kind,)
    words_in = ("name", "summary", "body_then")
    names_in = ("body", "organisation", "actor")

    body = models.ForeignKey(
        Collectivity, models.PROTECT, null=True, blank=True, related_name="%(class)ss", verbose_name="collectivité"
    )
    #: who acts when it is no collectivité: a network, a State agency
    organisation = models.ForeignKey(
        Actor, models.PROTECT, null=True, blank=True, related_name="given_%(class)ss", verbose_name="organisme"
    )
    body_then = models.CharField("nom d’alors de la collectivité", max_length=200, blank=True)
    #: what the act is about, short: the title of its page
    name = models.CharField("objet", max_length=300)
    summary = models.CharField("en quelques mots", max_length=400, blank=True)
    year = models.PositiveSmallIntegerField("année", null=True, blank=True)
    state = models.CharField("état", max_length=10, choices=State, default=State.PUBLISHED)
    checked_on = models.DateField("vérifié le", null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def body_name(self) -> str:
        return self.body.name if self.body else self.body_then

    @property
    def place(self) -> str:
        """Where a line of the desk says that it lies: whose act it is."""
        return self.body_name

    def owners(self):
        """Itself and the body whose act it is."""
        return super().owners() | ({(Collectivity.change_kind, self.body.public_id)} if self.body else set())

    @classmethod
    def owned_by(cls, kind, public_id):
        if kind == Collectivity.change_kind:
            return Q(body__public_id=public_id)
        return super().owned_by(kind, public_id)

    def territory_ids(self):
        return self.body.territory_ids() if self.body else set()

    @classmethod
    def lying_in(cls, territory):
        return Q(body__in=Collectivity.objects.filter(Collectivity.lying_in(territory)))

    def clean(self):
        super().clean()
        if self.body is None and not self.body_then:
            raise ValidationError({"body": "Quelle collectivité ? Choisissez-la, ou écrivez le nom qu’elle portait."})


class BoundQuerySet(WordsQuerySet):
    def published(self):
        return self.filter(state=State.PUBLISHED)


class Agreement(Bound):
    """A grant, multi-year agreement, market, loan or lease between a body and a beneficiary."""

    change_kind = "agreement"
    words_in = (*Bound.words_in, "beneficiary", "reference", "conditions")
    change_parts = (("policies_instalment", "agreement_id"),)

    actor = models.ForeignKey(
        Actor, models.PROTECT, null=True, blank=True, related_name="agreements", verbose_name="bénéficiaire"
    )
    beneficiary = models.CharField("nom du bénéficiaire", max_length=300)
    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="agreements", verbose_name="instrument")
    scheme = models.ForeignKey(
        SupportScheme, models.SET_NULL, null=True, blank=True, related_name="agreements", verbose_name="dispositif"
    )
    call = models.ForeignKey(
        Call, models.SET_NULL, null=True, blank=True, related_name="agreements", verbose_name="appel"
    )
    signed_on = models.DateField("signée le", null=True, blank=True)
    start = models.DateField("début", null=True, blank=True)
    end = models.DateField("fin", null=True, blank=True)
    total = models.DecimalField("montant total (€)", **EUROS)
    nature = models.CharField("nature", max_length=6, choices=Nature, blank=True)
    reference = models.CharField("référence de la décision", max_length=80, blank=True)
    conditions = models.CharField("conditions de versement", max_length=400, blank=True)
    share = models.DecimalField(
        "part du budget subventionné (%)", max_digits=5, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )  # fmt: skip
    #: this beneficiary's part of the total, when the same decision serves several; null: it receives the whole
    beneficiary_share = models.DecimalField(
        "part du bénéficiaire (%)", max_digits=5, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )  # fmt: skip
    #: number of the scheme in the national directory of aid to enterprises
    rae_number = models.CharField("numéro au répertoire des aides aux entreprises", max_length=5, blank=True)
    #: falls under the de minimis rules, so that it counts against their ceilings
    is_de_minimis = models.BooleanField("aide de minimis", null=True, blank=True)
    is_sieg = models.BooleanField("compensation de service d’intérêt économique général", null=True, blank=True)
    #: why a ceiling was passed, when it was
    exception = models.CharField("motif de dépassement d’un plafond", max_length=400, blank=True)
    eu_notified = models.BooleanField("notifiée à l’Union européenne", null=True, blank=True)
    #: [{"label": …, "url": …}]
    documents = models.JSONField("documents", default=list, blank=True)
    evaluation = models.TextField("évaluation", max_length=4000, blank=True)
    citations = GenericRelation(Citation)

    objects = BoundQuerySet.as_manager()

    class Meta:
        verbose_name = "convention"
        ordering = ["-year", "sort_key", "id"]
        indexes = [models.Index(fields=["actor", "signed_on"], name="agreement_of_actor")]

    def get_absolute_url(self):
        return reverse("policies:agreement", args=[self.public_id, self.slug])

    @property
    def day(self) -> date | None:
        """The day of the act: its signature, else its beginning; None when neither is known."""
        return self.signed_on or self.start

    def part(self, amount: Decimal) -> Decimal:
        """What this beneficiary has of an amount of the agreement, to the cent."""
        whole = self.beneficiary_share is None
        return amount if whole else (amount * self.beneficiary_share / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)

    @property
    def received(self) -> Decimal | None:
        """What this beneficiary receives in all; None when the total is unknown."""
        return None if self.total is None else self.part(self.total)

    def clean(self):
        super().clean()
        if self.start and self.end and self.end < self.start:
            raise ValidationError({"end": "La fin précède le début."})
        if self.actor and not self.beneficiary:
            self.beneficiary = self.actor.name


class Instalment(models.Model):
    """What an agreement pays in one year."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="instalments")
    year = models.PositiveSmallIntegerField("année")
    amount = models.DecimalField("montant (€)", max_digits=14, decimal_places=2, validators=[MinValueValidator(0)])

    class Meta:
        verbose_name = "versement annuel"
        verbose_name_plural = "versements annuels"
        ordering = ["year"]
        constraints = [models.UniqueConstraint(fields=["agreement", "year"], name="instalment_once")]

    def __str__(self):
        return f"{self.year} : {self.amount} €"


def check_instalments(total: Decimal | None, instalments: list[tuple[int, Decimal]]) -> None:
    """Refuse instalments that do not sum to the total, and two for one year."""
    years = [year for year, _ in instalments]
    if len(set(years)) < len(years):
        raise ValidationError({"instalments": "Une même année est écrite deux fois."})
    paid = sum((amount for _, amount in instalments), Decimal(0))
    if total is not None and instalments and paid != total:
        raise ValidationError({"instalments": f"Les versements font {paid} €, le total est de {total} €."})


class Stake(Bound):
    """What a public body holds of a co-operative, at a date."""

    change_kind = "stake"
    words_in = (*Bound.words_in, "cooperative")

    actor = models.ForeignKey(
        Actor, models.PROTECT, null=True, blank=True, related_name="stakes", verbose_name="coopérative"
    )
    cooperative = models.CharField("nom de la coopérative", max_length=300)
    kind = models.CharField("nature", max_length=16, choices=StakeKind, default=StakeKind.CAPITAL)
    taken_on = models.DateField("prise le", null=True, blank=True)
    ended_on = models.DateField("cédée le", null=True, blank=True)
    amount = models.DecimalField("montant (€)", **EUROS)
    percent = models.DecimalField(
        "part du capital (%)", max_digits=5, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )  # fmt: skip
    #: why the ceiling was passed, when it was
    exception = models.CharField("motif de dépassement du plafond", max_length=400, blank=True)
    citations = GenericRelation(Citation)

    objects = BoundQuerySet.as_manager()

    class Meta:
        verbose_name = "part de SCIC"
        verbose_name_plural = "parts de SCIC"
        ordering = ["-year", "sort_key", "id"]

    def get_absolute_url(self):
        return reverse("policies:stake", args=[self.public_id, self.slug])

    def clean(self):
        super().clean()
        if self.actor and not self.cooperative:
            self.cooperative = self.actor.name

    @property
    def day(self) -> date | None:
        """From when it counts: the day it was taken, else the last of the year it was seen in; None when neither is known."""
        return self.taken_on or (date(self.year, 12, 31) if self.year else None)
