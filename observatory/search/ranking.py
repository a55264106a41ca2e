"""The order of results: ours, plain SQL, the same on every engine.

Native ranks differ between engines and drift with the collection; a visitor expects the organisation that
bears the words typed, then those whose name begins with them, then holds them, then the rest.
"""

from django.db.models import Case, IntegerField, Q, Value, When

from .analysis import Query

EXACT, BEGINS, PHRASE, NAME, ELSEWHERE = range(5)


def rank(query: Query) -> Case:
    """An expression from 0 (the very name) to 4 (found elsewhere in the record) over ``search_names``."""
    phrase = " ".join(query.phrase)
    last = query.terms[-1].prefix
    # While the last word is being typed, its stem may not yet be the stem of the word meant.
    loose = " ".join([*query.phrase[:-1], last or query.phrase[-1]])
    contains = [Q(search_names__contains=f" {stem} ") for stem in query.phrase[:-1]]
    contains.append(
        Q(search_names__contains=f" {query.phrase[-1]} ")
        | Q(search_names__contains=f" {last}" if last else f" {query.phrase[-1]} ")
    )
    every = Q()
    for condition in contains:
        every &= condition
    return Case(
        When(search_names__contains=f"| {phrase} |", then=Value(EXACT)),
        When(
            Q(search_names__contains=f"| {phrase} ") | Q(search_names__contains=f"| {loose}"),
            then=Value(BEGINS),
        ),
        When(
            Q(search_names__contains=f" {phrase} ") | Q(search_names__contains=f" {loose}"),
            then=Value(PHRASE),
        ),
        When(every, then=Value(NAME)),
        default=Value(ELSEWHERE),
        output_field=IntegerField(),
    )
