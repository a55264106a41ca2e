"""The commands around the portal: demonstration accounts, preparation of an installation, checks of bin/."""

import importlib.util
import io
import json
import os
import re
import socket
import subprocess
from pathlib import Path

import pytest
from django.conf import settings as installed
from django.core.management import CommandError, call_command
from django.utils.timezone import now

from observatory.accounts import demonstration
from observatory.accounts.enums import RECORD_ROLES, Role
from observatory.accounts.models import Grant, User
from observatory.pages import preparation
from observatory.pages.storage import CompressOnce, StaticStorage
from observatory.records.models import Source
from observatory.territories.enums import Level
from observatory.territories.models import Territory

from .factories import ActorFactory, CollectivityFactory, PoleFactory


def command_file(name: str):
    """A helper of bin/, which is no package."""
    spec = importlib.util.spec_from_file_location(name, installed.BASE_DIR / "bin" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def places(db, settings):
    """The territories of the demonstration accounts, and a hash that takes no time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    source = Source.objects.create(
        key="essai", title="Source d’essai", short_title="Essai", publisher="Essai", year=now().year
    )
    for code, level, name in (
        ("region-32", Level.REGION, "Hauts-de-France"),
        ("commune-59350", Level.COMMUNE, "Lille"),
    ):
        Territory.objects.create(code=code, level=level, official_code=code.split("-")[1], name=name, source=source)
    region, commune = Territory.objects.get(code="region-32"), Territory.objects.get(code="commune-59350")
    commune.region = region
    commune.save()
    CollectivityFactory(territory=commune)
    PoleFactory(region=region)
    ActorFactory(territory=commune)


@pytest.fixture
def notes(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return preparation.Notes()


class TestDemonstrationAccounts:
    def test_one_account_per_role(self, places):
        demonstration.load()
        assert set(Grant.objects.values_list("role", flat=True)) == set(Role.values)
        kinds = Grant.objects.filter(role__in=RECORD_ROLES).values_list("record_kind", flat=True)
        assert sorted(kinds) == ["actor", "collectivity", "pole"]

    def test_an_account_of_an_earlier_version_gets_its_right_back(self, places):
        demonstration.load()
        Grant.objects.filter(role=Role.POLE_STAFF).delete()
        assert preparation.lacks_demonstration_rights()
        assert demonstration.load() == []
        assert Grant.objects.filter(role=Role.POLE_STAFF, record_kind="pole").count() == 1

    def test_no_account_can_receive_mail_and_each_says_what_it_is(self, places):
        demonstration.load()
        for user in User.objects.all():
            assert user.is_demonstration
            assert user.email.endswith(".invalid")
            assert "démonstration" in user.label

    def test_passwords_are_long_different_and_open_the_account(self, places):
        credentials = demonstration.load()
        passwords = {line.password for line in credentials}
        assert len(passwords) == len(demonstration.ACCOUNTS)
        assert {len(password) for password in passwords} == {20}
        assert User.objects.get(email=credentials[0].email).check_password(credentials[0].password)

    def test_a_second_load_creates_and_tells_nothing(self, places):
        demonstration.load()
        hashes = dict(User.objects.values_list("email", "password"))
        assert demonstration.load() == []
        assert dict(User.objects.values_list("email", "password")) == hashes

    def test_the_command_prints_each_password_once(self, places):
        output = io.StringIO()
        call_command("load_demonstration", stdout=output)
        assert len(re.findall(r"@demonstration\.invalid +\w{20}$", output.getvalue(), re.MULTILINE)) == 7
        again = io.StringIO()
        call_command("load_demonstration", stdout=again)
        assert "@" not in again.getvalue()

    def test_production_refuses(self, places, settings):
        settings.PRODUCTION = True
        with pytest.raises(CommandError, match="production"):
            call_command("load_demonstration", stdout=io.StringIO())
        assert not User.objects.exists()

    def test_without_reference_data_nothing_is_written(self, db):
        with pytest.raises(CommandError, match="commune-59350, region-32"):
            call_command("load_demonstration", stdout=io.StringIO())
        assert not User.objects.exists()

    def test_removal_takes_them_all_and_nobody_else(self, places):
        demonstration.load()
        person = User.objects.create_user("agent@example.org", "long enough to pass", label="Agent")
        call_command("remove_demonstration", stdout=io.StringIO())
        assert list(User.objects.all()) == [person]
        assert not Grant.objects.exists()


class TestDemonstrationAtStart:
    def test_once_on_loopback(self, db, notes):
        assert preparation.wants_demonstration(notes, "127.0.0.1")
        notes.database["demonstration"] = True
        assert not preparation.wants_demonstration(notes, "127.0.0.1")

    def test_not_on_a_public_address(self, db, notes):
        assert not preparation.wants_demonstration(notes, "0.0.0.0")

    def test_not_in_production(self, db, notes, settings):
        settings.PRODUCTION = True
        assert not preparation.wants_demonstration(notes, "127.0.0.1")

    def test_not_beside_real_accounts(self, db, notes):
        User.objects.create_user("agent@example.org", "long enough to pass", label="Agent")
        assert not preparation.wants_demonstration(notes, "127.0.0.1")

    @pytest.mark.parametrize(
        ("host", "expected"),
        [
            ("127.0.0.1", True),
            ("127.8.0.1", True),
            ("::1", True),
            ("localhost", True),
            ("0.0.0.0", False),
            ("::", False),
            ("192.168.1.10", False),
            ("example.org", False),
            ("", False),
        ],
    )
    def test_loopback(self, host, expected):
        assert preparation.is_loopback(host) is expected


class TestNotes:
    def test_are_kept_and_hold_no_password(self, db, notes):
        notes.database["code"] = "abc"
        notes.save()
        assert preparation.Notes().database == {"code": "abc"}
        assert str(installed.DATABASES["default"]["PASSWORD"] or "no password") not in notes.path.read_text()

    def test_a_broken_file_counts_as_nothing_done(self, db, notes):
        notes.path.write_text("{")
        assert preparation.Notes().database == {}

    def test_the_code_fingerprint_is_stable(self, db):
        assert preparation.code_fingerprint() == preparation.code_fingerprint()

    def test_a_prepared_database_awaits_nothing(self, db):
        assert preparation.pending_migrations() == (0, False)


class TestStaticFiles:
    @pytest.fixture
    def collected(self, settings, tmp_path, monkeypatch):
        """The static files as a first start lays them out, without the time of compressing them."""
        monkeypatch.setattr(StaticStorage, "compress_files", lambda storage, paths: [])
        settings.STATIC_ROOT = tmp_path
        settings.STORAGES = {
            **settings.STORAGES,
            "staticfiles": {"BACKEND": "observatory.pages.storage.StaticStorage"},
        }
        ignored = preparation.UNUSED_STATIC_FILES
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=ignored)
        return tmp_path

    def test_every_address_in_a_style_sheet_leads_to_a_file(self, collected):
        names = json.loads((collected / "staticfiles.json").read_text())["paths"]
        assert all((collected / name).exists() for name in names.values())

    def test_a_file_is_compressed_once_and_whole(self, tmp_path):
        path = tmp_path / "style.0123456789ab.css"
        path.write_text("a { color: #000 }\n" * 100)
        compressor = CompressOnce(quiet=True)
        assert {Path(name).suffix for name in compressor.compress(str(path))} == {".br", ".gz"}
        assert compressor.compress(str(path)) == []
        assert not list(tmp_path.glob("*.new"))


class TestPort:
    def test_a_free_port_is_no_problem(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        assert command_file("_port").problem("127.0.0.1", str(port)) is None

    def test_a_taken_port_is_said(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            problem = command_file("_port").problem("127.0.0.1", str(taken.getsockname()[1]))
        assert "déjà pris" in problem

    @pytest.mark.parametrize("port", ["", "0", "65536", "http", "-1"])
    def test_a_port_that_is_none(self, port):
        assert "attendu un nombre de 1 à 65535" in command_file("_port").problem("127.0.0.1", port)


class TestTree:
    @pytest.mark.parametrize(
        "line",
        [
            "cd /ro" + "ot/portal",
            "path = '/ho" + "me/somebody/portal'",
            "pip install --index" + "-url https://example.org/simple",
            "https://py" + "pi.org/simple",
        ],
    )
    def test_finds(self, line, tmp_path, monkeypatch):
        tree = command_file("_tree")
        monkeypatch.setattr(tree, "ROOT", tmp_path)
        (tmp_path / "file").write_text(f"first\n{line}\n")
        assert [finding[:7] for finding in tree.findings(tmp_path / "file")] == ["file:2:"]

    def test_finds_a_link_out_of_the_repository(self, tmp_path, monkeypatch):
        tree = command_file("_tree")
        monkeypatch.setattr(tree, "ROOT", tmp_path)
        (tmp_path / "link").symlink_to("/usr")
        assert tree.findings(tmp_path / "link") == ["link:1: link to an absolute path"]

    @pytest.mark.parametrize("line", ["https://example.org/work/page", "/annuaire/", "../root/x", "/var/log"])
    def test_leaves_alone(self, line, tmp_path, monkeypatch):
        tree = command_file("_tree")
        monkeypatch.setattr(tree, "ROOT", tmp_path)
        (tmp_path / "file").write_text(line)
        assert tree.findings(tmp_path / "file") == []


def test_a_database_that_the_portal_does_not_know_is_refused_before_anything_is_done():
    done = subprocess.run(
        [installed.BASE_DIR / "bin" / "run"], env=os.environ | {"DATABASE_URL": "mysql://portail@localhost/ess"},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("DATABASE_URL s’écrit postgres://")
