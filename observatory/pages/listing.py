"""What every searchable list shares: the page asked for, addresses that keep the search, chips of what is active."""

from dataclasses import dataclass

from django.core.paginator import EmptyPage, Page, PageNotAnInteger, Paginator
from django.http import Http404, QueryDict

PAGE_SIZE = 20


@dataclass(frozen=True)
class Choice:
    """Something that a link of the page does."""

    label: str
    url: str
    value: str = ""
    selected: bool = False


@dataclass(frozen=True)
class Chip:
    """An active filter and the address without it."""

    label: str
    remove_url: str


def page_of(paginator: Paginator, number: str | None) -> Page:
    """The page asked for; nonsense or a page past the end is a 404 that says so."""
    try:
        return paginator.page(number or 1)
    except PageNotAnInteger:
        raise Http404(f"« {number} » n’est pas un numéro de page.") from None
    except EmptyPage:
        held = f"compte {paginator.num_pages} pages" if paginator.num_pages > 1 else "tient en une page"
        raise Http404(f"La page {number} n’existe pas : cette liste {held}.") from None


def address(query: QueryDict, path: str = "", **changes) -> str:
    """The address of this search with some parameters changed (None removes one); back to the first page."""
    query = query.copy()
    query.pop("page", None)
    for name, value in changes.items():
        if value is None:
            query.pop(name, None)
        else:
            query[name] = value
    return f"{path}?{query.urlencode()}" if query else path or "?"


def without(query: QueryDict, name: str, value: str) -> str:
    """The address of this search with one value of a parameter taken out."""
    query = query.copy()
    query.pop("page", None)
    kept = [v for item in query.getlist(name) for v in item.split(",") if v and v != value]
    query.setlist(name, kept)
    return "?" + query.urlencode()


def sort_choices(filterset, query: QueryDict) -> list[Choice]:
    by_relevance = filterset.is_ranked and bool(query.get("q"))
    usual = "relevance" if by_relevance else "name" if filterset.is_ranked else next(iter(filterset.sorts))
    asked = query.get("sort") or usual
    choices = [("relevance", "Pertinence")] if by_relevance else []
    choices += [(key, label) for key, (label, _) in filterset.sorts.items()]
    return [Choice(label, address(query, sort=key), key, key == asked) for key, label in choices]
