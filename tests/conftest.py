"""What every test gets: strict guards, plain static files, an empty cache."""

import tempfile
from copy import deepcopy
from pathlib import Path

import pytest
from django.conf import settings as installed
from django.core.cache import cache, caches
from django.core.management import call_command

from . import world as worlds

pytest_plugins = ["tests.strict"]
#: whether the data base holds the standing portal
_STANDS = pytest.StashKey[bool]()


def pytest_configure(config):
    """Static files are served by name, without the manifest that ``collectstatic`` writes."""
    installed.STORAGES = {
        **installed.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    # A hash that takes no time: half of what most tests spent went to the passwords of their accounts.
    installed.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # PDFs of the tests stay out of the portal's own folder.
    installed.CACHES["pdf"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "pdf"}
    # Callers are counted in each process, and only the tests of the rate ever ask too much.
    for name in ("throttle", "files"):
        installed.CACHES[name] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": name}
    installed.API_RATES = {caller: {"minute": 10**9, "day": 10**9} for caller in installed.API_RATES}
    installed.DUMPS_DIR = Path(tempfile.mkdtemp(prefix="dumps-"))
    # WhiteNoise warns of an absent folder, and warnings are errors.
    Path(installed.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture(autouse=True)
def _empty_cache():
    """Answers are cached by change number, which a rolled back transaction gives again."""
    cache.clear()
    caches["throttle"].clear()
    caches["files"].clear()


# The portal that most tests look at -----------------------------------------------------------------------


def _commits(item) -> bool:
    """Whether a test writes for good, so that everything is emptied after it."""
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction")) or not {"transactional_db", "live_server"}.isdisjoint(
        item.fixturenames
    )


def pytest_collection_modifyitems(items):
    """First the tests that need an empty portal, then those of the one that stands, last those that empty it."""
    items.sort(key=lambda item: 2 if _commits(item) else int("standing_world" in item.fixturenames))


@pytest.fixture(scope="session")
def standing_world(request, django_db_setup, django_db_blocker):
    """The portal of ``world``, written once: building it for each test took a third of the time of all."""
    request.session.stash[_STANDS] = True
    with django_db_blocker.unblock():
        return worlds.build()


@pytest.fixture(autouse=True)
def _emptied(request):
    """What stands goes before the first test that commits, and is not missed: those that follow commit too."""
    if _commits(request.node) and request.session.stash.get(_STANDS, False):
        with request.getfixturevalue("django_db_blocker").unblock():
            call_command("flush", interactive=False, verbosity=0)
        request.session.stash[_STANDS] = False


@pytest.fixture
def world(request, standing_world, db):
    """A small portal with something behind every address (``tests/world.py``)."""
    return deepcopy(standing_world) if request.session.stash[_STANDS] else worlds.build()
