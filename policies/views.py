"""Public pages of what collectivités do for the ESS. GET only."""

from django.core.paginator import Paginator
from django.db.models import Count, Prefetch
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_safe
from django.views.generic import TemplateView

from observatory.accounts import perms
from observatory.pages.listing import PAGE_SIZE, Choice, address, page_of, sort_choices
from observatory.records.models import Tombstone
from observatory.search import words
from observatory.territories import selectors

from . import calendars
from .checks import public_capital
from .enums import InstrumentFamily
from .filters import AgreementFilter, SchemeFilter, StakeFilter
from .models import Agreement, Call, Instrument, Stake, SupportScheme, Threshold

SCHEMES = "Dispositifs"


@method_decorator(require_safe, name="dispatch")
class FilteredListView(TemplateView):
    """A list under a FilterSet, with its page, order and what may have been meant when it is empty."""

    filter_class: type
    title: str

    def queryset(self):
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
            suggestions=[] if total else [Choice(w, address(query, q=w)) for w in words.nearest(query.get("q", ""))],
            suggested_places=[]
            if total or not code
            else [Choice(t.label, address(query, territory=t.code)) for t in selectors.near_codes(code)],
            breadcrumbs=self.breadcrumbs(),
            **kwargs,
        )

    def breadcrumbs(self):
        return [(SCHEMES, reverse("policies:schemes")), (self.title, None)]

    def render_to_response(self, context, **kwargs):
        return super().render_to_response(context, status=400 if context["errors"] else 200, **kwargs)


def _selects(rows) -> list[dict]:
    """The lists of the filter form: name, label, (value, label) pairs, the value in use."""
    found = []
    for name, shown in rows.filters.items():
        choices = getattr(shown, "choices", None) or shown.extra.get("choices")
        if choices and name != "sort":
            pairs = list(choices() if callable(choices) else choices)
            found.append({"name": name, "label": shown.label, "choices": pairs, "value": rows.data.get(name, "")})
    return found


class SchemeListView(FilteredListView):
    template_name = "policies/scheme_list.html"
    filter_class = SchemeFilter
    title = SCHEMES

    def queryset(self):
        return SupportScheme.objects.published().for_card()

    def breadcrumbs(self):
        return [(SCHEMES, None)]


class AgreementListView(FilteredListView):
    template_name = "policies/agreement_list.html"
    filter_class = AgreementFilter
    title = "Conventions"

    def queryset(self):
        return Agreement.objects.published().select_related("body", "instrument", "actor")


class StakeListView(FilteredListView):
    template_name = "policies/stake_list.html"
    filter_class = StakeFilter
    title = "Parts de SCIC"

    def queryset(self):
        return Stake.objects.published().select_related("body", "actor")


def _record(queryset, public_id: str, slug: str):
    """The record of an address, or the redirection to its present one, that of the survivor of a merge included."""
    record = queryset.filter(public_id=public_id).first()
    if record is None:
        grave = Tombstone.objects.filter(kind=queryset.model.change_kind, public_id=public_id).first()
        survivor = grave and queryset.model.objects.published().filter(public_id=grave.survivor).first()
        if survivor:
            return survivor, HttpResponsePermanentRedirect(survivor.get_absolute_url())
        raise Http404("Cette fiche n’existe pas, ou n’est plus publiée.")
    return record, None if record.slug == slug else HttpResponsePermanentRedirect(record.get_absolute_url())


@require_safe
def scheme(request, public_id: str, slug: str = ""):
    calls = Prefetch("calls", Call.objects.filter(state="published").annotate(known_laureates=Count("laureates")))
    schemes = (
        SupportScheme.objects.published()
        .select_related("instrument")
        .prefetch_related("offers__body", "offers__actor", "themes", calls, "citations__source", "provenances__source")
    )
    record, elsewhere = _record(schemes, public_id, slug)
    if elsewhere:
        return elsewhere
    bodies = [offer.body_id for offer in record.offers.all() if offer.body_id]
    others = SupportScheme.objects.published().filter(bodies__in=bodies).exclude(pk=record.pk).distinct()
    context = {
        "scheme": record,
        "calls": record.calls.all(),
        "others": others.order_by("sort_key")[:8],
        "mentions": record.citations.all(),
        "desk": perms.desk_of(request.user, record),
        "breadcrumbs": [(SCHEMES, reverse("policies:schemes")), (record.name, None)],
    }
    return render(request, "policies/scheme.html", context)


@require_safe
def call(request, public_id: str, slug: str = ""):
    calls = (
        Call.objects.published()
        .select_related("scheme__instrument")
        .prefetch_related("laureates__actor", "scheme__offers__body", "citations__source", "scheme__citations__source")
    )
    record, elsewhere = _record(calls, public_id, slug)
    if elsewhere:
        return elsewhere
    context = {
        "call": record,
        "scheme": record.scheme,
        # A call of the documents is cited with its scheme.
        "mentions": record.citations.all() or record.scheme.citations.all(),
        "desk": perms.desk_of(request.user, record),
        "breadcrumbs": [
            (SCHEMES, reverse("policies:schemes")),
            (record.scheme.name, record.scheme.get_absolute_url()),
            (record.name, None),
        ],
    }
    return render(request, "policies/call.html", context)


@require_safe
def agreement(request, public_id: str, slug: str = ""):
    agreements = (
        Agreement.objects.published()
        .select_related("body", "actor", "instrument", "scheme", "call")
        .prefetch_related("instalments", "citations__source", "provenances__source")
    )
    record, elsewhere = _record(agreements, public_id, slug)
    if elsewhere:
        return elsewhere
    context = {
        "agreement": record,
        "mentions": record.citations.all(),
        "desk": perms.desk_of(request.user, record),
        "breadcrumbs": [
            (SCHEMES, reverse("policies:schemes")),
            ("Conventions", reverse("policies:agreements")),
            (record.name, None),
        ],
    }
    return render(request, "policies/agreement.html", context)


@require_safe
def stake(request, public_id: str, slug: str = ""):
    stakes = Stake.objects.published().select_related("body", "actor").prefetch_related("citations__source")
    record, elsewhere = _record(stakes, public_id, slug)
    if elsewhere:
        return elsewhere
    capital = []
    if record.actor_id:
        held = Stake.objects.published().filter(actor=record.actor_id).select_related("body")
        capital = list(held.order_by("year", "taken_on", "pk"))
    context = {
        "stake": record,
        "capital": capital,
        "check": record.actor and public_capital(actor=record.actor, day=timezone.localdate()),
        "mentions": record.citations.all(),
        "desk": perms.desk_of(request.user, record),
        "breadcrumbs": [
            (SCHEMES, reverse("policies:schemes")),
            ("Parts de SCIC", reverse("policies:stakes")),
            (record.name, None),
        ],
    }
    return render(request, "policies/stake.html", context)


@require_safe
def instruments(request):
    """The referential, by family, with how many schemes and agreements use each."""
    rows = Instrument.objects.prefetch_related("citations__source").annotate(
        n_schemes=Count("schemes", distinct=True), n_agreements=Count("agreements", distinct=True)
    )
    by_family = {family: [row for row in rows if row.family == family] for family in InstrumentFamily.values}
    context = {
        "families": [(label, by_family[family]) for family, label in InstrumentFamily.choices if by_family[family]],
        "breadcrumbs": [(SCHEMES, reverse("policies:schemes")), ("Instruments", None)],
    }
    return render(request, "policies/instruments.html", context)


@require_safe
def thresholds(request):
    """Each legal limit with the value of today and those of the past."""
    today = timezone.localdate()
    rows = Threshold.objects.prefetch_related("values", "instruments")
    context = {
        "thresholds": [(row, row.at(today), row.values.all()) for row in rows],
        "today": today,
        "breadcrumbs": [(SCHEMES, reverse("policies:schemes")), ("Seuils", None)],
    }
    return render(request, "policies/thresholds.html", context)


@require_safe
def calendar(request):
    """The deadlines of a search as one iCalendar feed."""
    rows = SchemeFilter(request.GET, SupportScheme.objects.published())
    if rows.errors:
        return render(request, "400.html", {"errors": rows.errors}, status=400)
    calls = (
        Call.objects.published().filter(scheme__in=rows.qs.order_by(), closes__isnull=False).select_related("scheme")
    )
    response = HttpResponse(
        calendars.deadlines(calls.order_by("closes", "pk"), base=f"{request.scheme}://{request.get_host()}"),
        content_type="text/calendar; charset=utf-8",
    )
    response["Content-Disposition"] = 'inline; filename="echeances-ess.ics"'
    return response
