"""What every test gets: strict guards, plain static files, an empty cache."""

import tempfile
from pathlib import Path

import pytest
from django.conf import settings as installed
from django.core.cache import cache, caches

from . import world as worlds

pytest_plugins = ["tests.strict"]


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


@pytest.fixture
def world(db):
    """A small portal with something behind every address (``tests/world.py``)."""
    return worlds.build()
