"""Rights: the generated table, and every writing view of the desk under its rights."""

import importlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from observatory.accounts import services
from observatory.accounts.enums import Role
from observatory.accounts.models import Grant, Invitation
from observatory.accounts.perms import Action

from .permissions import CASES, PermissionCase, person
from .test_architecture import examples, named_addresses

#: addresses under /bureau/ that accept POST without a case of their own, and why
EXEMPT: dict[str, str] = {
    "editing:draft-throw": "chacun ses brouillons : la fiche d’un autre est une page qui n’existe pas",
    "editing:draft-back": "chacun ses brouillons : la session garde le dernier supprimé",
}


class TestInvite(PermissionCase):
    url_name = "accounts:invite"
    action = Action.INVITE
    elsewhere_get = (200,)
    elsewhere_post = (422,)

    def record(self, world):
        return world.commune

    def url(self, record):
        return reverse(self.url_name)

    def data(self, record):
        return {"email": "nouvelle@essai.invalid", "role": Role.PARTNER, "place": record.code}

    def done(self, record):
        assert Invitation.objects.get().territory == record


def an_invitation(world) -> Invitation:
    right = services.right_on(role=Role.PARTNER, territory=world.commune, record=None)
    return services.invite(by=world.user, email="nouvelle@essai.invalid", label="", right=right)[0]


class TestResend(PermissionCase):
    url_name = "accounts:resend"
    action = Action.INVITE
    has_form = False

    def record(self, world):
        invitation = an_invitation(world)
        Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
        return invitation

    def url(self, record):
        return reverse(self.url_name, args=[record.pk])

    def done(self, record):
        assert not Invitation.objects.get().is_expired


class TestRevoke(PermissionCase):
    url_name = "accounts:revoke"
    action = Action.INVITE
    has_form = False

    def record(self, world):
        return an_invitation(world)

    def url(self, record):
        return reverse(self.url_name, args=[record.pk])

    def done(self, record):
        assert not Invitation.objects.waiting().exists()


class TestWithdraw(PermissionCase):
    url_name = "accounts:withdraw"
    action = Action.INVITE

    def record(self, world):
        return person(Role.PARTNER, territory=world.commune).grants.get()

    def url(self, record):
        return reverse(self.url_name, args=[record.pk])

    def done(self, record):
        assert not Grant.objects.filter(pk=record.pk).exists()


class TestErase(PermissionCase):
    url_name = "accounts:personal-erase"
    action = Action.ADMINISTER

    def record(self, world):
        return an_invitation(world)

    def url(self, record):
        return f"{reverse(self.url_name)}?q=nouvelle@&item=invitation:{record.pk}"

    def data(self, record):
        return {"q": "nouvelle@", "item": f"invitation:{record.pk}"}

    def done(self, record):
        assert not Invitation.objects.exists()


def test_the_written_table_of_rights_is_the_code_s():
    call_command("permissions", "--check")


# Every writing view of the desk ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_every_writing_view_of_the_desk_has_a_case(client, world):
    folder = Path(__file__).parent
    for path in sorted(folder.glob("test_*.py")):
        if "PermissionCase" in path.read_text(encoding="utf-8"):
            importlib.import_module(f"tests.{path.stem}")
    client.force_login(person(Role.ADMINISTRATOR))
    arguments, missing = examples(world), []
    for name, _ in named_addresses():
        try:
            address = reverse(name, kwargs=arguments.get(name))
        except NoReverseMatch:
            # Without a name, or without examples: test_every_address_answers says so.
            continue
        if not address.startswith("/bureau/") or name in CASES or name in EXEMPT:
            continue
        with transaction.atomic():
            if client.post(address).status_code != 405:
                missing.append(name)
            transaction.set_rollback(True)
    assert missing == [], "chaque vue qui écrit a sa PermissionCase (tests/permissions.py), ou sa raison dans EXEMPT"
