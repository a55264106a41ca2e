"""Pages of long lists: the count is known beforehand, deep pages cost an index scan and nothing more."""

from collections.abc import Callable

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

from observatory.records.kept import kept

from .facets import MANY

#: how many rows of a long answer by relevance are read at once
KEPT = 1_000


class CountedPaginator(Paginator):
    """Pages of an ordered queryset whose ``count`` the caller knows, under a change number.

    The keys of the page are read first, from the nearer end, then their rows with all that a card shows: rows that
    are skipped are never fetched.
    """

    def __init__(self, queryset: QuerySet, per_page: int, *, count: int, change: Callable[[], int], rows):
        super().__init__(queryset, per_page)
        self._known_count = count
        self._change = change
        self._rows = rows

    @property
    def count(self) -> int:
        return self._known_count

    def page(self, number) -> Page:
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        end = min(start + self.per_page, self.count)
        pks = self._keys(start, end)
        by_pk = {row.pk: row for row in self._rows(pks)}
        return self._get_page([by_pk[pk] for pk in pks if pk in by_pk], number, self)

    def _keys(self, start: int, end: int) -> list[int]:
        keys = self.object_list.values_list("pk", flat=True)
        if "relevance" in self.object_list.query.annotations and self.count > MANY and end <= KEPT:
            # No index gives the order of relevance: every row is ranked once, and the first pages are kept.
            return kept(keys[:KEPT], self._change())[start:end]
        if start > self.count // 2:
            return list(keys.reverse()[self.count - end : self.count - start])[::-1]
        return list(keys[start:end])
