"""Home, the one search box, texts, health and errors."""

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from observatory.accounts import personal
from observatory.api.dumps import dumps
from observatory.maps.svg import HEIGHT, WIDTH, region_shapes
from observatory.records import changes, kept, reference
from observatory.records.models import Source
from observatory.search import analysis, registry, words
from observatory.territories.models import Territory

from . import counts
from .figures import figures
from .listing import Choice


@require_safe
def home(request):
    return render(request, "pages/home.html", {**_home_context(), "home_territory": _home_territory()})


def _home_context() -> dict:
    """Figures and map, the same for everybody until something changes."""
    key = f"home/{changes.safe_number()}"
    if (known := cache.get(key)) is None:
        by_region = counts.by_region()
        most = max(by_region.values(), default=0)
        shapes = [
            {
                "shape": shape,
                "count": by_region.get(shape.code, 0),
                "url": f"{reverse('actors:list')}?territory={shape.code}",
                # Five steps, so that the map reads in grey and in words alike.
                "step": 0 if not by_region.get(shape.code) else 1 + round(3 * (by_region[shape.code] / most) ** 0.5),
            }
            for shape in region_shapes()
        ]
        known = {"tiles": figures(), "regions": shapes, "map_width": WIDTH, "map_height": HEIGHT}
        cache.set(key, known, timeout=3600)
    return known


def _home_territory() -> Territory | None:
    code = settings.OBSERVATORY["home_territory"]
    return Territory.objects.filter(code=code).first() if code else None


@require_safe
def search(request):
    """Everything that the words may mean, kind by kind."""
    q = request.GET.get("q", "")[:200]
    groups = []
    if analysis.parse(q):
        for kind in registry.kinds():
            found = kind.queryset().search(q)
            total = found.count()
            if total:
                results = [kind.result(record) for record in registry.ranked(kind.queryset(), q)[:5]]
                groups.append(
                    {
                        "kind": kind,
                        "label": kind.plural,
                        "results": results,
                        "total": total,
                        "more_url": kind.list_url(q),
                    }
                )
    suggestions = [] if groups else [Choice(word, f"?q={word}") for word in words.nearest(q)]
    return render(request, "pages/search.html", {"q": q, "groups": groups, "suggestions": suggestions})


def _suggested(q: str, wanted: str) -> list[dict]:
    """A few results of each kind, or more of the one that is wanted."""
    groups = []
    for kind in registry.kinds():
        if wanted and kind.key != wanted:
            continue
        if results := [kind.result(record) for record in registry.best(kind, q, 8 if wanted else 4)]:
            label = kind.picked or kind.plural if wanted else kind.plural
            groups.append({"label": label, "results": results})
    return groups


@require_safe
def suggestions(request):
    """What the box proposes while one types, as JSON; ``kind=territory`` for territories alone."""
    q, wanted = request.GET.get("q", "")[:100], request.GET.get("kind", "")
    groups = []
    if len(q.strip()) >= 2 and analysis.parse(q):
        # Everybody types the same beginnings.
        name = f"suggestions/{wanted[:40]}/{q.lower()}"
        groups = kept.until_change(name, changes.safe_number(), lambda: _suggested(q, wanted))
    response = JsonResponse({"groups": groups}, json_dumps_params={"ensure_ascii": False})
    response["Cache-Control"] = "public, max-age=300"
    return response


def _text(template: str, label: str, **more):
    """A page of text; ``more`` are read at each display."""

    @require_safe
    def view(request):
        context = {
            "breadcrumbs": [(label, None)],
            "sources": Source.objects.all(),
            "loads": reference.loaded(),
            **{name: read() for name, read in more.items()},
        }
        return render(request, template, context)

    return view


about = _text("pages/about.html", "À propos")
accessibility = _text("pages/accessibility.html", "Accessibilité")
legal = _text("pages/legal.html", "Mentions légales", kept=personal.kept)
data = _text("pages/data.html", "Données et API", dump=lambda: next(iter(dumps()), None))


@require_safe
def health(request):
    """For monitors: the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@require_safe
def robots(request):
    lines = [
        "User-agent: *",
        "Disallow: /admin/",
        "Disallow: /compte/",
        "Disallow: /bureau/",
        "Disallow: /invitation/",
        "Disallow: /annuaire/export/",
        "Disallow: /carte/points.json",
        "Disallow: /fiches/lots/",
    ]
    lines.append(f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


def _error(request, status: int, template: str, **context):
    if request.path.startswith("/api/"):
        from observatory.api.errors import api_problem

        return api_problem(request, status)
    return render(request, template, context, status=status)


def bad_request(request, exception):
    return _error(request, 400, "400.html")


def forbidden(request, exception):
    """Why, in a sentence when a view gave one, and ways on."""
    return _error(request, 403, "403.html", reason=_reason(exception))


def not_found(request, exception):
    """What is missing, in a sentence when a view gave one, and ways on."""
    return _error(request, 404, "404.html", reason=_reason(exception))


def _reason(exception) -> str:
    return exception.args[0] if exception.args and isinstance(exception.args[0], str) else ""


def server_error(request):
    return _error(request, 500, "500.html")
