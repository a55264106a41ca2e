"""What the search inside the kits looks through."""

from django.db import models

from observatory.search.models import Searchable, SearchableQuerySet

from ..enums import PassageKind
from .kits import Lever, Sheet


class Passage(Searchable):
    """A piece of a fiche of an edition in force, found by words: derived by the load, never edited."""

    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="passages")
    lever = models.ForeignKey(Lever, models.CASCADE, null=True, blank=True, related_name="passages")
    kind = models.CharField("nature", max_length=10, choices=PassageKind)
    name = models.CharField("titre", max_length=300)
    text = models.TextField("texte", blank=True)
    #: where on the page of the fiche; empty for its top
    anchor = models.SlugField("ancre", max_length=100, blank=True)
    order = models.PositiveIntegerField("ordre")

    objects = SearchableQuerySet.as_manager()

    class Meta:
        verbose_name = "passage"
        ordering = ["order"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        if self.kind == PassageKind.LEVER:
            return self.lever.get_absolute_url()
        return f"{self.sheet.get_absolute_url()}#{self.anchor}" if self.anchor else self.sheet.get_absolute_url()
