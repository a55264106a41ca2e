"""The figures of the study of 2014 and of national documents: reference data, each with its page."""

from django.db import models

from observatory.records.models import Source

from ..enums import IndicatorKind


class Indicator(models.Model):
    """A figure, a share or a table of a document, as it stands there."""

    key = models.SlugField("clé", max_length=60, unique=True)
    section = models.CharField("partie", max_length=40)
    title = models.CharField("titre", max_length=200)
    kind = models.CharField("nature", max_length=8, choices=IndicatorKind)
    unit = models.CharField("unité", max_length=40, blank=True)
    year = models.PositiveSmallIntegerField("année", null=True)
    base = models.CharField("sur quoi", max_length=120, blank=True)
    note = models.CharField("remarque", max_length=400, blank=True)
    #: what other passages say of the same, when they disagree
    claims = models.JSONField("autres versions", default=list, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="indicators")
    page = models.PositiveSmallIntegerField("page", null=True)
    order = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "indicateur"
        ordering = ["order", "key"]

    def __str__(self):
        return self.title


class IndicatorRow(models.Model):
    """A line of an indicator. ``value`` is null when the document gives words instead of a number."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="rows")
    label = models.CharField("libellé", max_length=200)
    series = models.CharField("série", max_length=120, blank=True)
    value = models.DecimalField("valeur", max_digits=14, decimal_places=2, null=True)
    text = models.CharField("tel qu’écrit", max_length=500, blank=True)
    page = models.PositiveSmallIntegerField("page", null=True)
    order = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "ligne d’indicateur"
        verbose_name_plural = "lignes d’indicateur"
        ordering = ["order", "pk"]

    def __str__(self):
        return f"{self.label} : {self.text or self.value}"
