"""Public lists of what collectivités do for the ESS, as pages and as files. GET only."""

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from observatory.pages import downloads
from observatory.pages.listing import PAGE_SIZE, Chip, Choice, address, page_of, sort_choices
from observatory.search import words
from observatory.territories import selectors
from observatory.territories.models import Collectivity

from . import yearly
from .downloads import FILES
from .filters import AgreementFilter, CallFilter, SchemeFilter, StakeFilter, TrueFalseFilter
from .models import Agreement, Call, Stake, SupportScheme

SCHEMES = "Dispositifs"
#: kind of file → its label
FORMATS = {"csv": "CSV", "xlsx": "Excel (XLSX)"}
YES_NO = [("true", "Oui"), ("false", "Non")]


@method_decorator(require_safe, name="dispatch")
class FilteredListView(TemplateView):
    """A list under a FilterSet, with its page, order and what may have been meant when it is empty."""

    filter_class: type
    title: str
    #: address of the list as a file
    export_name: str
    #: ``registry.Batchable.key`` of a list whose records have a fiche
    batch = ""
    #: filters that are typed, beside words and territory: name → ``inputmode``
    typed: dict[str, str] = {}

    @staticmethod
    def queryset():
        """What a card reads."""
        raise NotImplementedError

    @staticmethod
    def in_full():
        """What a row of a file reads."""
        raise NotImplementedError

    def get(self, request, *args, **kwargs):
        """A place typed in words becomes a code in the address, so that the page can be shared."""
        coded = selectors.with_typed_place(request.GET)
        return redirect(f"{request.path}?{coded.urlencode()}") if coded else super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        query = self.request.GET
        rows = self.filter_class(query, self.queryset())
        page, total = None, 0
        if not rows.errors:
            paginator = Paginator(rows.sorted(rows.qs), PAGE_SIZE)
            page, total = page_of(paginator, query.get("page")), paginator.count
        code = query.get("territory", "")
        return super().get_context_data(
            filter=rows,
            errors=rows.errors,
            page=page,
            total=total,
            place=None if rows.errors else rows.place,
            sorts=sort_choices(rows, query),
            selects=_selects(rows),
            texts=[
                {"name": name, "label": rows.filters[name].label, "mode": mode, "value": query.get(name, "")}
                for name, mode in self.typed.items()
            ],
            active=[] if rows.errors else _chips(query),
            exports=[
                Choice(label, address(query, reverse(self.export_name, args=[kind]))) for kind, label in FORMATS.items()
            ],
            batch_url=self.batch and address(query, reverse("pdf:prepare", args=[self.batch])),
            charts=self.charts(rows) if page and page.number == 1 else [],
            suggestions=[] if total else [Choice(w, address(query, q=w)) for w in words.nearest(query.get("q", ""))],
            suggested_places=[]
            if total or not code
            else [Choice(t.label, address(query, territory=t.code)) for t in selectors.near_codes(code)],
            breadcrumbs=self.breadcrumbs(),
            **kwargs,
        )

    def charts(self, rows) -> list:
        """What is drawn above the first page."""
        return []

    def breadcrumbs(self):
        return [(SCHEMES, reverse("policies:schemes")), (self.title, None)]

    def render_to_response(self, context, **kwargs):
        return super().render_to_response(context, status=400 if context["errors"] else 200, **kwargs)


def _selects(rows) -> list[dict]:
    """The lists of the filter form: name, label, (value, label) pairs, the value in use."""
    found = []
    for name, shown in rows.filters.items():
        choices = getattr(shown, "choices", None) or shown.extra.get("choices")
        choices = YES_NO if isinstance(shown, TrueFalseFilter) else choices
        if choices and name != "sort":
            pairs = list(choices() if callable(choices) else choices)
            found.append({"name": name, "label": shown.label, "choices": pairs, "value": rows.data.get(name, "")})
    return found


def _chips(query) -> list[Chip]:
    """The body that the list is of, which no field of the form holds."""
    code = query.get("body")
    if not code:
        return []
    body = Collectivity.objects.filter(code=code).only("name").first()
    return [Chip(body.name if body else code, address(query, body=None))]


class SchemeListView(FilteredListView):
    template_name = "policies/scheme_list.html"
    filter_class = SchemeFilter
    title = SCHEMES
    export_name = "policies:schemes-export"
    batch = "dispositifs"
    typed = {"audience": "text"}

    @staticmethod
    def queryset():
        return SupportScheme.objects.published().for_card()

    @staticmethod
    def in_full():
        return SchemeListView.queryset().prefetch_related("citations__source")

    def breadcrumbs(self):
        return [(SCHEMES, None)]


class CallListView(FilteredListView):
    template_name = "policies/call_list.html"
    filter_class = CallFilter
    title = "Appels"
    export_name = "policies:calls-export"
    typed = {"year": "numeric"}

    @staticmethod
    def queryset():
        return Call.objects.published().select_related("scheme__instrument").prefetch_related("scheme__offers__body")

    @staticmethod
    def in_full():
        return CallListView.queryset().prefetch_related("laureates", "citations__source")


class AgreementListView(FilteredListView):
    template_name = "policies/agreement_list.html"
    filter_class = AgreementFilter
    title = "Conventions"
    export_name = "policies:agreements-export"
    typed = {"year": "numeric"}

    @staticmethod
    def queryset():
        return Agreement.objects.published().select_related("body", "instrument", "actor")

    @staticmethod
    def in_full():
        rows = AgreementListView.queryset().select_related("scheme", "call")
        return rows.prefetch_related("instalments", "citations__source")

    def charts(self, rows):
        return yearly.charts(yearly.in_database(rows.qs), key="conventions")


class StakeListView(FilteredListView):
    template_name = "policies/stake_list.html"
    filter_class = StakeFilter
    title = "Parts de SCIC"
    export_name = "policies:stakes-export"
    typed = {"year": "numeric"}

    @staticmethod
    def queryset():
        return Stake.objects.published().select_related("body", "actor")

    @staticmethod
    def in_full():
        return StakeListView.queryset().prefetch_related("citations__source")


@require_safe
def export(request, kind: str, of: type[FilteredListView]):
    """The list under the current search as a file."""
    if kind not in FORMATS:
        raise Http404(f"« {kind} » n’est pas un format : {', '.join(FORMATS)}.")
    rows = of.filter_class(request.GET, of.in_full())
    if rows.errors:
        return render(request, "400.html", {"errors": rows.errors}, status=400)
    found = rows.sorted(rows.qs)
    columns, name, sheet = FILES[found.model]
    if kind == "csv":
        return downloads.csv_response(found.iterator(chunk_size=downloads.CHUNK), columns, name)
    few = found[: downloads.XLSX_ROWS - 1].iterator(chunk_size=downloads.CHUNK)
    return downloads.xlsx_response(few, columns, name, sheet=sheet)
