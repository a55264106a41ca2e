"""What the fiches tell: local examples, key figures, resources, cross-references and the list "Déniché pour vous"."""

from django.db import models

from actors.models import Actor, Theme
from observatory.records.models import Published
from observatory.search.models import Searchable, SearchableQuerySet
from observatory.territories.models import Collectivity, Territory

from ...models import Instrument
from .kits import Lever, Sheet, SheetVersion


class Experience(Published, Searchable):
    """What named collectivités did about a lever: a local example, whatever the edition that tells it."""

    change_kind = "experience"
    change_parts = (
        ("kits_experienceversion", "experience_id"),
        ("kits_experiencebody", "experience_id"),
        ("kits_experienceactor", "experience_id"),
        ("kits_experience_themes", "experience_id"),
        ("kits_experience_instruments", "experience_id"),
        ("kits_experience_territories", "experience_id"),
    )

    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="experiences")
    lever = models.ForeignKey(Lever, models.SET_NULL, null=True, blank=True, related_name="experiences")
    key = models.SlugField("clé", max_length=80)
    name = models.CharField("titre", max_length=200)
    year = models.PositiveSmallIntegerField("année", null=True, blank=True)
    territories = models.ManyToManyField(Territory, blank=True, related_name="+", verbose_name="lieux")
    themes = models.ManyToManyField(Theme, blank=True, related_name="experiences", verbose_name="thématiques")
    instruments = models.ManyToManyField(Instrument, blank=True, related_name="experiences")
    url = models.URLField("adresse", max_length=300, blank=True)

    objects = SearchableQuerySet.as_manager()

    class Meta:
        verbose_name = "exemple"
        ordering = ["sheet", "pk"]
        constraints = [models.UniqueConstraint(fields=["sheet", "key"], name="experience_once_in_a_sheet")]

    def get_absolute_url(self):
        return f"{self.sheet.get_absolute_url()}#exemple-{self.key}"


class ExperienceVersion(models.Model):
    """The words of an example in one version of its fiche."""

    experience = models.ForeignKey(Experience, models.CASCADE, related_name="versions")
    version = models.ForeignKey(SheetVersion, models.CASCADE, related_name="experiences")
    title = models.CharField("titre", max_length=200)
    text = models.TextField("ce qui a été fait", max_length=1500)
    year = models.PositiveSmallIntegerField("année", null=True, blank=True)
    #: [{"value", "unit", "what"}]
    amounts = models.JSONField("chiffres", default=list, blank=True)
    #: [{"name", "code"}]: places named, bodies apart
    places = models.JSONField("lieux", default=list, blank=True)
    #: field → why it is deduced
    deduced = models.JSONField("ce qui est déduit", default=dict, blank=True)
    page = models.PositiveSmallIntegerField("page", null=True, blank=True)
    order = models.PositiveSmallIntegerField("ordre")

    class Meta:
        verbose_name = "version d’un exemple"
        verbose_name_plural = "versions des exemples"
        ordering = ["version", "order"]
        constraints = [models.UniqueConstraint(fields=["experience", "version"], name="experience_version_once")]

    def __str__(self):
        return self.title


class ExperienceBody(models.Model):
    """A collectivité of an example: of today when known, and the name that the document gives it."""

    experience = models.ForeignKey(Experience, models.CASCADE, related_name="bodies")
    body = models.ForeignKey(Collectivity, models.PROTECT, null=True, blank=True, related_name="experiences")
    name = models.CharField("nom écrit", max_length=200)

    class Meta:
        verbose_name = "collectivité d’un exemple"
        verbose_name_plural = "collectivités des exemples"
        ordering = ["pk"]

    def __str__(self):
        return self.name


class ExperienceActor(models.Model):
    """An organisation of an example, named as the document writes it."""

    experience = models.ForeignKey(Experience, models.CASCADE, related_name="actors")
    actor = models.ForeignKey(Actor, models.SET_NULL, null=True, blank=True, related_name="experiences")
    name = models.CharField("nom écrit", max_length=200)

    class Meta:
        verbose_name = "acteur d’un exemple"
        verbose_name_plural = "acteurs des exemples"
        ordering = ["pk"]

    def __str__(self):
        return self.name


class KeyFigure(models.Model):
    """A figure of a fiche, with its year and the source that the fiche prints."""

    version = models.ForeignKey(SheetVersion, models.CASCADE, related_name="figures")
    key = models.SlugField("clé", max_length=80)
    label = models.CharField("ce qui est compté", max_length=300)
    value = models.DecimalField("valeur", max_digits=18, decimal_places=2)
    unit = models.CharField("unité", max_length=80)
    #: « plus de », « environ »… when the document is not exact
    qualifier = models.CharField("précision", max_length=80, blank=True)
    year = models.PositiveSmallIntegerField("année", null=True, blank=True)
    period = models.CharField("période", max_length=80, blank=True)
    source_as_printed = models.CharField("source imprimée", max_length=300, blank=True)
    #: field → why it is deduced
    deduced = models.JSONField("ce qui est déduit", default=dict, blank=True)
    page = models.PositiveSmallIntegerField("page", null=True, blank=True)
    order = models.PositiveSmallIntegerField("ordre")

    class Meta:
        verbose_name = "chiffre clé"
        verbose_name_plural = "chiffres clés"
        ordering = ["version", "order"]
        constraints = [models.UniqueConstraint(fields=["version", "key"], name="key_figure_once")]

    def __str__(self):
        return f"{self.label} : {self.value} {self.unit}"


class Resource(models.Model):
    """A document that a fiche sends its reader to."""

    version = models.ForeignKey(SheetVersion, models.CASCADE, related_name="resources")
    title = models.CharField("titre", max_length=300)
    author = models.CharField("auteur", max_length=200, blank=True)
    date = models.CharField("date", max_length=40, blank=True)
    #: the document on the web, as printed (without its scheme at times)
    url = models.CharField("adresse", max_length=400, blank=True)
    note = models.CharField("remarque", max_length=300, blank=True)
    authors = models.ManyToManyField(Actor, blank=True, related_name="resources", verbose_name="organisations")
    page = models.PositiveSmallIntegerField("page", null=True, blank=True)
    order = models.PositiveSmallIntegerField("ordre")

    class Meta:
        verbose_name = "ressource"
        ordering = ["version", "order"]

    def __str__(self):
        return self.title


class CrossReference(models.Model):
    """A fiche that another one sends its reader to; without ``to`` when the portal does not hold it."""

    version = models.ForeignKey(SheetVersion, models.CASCADE, related_name="references")
    to = models.ForeignKey(Sheet, models.CASCADE, null=True, blank=True, related_name="referred_from")
    #: the number that the document prints
    number = models.CharField("numéro imprimé", max_length=8)
    lever = models.ForeignKey(Lever, models.SET_NULL, null=True, blank=True, related_name="references")
    text = models.CharField("à quel propos", max_length=300, blank=True)
    order = models.PositiveSmallIntegerField("ordre")

    class Meta:
        verbose_name = "renvoi"
        ordering = ["version", "order"]

    def __str__(self):
        return f"{self.version} → {self.to or self.number}"


class Finding(Searchable):
    """A line of the list "Déniché pour vous": an initiative that the RTES tells of elsewhere."""

    version = models.ForeignKey(SheetVersion, models.CASCADE, related_name="findings")
    number = models.PositiveSmallIntegerField("numéro")
    section = models.CharField("rubrique", max_length=120)
    name = models.CharField("titre", max_length=300)
    text = models.CharField("ce qui en est dit", max_length=400, blank=True)
    themes = models.ManyToManyField(Theme, blank=True, related_name="findings")
    actor = models.ForeignKey(Actor, models.SET_NULL, null=True, blank=True, related_name="findings")
    territories = models.ManyToManyField(Territory, blank=True, related_name="+", verbose_name="lieux")
    #: field → why it is deduced
    deduced = models.JSONField("ce qui est déduit", default=dict, blank=True)
    page = models.PositiveSmallIntegerField("page", null=True, blank=True)
    order = models.PositiveSmallIntegerField("ordre")

    objects = SearchableQuerySet.as_manager()

    class Meta:
        verbose_name = "déniché"
        ordering = ["version", "order"]
        constraints = [models.UniqueConstraint(fields=["version", "number"], name="finding_once")]

    def __str__(self):
        return self.name


class FindingBody(models.Model):
    """A collectivité of such a line: of today when known, and the name that the document gives it."""

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="bodies")
    body = models.ForeignKey(Collectivity, models.PROTECT, null=True, blank=True, related_name="findings")
    name = models.CharField("nom écrit", max_length=200)

    class Meta:
        verbose_name = "collectivité d’un déniché"
        verbose_name_plural = "collectivités des dénichés"
        ordering = ["pk"]

    def __str__(self):
        return self.name
