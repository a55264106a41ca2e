"""What a pole is made of: each row is one fact, with the source that states it."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from actors.models import Actor
from observatory.records.enums import Basis
from observatory.records.models import Source
from observatory.territories.models import Collectivity, Territory

from ..enums import FIGURE_UNITS, FigureKey, MemberCategory, MoneyLevel, RecognitionKind, RoleKind, RoleLevel, Stage
from .poles import Pole

YEARS = [MinValueValidator(1900), MaxValueValidator(2100)]
MONTHS = [MinValueValidator(1), MaxValueValidator(12)]


class Fact(models.Model):
    """One statement about a pole. ``source`` is null when the desk wrote it; ``page`` when the document has none."""

    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="source")
    page = models.PositiveSmallIntegerField("page", null=True, blank=True)
    basis = models.CharField("nature", max_length=10, choices=Basis, default=Basis.STATED)
    note = models.CharField("remarque", max_length=300, blank=True)

    class Meta:
        abstract = True


class Named(Fact):
    """A fact about somebody: named as the source writes it, linked to a record where one is known to be the same."""

    name = models.CharField("nom", max_length=200)
    actor = models.ForeignKey(
        Actor, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="fiche de l’annuaire"
    )
    body = models.ForeignKey(
        Collectivity, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="collectivité"
    )

    class Meta:
        abstract = True

    @property
    def record(self) -> Actor | Collectivity | None:
        """The record behind the name, whose page may be shown."""
        return self.body or self.actor


class ProjectTerritory(Fact):
    """A territory of the project of a pole: any set of territories, of any level; or a place that no code names."""

    pole = models.ForeignKey(Pole, models.CASCADE, related_name="project_territories")
    territory = models.ForeignKey(
        Territory, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="territoire"
    )
    name = models.CharField("nom", max_length=150)

    class Meta:
        verbose_name = "territoire de projet"
        verbose_name_plural = "territoires de projet"
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pole", "territory"],
                name="project_territory_once",
                violation_error_message="Ce territoire figure deux fois.",
            )
        ]

    def __str__(self):
        return self.name

    @property
    def label(self) -> str:
        """The territory as it is called today, else the place as the source names it."""
        return str(self.territory.label) if self.territory else self.name


class Milestone(Fact):
    """A dated moment in the life of a pole; with a stage when the pole entered one."""

    pole = models.ForeignKey(Pole, models.CASCADE, related_name="milestones")
    stage = models.CharField("étape", max_length=14, choices=Stage, blank=True)
    year = models.PositiveSmallIntegerField("année", null=True, blank=True, validators=YEARS)
    month = models.PositiveSmallIntegerField("mois", null=True, blank=True, validators=MONTHS)
    text = models.CharField("ce qui s’est passé", max_length=400, blank=True)

    class Meta:
        verbose_name = "étape"
        ordering = [F("year").asc(nulls_last=True), F("month").asc(nulls_first=True), "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(stage="", text=""),
                name="milestone_says_something",
                violation_error_message="Une étape dit ce qui s’est passé, ou laquelle c’est.",
            ),
            models.CheckConstraint(
                condition=Q(month__isnull=True) | Q(year__isnull=False),
                name="milestone_month_of_a_year",
                violation_error_message="Un mois demande son année.",
            ),
        ]

    def __str__(self):
        return f"{self.get_stage_display() or self.text} ({self.year or 'sans date'})"


class Recognition(Fact):
    """A recognition of a pole: a panel, a national or a regional call."""

    pole = models.ForeignKey(Pole, models.CASCADE, related_name="recognitions")
    kind = models.CharField("reconnaissance", max_length=14, choices=RecognitionKind)
    year = models.PositiveSmallIntegerField("année", null=True, blank=True, validators=YEARS)
    name = models.CharField("intitulé", max_length=200, blank=True)

    class Meta:
        verbose_name = "reconnaissance"
        ordering = [F("year").asc(nulls_last=True), "pk"]

    def __str__(self):
        return f"{self.get_kind_display()} ({self.year or 'sans date'})"


class Member(Named):
    """An organisation or a collectivité that belongs to a pole."""

    pole = models.ForeignKey(Pole, models.CASCADE, related_name="members")
    category = models.CharField("catégorie", max_length=12, choices=MemberCategory, blank=True)
    role = models.CharField("rôle", max_length=200, blank=True)
    since = models.PositiveSmallIntegerField("depuis", null=True, blank=True, validators=YEARS)
    until = models.PositiveSmallIntegerField("jusqu’à", null=True, blank=True, validators=YEARS)

    class Meta:
        verbose_name = "membre"
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(since__isnull=True) | Q(until__isnull=True) | Q(until__gte=F("since")),
                name="member_leaves_after_joining",
                violation_error_message="Ce membre quitte le pôle avant d’y entrer.",
            ),
            models.UniqueConstraint(
                fields=["pole", "actor"],
                name="member_actor_once",
                violation_error_message="Cet acteur est déjà membre du pôle.",
            ),
            models.UniqueConstraint(
                fields=["pole", "body"],
                name="member_body_once",
                violation_error_message="Cette collectivité est déjà membre du pôle.",
            ),
            models.UniqueConstraint(
                fields=["pole", "name"],
                name="member_name_once",
                violation_error_message="Ce membre figure deux fois.",
            ),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        super().clean()
        if self.actor_id and self.actor_id == self.pole.actor_id:
            raise ValidationError({"actor": f"« {self.name} » est le pôle lui-même : il ne peut pas en être membre."})


class Figure(Fact):
    """A figure of a pole, of a year when the source gives one."""

    pole = models.ForeignKey(Pole, models.CASCADE, related_name="figures")
    key = models.CharField("mesure", max_length=20, choices=FigureKey)
    label = models.CharField("ce qui est compté", max_length=200, blank=True)
    value = models.DecimalField("valeur", max_digits=14, decimal_places=2, validators=[MinValueValidator(0)])
    unit = models.CharField("unité", max_length=40, blank=True)
    year = models.PositiveSmallIntegerField("année", null=True, blank=True, validators=YEARS)
    is_approximate = models.BooleanField("valeur approchée", default=False)

    class Meta:
        verbose_name = "chiffre"
        ordering = [F("year").desc(nulls_last=True), "pk"]

    def __str__(self):
        return f"{self.name} : {self.value} {self.unit}"

    @property
    def name(self) -> str:
        return self.label or self.get_key_display()

    def clean(self):
        super().clean()
        if self.key == FigureKey.OTHER and not self.label:
            raise ValidationError({"label": "Que compte ce chiffre ?"})
        if self.value is not None and self.value < 0:
            raise ValidationError({"value": "Un chiffre ne peut pas être négatif."})
        if self.key == FigureKey.SELF_FINANCING and self.value is not None and self.value > 100:
            raise ValidationError({"value": f"Une part ne dépasse pas 100 % : vous avez écrit {self.value:g} %."})
        if self.key in FIGURE_UNITS:
            self.unit = FIGURE_UNITS[self.key]


class Money(Named):
    """Money that a pole received, or that was promised to it."""

    pole = models.ForeignKey(Pole, models.CASCADE, related_name="money")
    level = models.CharField("niveau", max_length=12, choices=MoneyLevel)
    year = models.PositiveSmallIntegerField("année", null=True, blank=True, validators=YEARS)
    #: null: the source names the payer without a sum
    amount = models.DecimalField(
        "montant (€)", max_digits=14, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0, "Un montant ne peut pas être négatif.")],
    )  # fmt: skip
    purpose = models.CharField("pour quoi", max_length=300, blank=True)

    class Meta:
        verbose_name = "financement"
        ordering = [F("year").asc(nulls_last=True), "pk"]

    def __str__(self):
        return f"{self.name} ({self.year or 'sans date'})"


class CollectivityRole(Named):
    """What a collectivité did for a pole, under one of the three roles of the study."""

    pole = models.ForeignKey(Pole, models.CASCADE, related_name="roles")
    level = models.CharField("niveau", max_length=12, choices=RoleLevel)
    kind = models.CharField("rôle", max_length=10, choices=RoleKind)
    text = models.CharField("ce qui a été fait", max_length=400)
    year = models.PositiveSmallIntegerField("année", null=True, blank=True, validators=YEARS)

    class Meta:
        verbose_name = "rôle d’une collectivité"
        verbose_name_plural = "rôles des collectivités"
        ordering = ["name", "kind", "pk"]

    def __str__(self):
        return f"{self.name}, {self.get_kind_display()}"


class Claim(Fact):
    """What a passage says of a field where documents, or passages of one, disagree: all are kept and shown."""

    pole = models.ForeignKey(Pole, models.CASCADE, related_name="claims")
    #: a field of the pole, or the name of a list of facts (``figures``, ``members``…)
    field = models.CharField("à propos de", max_length=30)
    text = models.CharField("ce qui est dit", max_length=400)

    class Meta:
        verbose_name = "version d’une source"
        verbose_name_plural = "versions des sources"
        ordering = ["field", "source__year", "page", "pk"]

    def __str__(self):
        return f"{self.field} : {self.text}"


#: what a form writes whole, in the order of its page
PARTS: dict[str, type[Fact]] = {
    "project_territories": ProjectTerritory,
    "milestones": Milestone,
    "recognitions": Recognition,
    "members": Member,
    "figures": Figure,
    "money": Money,
    "roles": CollectivityRole,
}
