"""Public pages of one record of the third floor, the referentials, the calendar. GET only; the lists are in ``lists``."""

from django.db.models import Count
from django.http import Http404, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from observatory.accounts import perms
from observatory.records.models import Tombstone

from . import calendars
from .checks import capital_over_time
from .enums import InstrumentFamily
from .filters import SchemeFilter
from .lists import SCHEMES
from .models import Agreement, Call, Instrument, Stake, SupportScheme, Threshold


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
    record, elsewhere = _record(SupportScheme.objects.for_page(), public_id, slug)
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
    held = []
    if record.actor_id:
        others = Stake.objects.published().filter(actor=record.actor_id).select_related("body")
        held = sorted(others, key=lambda stake: (stake.day is None, stake.day, stake.pk))
    context = {
        "stake": record,
        "held": held,
        "capital": capital_over_time(held),
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
