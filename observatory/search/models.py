from django.db import models

from . import analysis
from .engines import SearchTextField


class SearchableQuerySet(models.QuerySet):
    def search(self, text: str):
        """Rows that match every word of ``text``, unordered; all rows when it holds no word."""
        query = analysis.parse(text)
        return self.filter(search_text__matches=query) if query else self


class Searchable(models.Model):
    """A model found by words: its names (for rank) and all its tokens (for the index), as ``analysis`` makes them."""

    search_names = models.TextField(default="", blank=True, editable=False)
    search_text = SearchTextField()

    #: text columns whose words the spelling help knows
    word_fields: tuple[str, ...] = ("name",)

    class Meta:
        abstract = True

    @classmethod
    def readable(cls, prefix: str = "") -> list[str]:
        """The columns that a page of one record reads: all but those that serve search and order alone."""
        unread = {"search_names", "search_text", "facets", "sort_key", "quadkey"}
        return [f"{prefix}{field.name}" for field in cls._meta.concrete_fields if field.name not in unread]

    def index_words(self, names, *others) -> None:
        """Fill the two search columns from the names and from whatever else the record may be found by."""
        self.search_names = analysis.index_names(*names)
        self.search_text = analysis.index_tokens(*names, *others)


class Word(models.Model):
    """A word of the published names and how often it stands there: what a typing error may have meant."""

    text = models.CharField("mot sans accent", max_length=40, primary_key=True)
    display = models.CharField("mot", max_length=40)
    count = models.PositiveIntegerField("nombre d’emplois")

    class Meta:
        verbose_name = "mot connu"
        verbose_name_plural = "mots connus"
        ordering = ["-count", "text"]

    def __str__(self):
        return self.display
