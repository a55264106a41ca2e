"""How the rows behind an answer are read: by joins for a page, with small tables in memory for a whole list.

Both give the same rows, so that one definition (``RecordViewSet.represent``) serves pages, details and files. Joining six
territories to each of 200,000 actors, and building anew what they give for each, costs more than the actors themselves.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import orjson
from django.db.models import BooleanField, Func, JSONField, Model, TextField
from django.db.models.functions import Cast

#: fewer keys than this are asked for one by one
_FEW = 200
#: keys are asked for by their bounds when these hold no more than so many times the keys
_SPARSE = 2
#: values of the columns of a reference → the reference, or None
Take = Callable[[Sequence], dict | None]


class Among(Func):
    """Whether a key is one of many, as a single parameter: thousands of them cost Django more than the rows.

    Keys that nearly follow each other are asked for by their bounds, which engines plan and read several times faster:
    rows in between may then come too, and whoever asks leaves them out.
    """

    output_field = BooleanField()

    def __init__(self, column: str, keys: Iterable[int]):
        super().__init__(column)
        self.keys = list(keys)

    @property
    def bounds(self) -> tuple[int, int] | None:
        if len(self.keys) < _FEW:
            return None
        first, last = min(self.keys), max(self.keys)
        return (first, last) if last - first < _SPARSE * len(self.keys) else None

    def as_sql(self, compiler, connection, **context):
        sql, params = compiler.compile(self.source_expressions[0])
        if self.bounds:
            return f"{sql} BETWEEN %s AND %s", [*params, *self.bounds]
        if connection.vendor == "postgresql":
            return f"{sql} = ANY(%s::bigint[])", [*params, self.keys]
        return f"{sql} IN (SELECT value FROM json_each(%s))", [*params, orjson.dumps(self.keys).decode()]


class Joined:
    """Reads what stands behind foreign keys by joins: one statement, right for a page."""

    def through(self, model: type[Model], column: str, names: Sequence[str]) -> tuple[list[str], Take]:
        """The columns that give a reference to a row of ``model``, and what makes it of their values."""

        def take(values):
            return None if values[0] is None else dict(zip(names, values, strict=True))

        return [f"{column}__{name}" for name in names], take

    def column(self, model: type[Model], name: str) -> Any:
        """How a column of the table itself is asked for."""
        return name

    def rows(
        self, model: type[Model], pks: list[int], columns: Sequence[str], refs: dict[str, Sequence[str]]
    ) -> Iterator[dict]:
        """Rows by their keys, in no order: ``columns``, the key among them, as they are, and under each key of ``refs`` a reference or None.

        The first name of a reference is never null.
        """
        asked, parts = [self.column(model, name) for name in columns], []
        for name, fields in refs.items():
            given, take = self.through(model._meta.get_field(name).related_model, name, fields)
            parts.append((name, slice(len(asked), len(asked) + len(given)), take))
            asked += given
        wanted = set(pks)
        for values in model._base_manager.filter(Among("pk", pks)).order_by().values_list(*asked):
            row = dict(zip(columns, values, strict=False))
            if row["pk"] not in wanted:
                continue
            for name, where, take in parts:
                row[name] = take(values[where])
            yield row


class Remembered(Joined):
    """Reads each table behind a foreign key once, at its first use, and gives the same reference to all who share it.

    For whole lists: references must not be changed by whoever gets them.
    """

    def __init__(self):
        self._tables: dict[tuple, dict[int, dict]] = {}

    def through(self, model, column, names):
        key = model, tuple(names)
        if key not in self._tables:
            rows = model._base_manager.order_by().values_list("pk", *names).iterator(chunk_size=5_000)
            self._tables[key] = {pk: dict(zip(names, values, strict=True)) for pk, *values in rows}
        find = self._tables[key].get
        return [f"{column}_id"], lambda values: find(values[0])

    def column(self, model, name):
        # As text, which Django passes as it is; lists are then read by ``rows``.
        return Cast(name, TextField()) if isinstance(model._meta.get_field(name), JSONField) else name

    def rows(self, model, pks, columns, refs):
        lists = [name for name in columns if name != "pk" and isinstance(model._meta.get_field(name), JSONField)]
        asked = [name if name == "pk" else self.column(model, name) for name in columns]
        finders = []
        for name, fields in refs.items():
            given, _ = self.through(related := model._meta.get_field(name).related_model, name, fields)
            finders.append((name, self._tables[related, tuple(fields)].get))
            asked += given
        names, wanted = [*columns, *refs], set(pks)
        for values in model._base_manager.filter(Among("pk", pks)).order_by().values_list(*asked):
            row = dict(zip(names, values, strict=True))
            if row["pk"] not in wanted:
                continue
            for name in lists:
                row[name] = [] if row[name] == "[]" else orjson.loads(row[name])
            for name, find in finders:
                row[name] = find(row[name])
            yield row
