"""Lists at the desk: loaded, mapped, compared, applied, taken back. Each view asks ``perms.may_import`` first."""

from itertools import islice

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from actors.editing import KIND
from actors.importers.tables import open_table
from actors.importers.workbooks import Unreadable
from observatory.accounts import perms
from observatory.accounts.guards import desk_required, pending
from observatory.accounts.perms import Action
from observatory.editing.differences import Shower
from observatory.pages.listing import page_of

from . import refused, reports, services, undoing
from .enums import Fate, Stage
from .forms import ColumnsForm, UploadForm
from .models import ActorList, Import, ListMembership
from .services import NotNow

FORM = ["GET", "HEAD", "POST"]
SAMPLES, PREVIEWED, PER_PAGE = 30, 10, 20
_REFUSED = "Charger une liste demande le rôle d’édition CRESS sur le territoire de la liste."


def _crumbs(*more):
    return [("Bureau", reverse("editing:desk")), ("Listes", reverse("imports:list")), *more]


def _find(request, pk: int) -> Import:
    load = get_object_or_404(
        Import.objects.select_related("actor_list__territory", "actor_list__source", "progress", "user"), pk=pk
    )
    if not perms.may_import(request.user, load.actor_list.territory):
        raise PermissionDenied(_REFUSED)
    return load


def _mine(request, path: str = "") -> Q:
    """What belongs to the lists within reach; ``path`` leads to the territory."""
    if not perms.may_somewhere(request.user, Action.IMPORT):
        raise PermissionDenied(_REFUSED)
    mine = perms.territories(request.user, Action.IMPORT)
    if mine is None:
        return Q()
    inside = Q(pk__in=[])
    for territory in mine:
        for column in ("", "__region", "__departement", "__epci"):
            inside |= Q(**{f"{path}territory{column}": territory})
    return inside


@desk_required
@require_safe
def imports(request):
    """The lists that were loaded, the latest first."""
    loads = Import.objects.filter(_mine(request, "actor_list__"))
    loads = loads.select_related("actor_list__territory", "user", "progress").order_by("-pk")
    page = page_of(Paginator(loads, PER_PAGE), request.GET.get("page"))
    gone_members = ListMembership.objects.to_settle().filter(_mine(request, "actor_list__")).count()
    context = {"page": page, "gone_count": gone_members, "breadcrumbs": [*_crumbs()[:1], ("Listes", None)]}
    return render(request, "imports/list.html", context)


@desk_required
@require_http_methods(FORM)
def upload(request):
    """Keep a file, then go on to its columns; a file that is no list is refused with a sentence."""
    reach = _mine(request)
    typed = request.POST if request.method == "POST" else pending(request)
    form = UploadForm(typed, request.FILES if request.method == "POST" else None, user=request.user)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            load = services.create(**data, user=request.user)
            return redirect("imports:columns", load.pk)
        except Unreadable as refusal:
            form.add_error("file", str(refusal))
    context = {
        "form": form,
        "titles": ActorList.objects.filter(reach).values_list("title", flat=True).distinct().order_by("title"),
        "breadcrumbs": _crumbs(("Charger une liste", None)),
    }
    return render(request, "imports/upload.html", context, status=422 if request.method == "POST" else 200)


@desk_required
@require_http_methods(FORM)
def columns(request, pk):
    """What each column holds; « Voir l’aperçu » shows ten lines as they would be read."""
    load = _find(request, pk)
    if load.stage not in (Stage.UPLOADED, Stage.STAGED, Stage.FAILED) or not load.file:
        return redirect(load)
    try:
        return _columns(request, load)
    except (Unreadable, FileNotFoundError) as refusal:
        messages.error(request, str(refusal) if isinstance(refusal, Unreadable) else "Le fichier n’est plus conservé.")
        return redirect("imports:upload")


def _columns(request, load: Import) -> HttpResponse:
    if request.method == "POST" and "use_sheet" in request.POST:
        services.set_sheet(load, request.POST.get("sheet", ""))
        return redirect("imports:columns", load.pk)
    table = open_table(load.file.path, sheet=load.sheet)
    rows = list(islice(table.rows(), SAMPLES))
    typed = request.POST if request.method == "POST" else pending(request)
    form = ColumnsForm(typed, headers=table.headers, suggested=_suggested(load, rows))
    valid = not form.is_bound or form.is_valid()
    if request.method == "POST" and valid and "preview" not in request.POST:
        services.set_mapping(load, form.mapping, form.constants, form.when_empty)
        services.start(load, Stage.STAGING)
        return redirect(load)
    samples = [[row[i] for _, row in rows[:3] if row[i]] for i in range(len(table.headers))]
    previewed = ()
    if valid and form.mapping:
        previewed = services.preview(load, form.mapping, form.constants, form.when_empty, rows[:PREVIEWED])
    context = {
        "load": load,
        "table": table,
        "form": form,
        "columns": list(zip(form.column_fields, samples, strict=True)),
        "preview": reports.preview(previewed),
        "breadcrumbs": _crumbs((str(load), None)),
    }
    return render(request, "imports/columns.html", context, status=200 if valid else 422)


def _suggested(load: Import, rows) -> dict[int, str]:
    if load.mapping:
        return {int(index): field for index, field in load.mapping.items()}
    return services.suggested(load, [row for _, row in rows])


@desk_required
@require_safe
def detail(request, pk):
    """Where an import stands: moving bar, differences to read, report."""
    load = _find(request, pk)
    if load.stage == Stage.UPLOADED:
        return redirect("imports:columns", load.pk)
    context = {"load": load, "breadcrumbs": _crumbs((str(load), None)), "Stage": Stage}
    if load.is_running:
        load.progress.catch_up()
        return render(request, "imports/_progress.html" if request.htmx else "imports/progress.html", context)
    if request.htmx:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "imports/detail.html", context | _lines(request, load))


def _lines(request, load: Import) -> dict:
    """The lines of one fate, as pages."""
    tabs = reports.tabs(load)
    wanted = request.GET.get("lignes") or next((tab.value for tab in tabs), "")
    if wanted and wanted not in {tab.value for tab in tabs}:
        raise Http404("Ce chargement n’a pas de lignes de cette sorte.")
    if wanted == "gone":
        page = page_of(Paginator(reports.gone(load), PER_PAGE), request.GET.get("page"))
    else:
        lines = load.lines.filter(**reports.FILTERS.get(wanted, {"fate": wanted})).order_by("number")
        page = page_of(Paginator(lines, PER_PAGE), request.GET.get("page"))
        shower = Shower(KIND)
        for line in page:
            fields = line.diff
            if line.fate == Fate.NEW:
                fields = {field: pair for field, pair in fields.items() if field not in ("is_ess", "ess_reason")}
            line.shown = shower.lines(fields)
            line.kept_shown = [(shower.labels.get(f, f), shower.show(f, value)) for f, value in line.kept.items()]
    return {"tabs": tabs, "wanted": wanted, "page": page, "has_unfit": any(load.counts.get(f) for f in refused.UNFIT)}


@desk_required
@require_http_methods(FORM)
def apply(request, pk):
    """Ask once more, then hand the work to the worker."""
    return _confirm(request, pk, Stage.APPLYING, Stage.STAGED, "imports/apply.html")


@desk_required
@require_http_methods(FORM)
def undo(request, pk):
    """The way back from an applied list."""
    return _confirm(request, pk, Stage.UNDOING, Stage.APPLIED, "imports/undo.html", _forecast)


def _forecast(load: Import) -> dict:
    return {
        "forecast": undoing.forecast(load),
        "kept": undoing.kept(load).order_by("sort_key", "pk")[:PER_PAGE],
        "kind": KIND,
    }


def _confirm(request, pk: int, wanted: Stage, needed: Stage, template: str, more=lambda load: {}) -> HttpResponse:
    load = _find(request, pk)
    if request.method == "POST":
        return _do(request, load, lambda: services.start(load, wanted))
    if load.stage != needed:
        return redirect(load)
    label = "Appliquer" if wanted == Stage.APPLYING else "Annuler ce chargement"
    crumbs = _crumbs((str(load), load.get_absolute_url()), (label, None))
    return render(request, template, {"load": load, "breadcrumbs": crumbs} | more(load))


def _do(request, load: Import, deed) -> HttpResponse:
    try:
        deed()
    except NotNow as refusal:
        messages.warning(request, str(refusal))
    return redirect(load)


@desk_required
@require_POST
def resume(request, pk):
    """« Reprendre »: a work whose worker died."""
    load = _find(request, pk)
    return _do(request, load, lambda: services.resume(load))


@desk_required
@require_POST
def cancel(request, pk):
    """Give up an import that wrote nothing."""
    load = _find(request, pk)
    return _do(request, load, lambda: services.cancel(load))


@desk_required
@require_safe
def refused_lines(request, pk):
    """The lines that were not written, to be corrected and loaded again."""
    load = _find(request, pk)
    response = StreamingHttpResponse(refused.lines(load), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="lignes-refusees-{load.pk}.csv"'
    return response


@desk_required
@require_safe
def gone(request):
    """The actors that a list named once and no longer names; somebody decides what becomes of each."""
    members = ListMembership.objects.to_settle().filter(_mine(request, "actor_list__"))
    members = members.select_related("actor", "actor_list")
    page = page_of(
        Paginator(members.order_by("-gone_since", "actor__sort_key", "pk"), PER_PAGE), request.GET.get("page")
    )
    crumbs = _crumbs(("Absents des dernières listes", None))
    return render(request, "imports/gone.html", {"page": page, "breadcrumbs": crumbs, "kind": KIND})
