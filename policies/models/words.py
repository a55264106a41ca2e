"""Words of records whose page names others: their own words are indexed, the names of the others are read as they stand."""

from django.db import models
from django.db.models import Q

from observatory.search import analysis
from observatory.search.models import Searchable


class WordsQuerySet(models.QuerySet):
    def search(self, text: str):
        """Rows that hold every word of ``text``, in any form and without regard to accents, unordered; all when it has none.

        The same on both engines. The words of a record may stand in it or in the names of what it is linked to, which may
        change without it.
        """
        query, rows = analysis.parse(text), self
        for term in query.terms:
            holds = Q(search_text__matches=analysis.Query(text=text, terms=(term,), phrase=()))
            for link in self.model.names_in:
                for stem in filter(None, (*term.alternatives, term.prefix)):
                    holds |= Q(**{f"{link}__sort_key__contains": stem})
            rows = rows.filter(holds)
        return rows


class Worded(Searchable):
    """A record found by ``words_in``, its own columns, and by the names of what ``names_in`` links it to."""

    words_in: tuple[str, ...]
    names_in: tuple[str, ...] = ()

    class Meta:
        abstract = True

    def set_identity(self):
        super().set_identity()
        self.index_search()

    def index_search(self):
        self.index_words([self.name], *(getattr(self, column) for column in self.words_in))
