"""What lasts (kit, fiche, lever) and what an edition says of it."""

from functools import lru_cache

from django.db import models
from django.urls import reverse

from actors.models import Actor, Theme
from observatory.records.models import Published, Source
from observatory.search.models import Searchable, SearchableQuerySet

from ...models import Instrument
from ..enums import LeverLevel, SheetKind


class Kit(Published):
    """A kit of the RTES: what it is called, and for whom it is written."""

    change_kind = "kit"
    change_parts = (("kits_edition", "kit_id"),)

    key = models.SlugField("clé", max_length=40, unique=True)
    name = models.CharField("nom", max_length=150)
    audience = models.CharField("pour qui", max_length=200)
    summary = models.CharField("en quelques mots", max_length=500)
    #: words of ``LeverLevel``: the bodies that can fill a checklist of it
    levels = models.JSONField("niveaux", default=list)
    order = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "kit"
        ordering = ["order", "key"]

    def get_absolute_url(self):
        return reverse("kits:kit", args=[self.key])


class Edition(models.Model):
    """One edition of a kit. Exactly one of each kit is current: the one that pages and new checklists read."""

    kit = models.ForeignKey(Kit, models.CASCADE, related_name="editions")
    key = models.SlugField("clé", max_length=40, unique=True)
    name = models.CharField("nom", max_length=80)
    year = models.PositiveSmallIntegerField("année")
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    is_current = models.BooleanField("en vigueur", default=False)
    #: what the edition changed, in a sentence
    note = models.CharField("ce qu’elle change", max_length=300, blank=True)
    sheets = models.ManyToManyField("SheetVersion", through="EditionSheet", related_name="editions")

    class Meta:
        verbose_name = "édition"
        ordering = ["kit", "year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kit"], condition=models.Q(is_current=True), name="one_current_edition_of_a_kit"
            )
        ]

    def __str__(self):
        return f"{self.kit}, {self.name}"


class Sheet(Published, Searchable):
    """A fiche, whatever its number: the same from one edition to the next. ``name`` is its title in the current one."""

    change_kind = "sheet"
    change_parts = (("kits_sheetversion", "sheet_id"), ("kits_sheet_themes", "sheet_id"))

    kit = models.ForeignKey(Kit, models.CASCADE, related_name="sheets")
    key = models.SlugField("clé", max_length=60)
    name = models.CharField("titre", max_length=200)
    kind = models.CharField("nature", max_length=10, choices=SheetKind)
    themes = models.ManyToManyField(Theme, blank=True, related_name="sheets", verbose_name="thématiques")
    #: in the latest edition that holds it; the pages of an older one read ``EditionSheet``
    number = models.CharField("numéro", max_length=8, blank=True)
    order = models.PositiveSmallIntegerField("ordre", default=0)

    objects = SearchableQuerySet.as_manager()

    class Meta:
        verbose_name = "fiche"
        ordering = ["kit", "order", "pk"]
        constraints = [models.UniqueConstraint(fields=["kit", "key"], name="sheet_once_in_a_kit")]

    def get_absolute_url(self):
        return (
            reverse("kits:findings")
            if self.kind == SheetKind.LIST
            else reverse("kits:sheet", args=[self.kit.key, self.key])
        )


class SheetVersion(models.Model):
    """The words of a fiche, as one or several editions bear them; ours, but for titles, names and figures."""

    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="versions")
    source = models.ForeignKey(Source, models.PROTECT, related_name="+")
    title = models.CharField("titre", max_length=200)
    #: as the table of contents prints it, where it differs
    title_in_contents = models.CharField("titre au sommaire", max_length=200, blank=True)
    page = models.PositiveSmallIntegerField("page", null=True, blank=True)
    #: the first and the last page in the document, or empty
    pages = models.JSONField("pages", default=list, blank=True)
    summary = models.TextField("résumé", max_length=1500)
    #: sentences: the facts of the running text
    context = models.JSONField("contexte", default=list, blank=True)
    #: [{"text", "date", "reference"}]
    law = models.JSONField("textes de loi", default=list, blank=True)
    #: [{"order", "year", "text", "actors": [public ids]}]: the ten dates of fiche 1
    dates = models.JSONField("dates", default=list, blank=True)
    #: [{"order", "title", "actions": […], "open_list", "levels", "themes", "instruments"}]: the areas of fiche 3
    competences = models.JSONField("domaines de compétence", default=list, blank=True)
    #: [{"kind", "what"}]: what this version changes, words of ``ChangeKind``
    changes = models.JSONField("ce qui change", default=list, blank=True)
    #: [{"source", "date", "page", "note"}]: documents that say the same
    mentions = models.JSONField("aussi dans", default=list, blank=True)
    #: field → why it is deduced
    deduced = models.JSONField("ce qui est déduit", default=dict, blank=True)
    actors = models.ManyToManyField(Actor, blank=True, related_name="cited_in_sheets", verbose_name="acteurs cités")

    class Meta:
        verbose_name = "version d’une fiche"
        verbose_name_plural = "versions des fiches"
        ordering = ["sheet", "source__year", "pk"]
        constraints = [models.UniqueConstraint(fields=["sheet", "source"], name="sheet_version_once")]

    def __str__(self):
        return f"{self.title} ({self.source.year})"


class EditionSheet(models.Model):
    """The place of a fiche in an edition: its number there."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="places")
    version = models.ForeignKey(SheetVersion, models.CASCADE, related_name="places")
    number = models.CharField("numéro", max_length=8, blank=True)
    order = models.PositiveSmallIntegerField("ordre")

    class Meta:
        verbose_name = "place d’une fiche"
        verbose_name_plural = "places des fiches"
        ordering = ["edition", "order"]
        constraints = [models.UniqueConstraint(fields=["edition", "version"], name="place_once")]

    def __str__(self):
        return f"{self.number} {self.version}".strip()


class LeverQuerySet(SearchableQuerySet):
    def of(self, edition: Edition):
        """The levers of an edition."""
        return self.filter(versions__version__places__edition=edition).distinct()


@lru_cache(maxsize=2_000)
def _lever_address(kit: str, sheet: str, lever: str) -> str:
    return reverse("kits:lever", args=[kit, sheet, lever])


class Lever(Published, Searchable):
    """A lever of action, whatever the edition. ``name`` is its title in the current one."""

    change_kind = "lever"
    change_parts = (
        ("kits_leverversion", "lever_id"),
        ("kits_lever_themes", "lever_id"),
        ("kits_lever_instruments", "lever_id"),
        ("kits_lever_actors", "lever_id"),
    )

    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="levers")
    key = models.SlugField("clé", max_length=60)
    name = models.CharField("titre", max_length=200)
    themes = models.ManyToManyField(Theme, blank=True, related_name="levers", verbose_name="thématiques")
    instruments = models.ManyToManyField(Instrument, blank=True, related_name="levers", verbose_name="instruments")
    actors = models.ManyToManyField(Actor, blank=True, related_name="levers", verbose_name="acteurs cités")
    #: in the latest edition that holds it: words of ``LeverLevel``, and the place in its fiche
    levels = models.JSONField("niveaux", default=list)
    order = models.PositiveSmallIntegerField("ordre", default=0)

    objects = LeverQuerySet.as_manager()

    class Meta:
        verbose_name = "levier"
        ordering = ["sheet", "order", "pk"]
        constraints = [models.UniqueConstraint(fields=["sheet", "key"], name="lever_once_in_a_sheet")]

    def get_absolute_url(self):
        return _lever_address(self.sheet.kit.key, self.sheet.key, self.key)


class LeverVersion(models.Model):
    """The words of a lever in one version of its fiche."""

    lever = models.ForeignKey(Lever, models.CASCADE, related_name="versions")
    version = models.ForeignKey(SheetVersion, models.CASCADE, related_name="levers")
    title = models.CharField("titre", max_length=200)
    #: whether the document has no title for it, so that ours stands
    is_title_ours = models.BooleanField("titre de notre fait", default=False)
    text = models.TextField("comment s’y prendre", max_length=1200)
    #: words of ``LeverLevel``
    levels = models.JSONField("niveaux", default=list)
    #: field → why it is deduced
    deduced = models.JSONField("ce qui est déduit", default=dict, blank=True)
    page = models.PositiveSmallIntegerField("page", null=True, blank=True)
    order = models.PositiveSmallIntegerField("ordre")

    class Meta:
        verbose_name = "version d’un levier"
        verbose_name_plural = "versions des leviers"
        ordering = ["version", "order"]
        constraints = [models.UniqueConstraint(fields=["lever", "version"], name="lever_version_once")]

    def __str__(self):
        return self.title

    @property
    def level_labels(self) -> list[str]:
        return [LeverLevel(level).label for level in self.levels]
