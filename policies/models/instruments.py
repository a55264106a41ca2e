"""The instruments of a collectivité and the legal limits that bind them."""

from datetime import date

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from observatory.records.models import Citation, Published
from observatory.search.models import Searchable, SearchableQuerySet

from ..enums import InstrumentFamily, Unit


class Instrument(Published, Searchable):
    """A way for a collectivité to support the ESS, explained in our words, with its legal basis."""

    change_kind = "instrument"

    key = models.SlugField("clé", max_length=60, unique=True)
    name = models.CharField("nom", max_length=120)
    acronym = models.CharField("sigle", max_length=20, blank=True)
    family = models.CharField("famille", max_length=12, choices=InstrumentFamily)
    summary = models.CharField("en une phrase", max_length=300)
    explanation = models.TextField("explication", max_length=4000, blank=True)
    #: [{"text": …, "url": …}]
    legal_basis = models.JSONField("fondement juridique", default=list, blank=True)
    links = models.JSONField("liens", default=list, blank=True)
    order = models.PositiveSmallIntegerField("ordre", default=0)
    citations = GenericRelation(Citation)

    objects = SearchableQuerySet.as_manager()

    class Meta:
        verbose_name = "instrument"
        ordering = ["order", "sort_key"]

    def get_absolute_url(self):
        return f"{reverse('policies:instruments')}#{self.key}"

    def index_search(self):
        self.index_words([self.name, self.acronym], self.summary, self.explanation, self.get_family_display())


class Threshold(models.Model):
    """A legal limit; its values are dated, since yesterday's still binds yesterday's acts."""

    key = models.SlugField("clé", max_length=60, unique=True)
    name = models.CharField("nom", max_length=150)
    unit = models.CharField("unité", max_length=12, choices=Unit)
    scope = models.CharField("ce qui est compté", max_length=300)
    consequence = models.CharField("ce qu’il entraîne", max_length=300)
    instruments = models.ManyToManyField(Instrument, related_name="thresholds", blank=True, verbose_name="instruments")
    order = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "seuil réglementaire"
        verbose_name_plural = "seuils réglementaires"
        ordering = ["order", "key"]

    def __str__(self):
        return self.name

    def at(self, day: date) -> "ThresholdValue | None":
        """The value in force on a day; None when none is known. Reads the values once if they were prefetched."""
        return next((value for value in self.values.all() if value.is_in_force(day)), None)


class ThresholdValue(models.Model):
    """A value of a threshold between two days."""

    threshold = models.ForeignKey(Threshold, models.CASCADE, related_name="values")
    value = models.DecimalField("valeur", max_digits=14, decimal_places=2)
    #: null: in force for longer than is recorded here
    since = models.DateField("en vigueur du", null=True, blank=True)
    until = models.DateField("au", null=True, blank=True)
    #: the period over which amounts are summed, ``3 exercices fiscaux``, ``3 ans glissants``; empty: a single act
    period = models.CharField("période", max_length=60, blank=True)
    legal_source = models.CharField("texte", max_length=250)
    url = models.URLField("adresse du texte", max_length=300, blank=True)
    note = models.CharField("remarque", max_length=400, blank=True)

    class Meta:
        verbose_name = "valeur d’un seuil"
        verbose_name_plural = "valeurs des seuils"
        ordering = ["threshold", F("since").desc(nulls_last=True)]
        constraints = [
            models.UniqueConstraint(fields=["threshold", "since"], name="threshold_value_once"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(since__isnull=True) | Q(until__gte=F("since")),
                name="threshold_until_after_since",
                violation_error_message="La fin précède le début.",
            ),
        ]

    def __str__(self):
        return f"{self.threshold} : {self.value} {self.threshold.get_unit_display()}"

    def is_in_force(self, day: date) -> bool:
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)
