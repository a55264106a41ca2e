"""What holds the house up: imports go down, one room for PDF, short files, no GDAL, and every address answers."""

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from policies.kits.models import Experience, Lever, Sheet

from . import checklists

ROOT = Path(settings.BASE_DIR)
#: from the ground up; an app imports itself and what stands before it
FLOORS = ["observatory", "actors", "ptce", "policies"]
#: the only place that draws PDF
PDF_ROOM = "observatory/pdf"
LONGEST = 400


def our_files(*suffixes: str) -> list[Path]:
    """The files of the repository that people write and read: no migration, no reference data."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    names = [Path(name) for name in listed.stdout.decode().split("\0") if name.endswith(suffixes)]
    return [name for name in names if (ROOT / name).exists() and "migrations" not in name.parts]


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and top module of every absolute import, those inside functions included."""
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.lineno, node.module.split(".")[0]


def test_imports_go_down_only():
    upward = []
    for path in our_files(".py"):
        if path.parts[0] in FLOORS:
            above = FLOORS[FLOORS.index(path.parts[0]) + 1 :]
            upward += [f"{path}:{line} importe {module}" for line, module in imports(path) if module in above]
    assert upward == []


def test_only_the_pdf_room_imports_weasyprint():
    elsewhere = [path for path in our_files(".py") if not str(path).startswith(f"{PDF_ROOM}/")]
    assert [str(path) for path in elsewhere if any(module == "weasyprint" for _, module in imports(path))] == []


def test_files_are_short():
    """Style sheets are one cascade and are measured in bytes (DESIGN §4.9)."""
    lengths = {
        str(p): len((ROOT / p).read_text(encoding="utf-8").splitlines()) for p in our_files(".py", ".html", ".js")
    }
    assert {path: n for path, n in lengths.items() if n > LONGEST} == {}


# Start without GDAL -----------------------------------------------------------------------------------------

_WITHOUT_GDAL = """
import ctypes, ctypes.util, sys

class NoGdal:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("osgeo", "gdal") or name.startswith("django.contrib.gis.gdal"):
            raise ImportError("GDAL est caché : " + name)

def hidden(name, *args, **kwargs):
    if name and "gdal" in str(name).lower():
        raise OSError("GDAL est caché : " + str(name))
    return load(name, *args, **kwargs)

sys.meta_path.insert(0, NoGdal())
find = ctypes.util.find_library
ctypes.util.find_library = lambda name: None if "gdal" in name.lower() else find(name)
load, ctypes.CDLL = ctypes.CDLL, hidden

import django
django.setup()
from django.core.management import call_command
from django.test import Client
call_command("check", fail_level="WARNING")
call_command("migrate", verbosity=0)
for path in sys.argv[1:]:
    response = Client(headers={"host": "localhost"}).get(path)
    assert response.status_code == (302 if path.startswith("/admin/") else 200), (path, response.status_code)
"""


def test_the_portal_starts_where_gdal_is_absent(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "CACHE_URL")}
    # DEBUG serves static files by name, without what collectstatic writes.
    environment |= {"OBSERVATORY_VAR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "observatory.settings", "DEBUG": "1"}
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_GDAL, "/", "/annuaire/", "/carte/", "/admin/login/"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


# Every address answers --------------------------------------------------------------------------------------

#: addresses that answer a visitor otherwise than by a page, and why
REDIRECTS = {
    "accounts:me": "connexion demandée",
    "accounts:my-data": "connexion demandée",
    "accounts:close": "connexion demandée",
    "keys:list": "connexion demandée",
    "keys:revoke": "connexion demandée",
    "accounts:log": "connexion demandée",
    "accounts:personal": "connexion demandée",
    "accounts:personal-export": "connexion demandée",
    "accounts:personal-erase": "connexion demandée",
    "accounts:people": "connexion demandée",
    "accounts:invite": "connexion demandée",
    "accounts:invitations": "connexion demandée",
    "accounts:resend": "connexion demandée",
    "accounts:revoke": "connexion demandée",
    "accounts:withdraw": "connexion demandée",
    "editing:desk": "connexion demandée",
    "policies:limits": "connexion demandée",
    "policies:scdl-desk": "connexion demandée",
    "policies:scdl-detail": "connexion demandée",
    "imports:list": "connexion demandée",
    "imports:upload": "connexion demandée",
    "imports:gone": "connexion demandée",
    "imports:detail": "connexion demandée",
    "imports:columns": "connexion demandée",
    "imports:apply": "connexion demandée",
    "imports:undo": "connexion demandée",
    "imports:resume": "connexion demandée",
    "imports:cancel": "connexion demandée",
    "imports:refused": "connexion demandée",
    "editing:work": "connexion demandée",
    "editing:alike": "connexion demandée",
    "editing:queue": "connexion demandée",
    "editing:drafts": "connexion demandée",
    "editing:draft-throw": "connexion demandée",
    "editing:draft-back": "connexion demandée",
    "editing:records": "connexion demandée",
    "editing:add": "connexion demandée",
    "editing:verify": "connexion demandée",
    "editing:draft-save": "connexion demandée",
    "editing:edit": "connexion demandée",
    "editing:unlock": "connexion demandée",
    "editing:history": "connexion demandée",
    "editing:go-back": "connexion demandée",
    "editing:undo": "connexion demandée",
    "editing:check": "connexion demandée",
    "editing:archive": "connexion demandée",
    "editing:restore": "connexion demandée",
    "editing:merge": "connexion demandée",
    "editing:separate": "connexion demandée",
    "editing:tell-apart": "connexion demandée",
    "editing:propose": "connexion demandée",
    "editing:suggestion": "connexion demandée",
    "editing:suggestion-refuse": "connexion demandée",
    "editing:suggestion-identify": "connexion demandée",
    "editing:suggestion-reopen": "connexion demandée",
    "mfa_index": "connexion demandée",
    "mfa_authenticate": "personne ne se connecte",
    "mfa_reauthenticate": "connexion demandée",
    "mfa_activate_totp": "connexion demandée",
    "mfa_deactivate_totp": "connexion demandée",
    "mfa_view_recovery_codes": "connexion demandée",
    "mfa_generate_recovery_codes": "connexion demandée",
    "mfa_download_recovery_codes": "connexion demandée",
    "usersessions_list": "connexion demandée",
    "account_logout": "personne n’est connecté",
    "account_reauthenticate": "connexion demandée",
    "account_change_password": "connexion demandée",
    "account_set_password": "connexion demandée",
    "account_email": "connexion demandée",
    "account_confirm_login_code": "aucun code n’a été demandé",
    **checklists.REDIRECTS,
}
OTHER_STATUS = {
    "api:unknown": 404,
    "api:dump": 404,
    "accounts:invitation": 404,
    "pdf:batch": 404,
    "pdf:batch-file": 404,
    "pdf:batch-cancel": 405,
    "pdf:batch-restart": 405,
}


def named_addresses(patterns=None, prefix="") -> Iterator[tuple[str, URLPattern]]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            if pattern.namespace != "admin":
                inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
                yield from named_addresses(pattern.url_patterns, inner)
        else:
            yield f"{prefix}{pattern.name or 'unknown'}", pattern


def examples(world) -> dict[str, dict]:
    """Arguments of the addresses that need some."""
    return {
        "imports:detail": {"pk": 1},
        "imports:columns": {"pk": 1},
        "imports:apply": {"pk": 1},
        "imports:undo": {"pk": 1},
        "imports:resume": {"pk": 1},
        "imports:cancel": {"pk": 1},
        "imports:refused": {"pk": 1},
        "pdf:fiche": {"kind": "acteur", "key": world.actor.public_id},
        "pdf:prepare": {"search": "annuaire"},
        **{f"pdf:{name}": {"token": UUID(int=7)} for name in ("batch", "batch-file", "batch-cancel", "batch-restart")},
        "actors:export": {"kind": "csv"},
        "actors:detail": {"public_id": world.actor.public_id, "slug": world.actor.slug},
        "maps:layer": {"level": "region", "detail": 0},
        "maps:layer-within": {"level": "commune", "detail": 2, "within": world.departement.code},
        "maps:contour": {"code": world.commune.code},
        "collectivities:detail": {"code": world.body.code, "slug": world.body.slug},
        "ptce:detail": {"slug": world.pole.slug},
        "ptce:export": {"kind": "csv"},
        **{
            f"policies:{name}": {"public_id": getattr(world, name).public_id, "slug": getattr(world, name).slug}
            for name in ("scheme", "call", "agreement", "stake")
        },
        **{f"policies:{name}": {"code": world.body.code, "year": 2019} for name in ("scdl", "scdl-detail")},
        "policies:limits": {"slug": "conventions"},
        **{f"policies:{name}s-export": {"kind": "csv"} for name in ("scheme", "call", "agreement", "stake")},
        **checklists.examples(world),
        "kits:kit": {"kit": "essai"},
        "kits:sheet": {"kit": "essai", "sheet": "mobilite"},
        "kits:lever": {"kit": "essai", "sheet": "mobilite", "lever": "garages"},
        "api:kits-detail": {"key": "essai"},
        "api:dump": {"day": "2001-01-01", "name": "manifest.json"},
        **{
            f"api:{name}s-detail": {"key": model.objects.first().public_id}
            for name, model in (("sheet", Sheet), ("lever", Lever), ("experience", Experience))
        },
        "api:actors-detail": {"key": world.actor.public_id},
        "api:territories-detail": {"key": world.commune.code},
        "api:territories-contour": {"key": world.commune.code},
        "api:collectivities-detail": {"key": world.body.code},
        "api:ptce-detail": {"key": world.pole.public_id},
        **{
            f"api:{name}s-detail": {"key": getattr(world, name).public_id}
            for name in ("scheme", "call", "agreement", "stake")
        },
        "api:instruments-detail": {"key": world.scheme.instrument.key},
        "api:thresholds-detail": {"key": "scic-capital-public"},
        "django.contrib.sitemaps.views.sitemap": {"section": "actors"},
        "editing:draft-throw": {"pk": 1},
        **{f"editing:{name}": {"kind": "acteurs"} for name in ("records", "add", "verify", "draft-save")},
        **{
            f"editing:{name}": {"kind": "acteurs", "public_id": world.actor.public_id}
            for name in ("edit", "unlock", "history", "check", "archive", "restore", "merge", "separate", "tell-apart")
        },
        **{
            f"editing:{name}": {"kind": "acteurs", "public_id": world.actor.public_id, "revision": 1}
            for name in ("go-back", "undo")
        },
        "suggest:add": {"kind": "actor"},
        "suggest:report": {"kind": "actor", "public_id": world.actor.public_id},
        "suggest:thanks": {"kind": "actor", "token": UUID(int=7)},
        "help:section": {"slug": "corriger"},
        "editing:work": {"kind": "acteurs", "slug": "a-verifier"},
        "editing:alike": {"kind": "acteurs"},
        "editing:propose": {"kind": "acteurs", "public_id": world.actor.public_id},
        **{
            f"editing:{name}": {"pk": 1}
            for name in ("suggestion", "suggestion-refuse", "suggestion-identify", "suggestion-reopen")
        },
        "accounts:invitation": {"token": "inconnu"},
        "accounts:resend": {"pk": 1},
        "accounts:revoke": {"pk": 1},
        "keys:revoke": {"prefix": "abcdefgh"},
        "accounts:withdraw": {"pk": world.user.grants.get().pk},
        "account_confirm_email": {"key": "inconnue"},
        "account_reset_password_from_key": {"uidb36": "1", "key": "inconnue"},
    }


def test_every_address_answers(client, world):
    """A new address without example arguments fails here: add it to ``examples``."""
    arguments, wrong = examples(world), []
    for name, _ in named_addresses():
        address = "/api/inconnu/" if name == "api:unknown" else reverse(name, kwargs=arguments.get(name))
        status = client.get(address).status_code
        expected = OTHER_STATUS.get(name, 302 if name in REDIRECTS else 200)
        if status != expected:
            wrong.append(f"{name} ({address}) : {status} au lieu de {expected}")
    assert wrong == []


def test_every_address_answers_somebody_signed_in(client, world):
    client.force_login(world.user)
    for name in ("pages:home", "accounts:me", "account_logout", "account_change_password", "account_email"):
        assert client.get(reverse(name)).status_code == 200, name


NOWHERE = (
    "/nulle-part/",
    "/annuaire/0000000000-x/",
    "/annuaire/?page=9999",
    "/annuaire/?page=abc",
    "/collectivites/commune-99999/",
    "/ptce/inconnu/",
    "/ptce/export/pdf/",
    "/annuaire/export/pdf/",
    "/carte/contours/lune/0.geojson",
    "/kit/inconnu/",
    "/kit/essai/inconnue/",
    "/kit/essai/mobilite/inconnu/",
    "/kit/essai/?edition=inconnue",
)


def test_what_does_not_exist_is_a_helpful_404(client, world):
    for address in NOWHERE:
        response = client.get(address)
        assert (address, response.status_code) == (address, 404)
        assert "Revenir à l’accueil" in response.text


#: query → words of the sentence that answers it
NONSENSE = {
    "bbox=1,2,3": "L’emprise s’écrit",
    "bbox=a,b,c,d": "L’emprise s’écrit",
    "bbox=3,50,2,51": "L’emprise n’est pas possible",
    "territory=59350": "« 59350 » n’est pas un code de territoire",
    "family=lune": "« lune » n’est pas une valeur de ce filtre",
    "sort=lune": "« lune » n’est pas un tri possible",
    "ess=lune": "« lune » n’est pas un périmètre",
    f"q={'mot ' * 500}": "200 caractères",
}


def test_nonsense_filters_get_a_sentence(client, world):
    for page in ("/annuaire/", "/carte/", "/carte/points.json", "/annuaire/export/csv/"):
        for query, sentence in NONSENSE.items():
            response = client.get(f"{page}?{query}")
            assert (page, query, response.status_code) == (page, query, 400)
            assert sentence in response.text, (page, query)
