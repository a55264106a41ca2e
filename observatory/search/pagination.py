"""Pages of long lists: the count is known beforehand, deep pages cost an index scan and nothing more."""

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet


class CountedPaginator(Paginator):
    """Pages of an ordered queryset whose ``count`` the caller knows.

    The keys of the page are read first, from the nearer end, then their rows with all that a card shows: rows that
    are skipped are never fetched.
    """

    def __init__(self, queryset: QuerySet, per_page: int, *, count: int, rows):
        super().__init__(queryset, per_page)
        self._known_count = count
        self._rows = rows

    @property
    def count(self) -> int:
        return self._known_count

    def page(self, number) -> Page:
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        end = min(start + self.per_page, self.count)
        keys = self.object_list.values_list("pk", flat=True)
        if start > self.count // 2:
            pks = list(keys.reverse()[self.count - end : self.count - start])[::-1]
        else:
            pks = list(keys[start:end])
        by_pk = {row.pk: row for row in self._rows(pks)}
        return self._get_page([by_pk[pk] for pk in pks if pk in by_pk], number, self)
