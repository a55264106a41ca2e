"""One base that proves the rights of a writing view: subclass it for each, and ``test_permissions.py`` knows of it.

class TestEditActor(PermissionCase):
    url_name = "editing:edit"
    action = Action.EDIT

    def url(self, record):
        return reverse(self.url_name, args=["acteurs", record.public_id])

    def data(self, record):
        return {"name": "Un autre nom"}
"""

import re
from contextlib import contextmanager
from itertools import count

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.db import connection, transaction

from observatory.accounts import perms, targets
from observatory.accounts.enums import RECORD_ROLES, Role
from observatory.accounts.models import User
from observatory.accounts.perms import MATRIX, Action, Reach
from observatory.territories.enums import Level

from .factories import CommuneFactory, TerritoryFactory
from .strict import _READS, _WRITES

#: of the second factor of the people of the tests
SECRET = "JBSWY3DPEHPK3PXP"
#: URL name → the class that proves its rights
CASES: dict[str, type] = {}
#: tables that a refusal may write: the session that keeps what was typed, and the log
OWN_TABLES = re.compile(r"\b(?:django_session|accounts_accesslog)\b")
_numbers = count()


def person(role: Role | None = None, *, territory=None, record=None) -> User:
    """Somebody with at most one right, and with the second factor that it demands."""
    user = User.objects.create_user(f"personne-{next(_numbers)}@essai.invalid", label="Personne")
    if role:
        speaks = {"record_kind": record.change_kind, "record_id": record.public_id} if role in RECORD_ROLES else {}
        user.grants.create(role=role, territory=territory, **speaks)
    if perms.needs_second_factor(user):
        TOTP.activate(user, SECRET)
    return User.objects.get(pk=user.pk)


@contextmanager
def nothing_written():
    """Fail when a statement writes anything but the session or the log."""
    written = []

    def watch(execute, sql, params, many, context):
        if (not _READS.match(sql) or _WRITES.search(sql)) and not OWN_TABLES.search(sql):
            written.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield
    assert written == []


class PermissionCase:
    """A writing view under its rights: anonymous, without right, with the right elsewhere, with the right here."""

    #: namespaced name of the address
    url_name: str
    action: Action
    #: whether a GET shows a form at the same address
    has_form = True
    #: what an answer is when the right holds
    success: tuple[int, ...] = (200, 302)
    #: what it is to somebody whose right lies elsewhere; a form without a record opens for them, but refuses the data
    elsewhere_get: tuple[int, ...] = (403, 404)
    elsewhere_post: tuple[int, ...] = (403, 404)

    def record(self, world):
        """What the view writes to; it lies in ``world.commune``."""
        return world.actor

    def url(self, record) -> str:
        raise NotImplementedError

    def data(self, record) -> dict:
        return {}

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if "url_name" in cls.__dict__:
            CASES[cls.url_name] = cls

    @pytest.fixture
    def here(self, world):
        return self.record(world)

    def test_anonymous_goes_to_sign_in_and_writes_nothing(self, client, here):
        with nothing_written():
            response = client.post(self.url(here), self.data(here))
        assert (response.status_code, response.url.split("?")[0]) == (302, "/connexion/login/")
        if self.has_form:
            response = client.get(self.url(here))
            assert (response.status_code, response.url.split("?")[0]) == (302, "/connexion/login/")

    def test_without_the_right_it_is_refused(self, client, world, here):
        without = [role for role in Role if role not in MATRIX[self.action]]
        people = [person()] + [self._holder(role, world, here, world.region) for role in without]
        for user in people:
            self._refused(client, user, here, (403,), (403,))

    def test_with_the_right_elsewhere_it_is_refused(self, client, world, here):
        away = TerritoryFactory(level=Level.REGION, name="Ailleurs")
        for role, reach in MATRIX[self.action].items():
            if reach is Reach.EVERYWHERE:
                continue
            user = self._holder(role, world, here, away, elsewhere=True)
            if reach is Reach.ACTS and targets.for_role(role).kind not in getattr(here, "owner_kinds", ()):
                # What is kept on behalf of nobody is out of reach of those who speak for a record, whoever they are.
                self._refused(client, user, here, (403,), (403,))
            else:
                self._refused(client, user, here, self.elsewhere_get, self.elsewhere_post)

    def test_with_the_right_here_it_is_done(self, client, world, here):
        role = next((r for r, reach in MATRIX[self.action].items() if reach is Reach.TERRITORY), Role.ADMINISTRATOR)
        for owner, reach in MATRIX[self.action].items():
            target = targets.for_role(owner)
            if self.has_form and reach is Reach.OWN and target.kind == getattr(here, "change_kind", ""):
                client.force_login(self._holder(owner, world, here, world.region))
                assert client.get(self.url(here)).status_code == 200, owner.label
        for owner, reach in MATRIX[self.action].items():
            if reach is Reach.ACTS and (mine := self._owner_of(here, owner)):
                client.force_login(person(owner, territory=world.region, record=mine))
                with transaction.atomic():
                    assert client.post(self.url(here), self.data(here)).status_code in self.success, owner.label
                    self.done(here)
                    transaction.set_rollback(True)
        client.force_login(self._holder(role, world, here, world.region))
        if self.has_form:
            assert client.get(self.url(here)).status_code == 200
        response = client.post(self.url(here), self.data(here))
        assert response.status_code in self.success, response.text
        self.done(here)

    def done(self, record) -> None:
        """What must be true once it is done; a subclass says it."""

    def _owner_of(self, here, role: Role):
        """A record for which ``role`` speaks and on whose behalf this one is kept; None when there is none."""
        owners = here.owners() if getattr(here, "owner_kinds", ()) else set()
        ids = {public_id for kind, public_id in owners if kind == targets.for_role(role).kind}
        return targets.for_role(role).queryset().filter(public_id__in=ids).first() if ids else None

    def _holder(self, role: Role, world, here, territory, *, elsewhere=False) -> User:
        """Somebody with ``role``; a role that speaks for a record speaks for this one, or for another elsewhere."""
        territory = None if role == Role.ADMINISTRATOR else territory
        if role not in RECORD_ROLES:
            return person(role, territory=territory)
        target = targets.for_role(role)
        mine = here if getattr(here, "change_kind", "") == target.kind else target.queryset().first()
        speaking = {public_id for kind, public_id in getattr(here, "owners", set)() if kind == target.kind}
        if elsewhere and (mine is None or mine.public_id in speaking):
            mine = target.queryset().exclude(public_id__in=speaking).first() or _another(target.kind)
        return person(role, territory=territory, record=mine)

    def _refused(self, client, user, here, get: tuple, post: tuple) -> None:
        client.force_login(user)
        roles = [grant.get_role_display() for grant in user.grants.all()]
        if self.has_form:
            assert (roles, client.get(self.url(here)).status_code in get) == (roles, True)
        with nothing_written():
            status = client.post(self.url(here), self.data(here)).status_code
        assert (roles, status, status in post) == (roles, status, True)


def _another(kind: str):
    """One more record of a kind, far away."""
    from .factories import ActorFactory, CollectivityFactory, PoleFactory

    makers = {
        "actor": lambda: ActorFactory(territory=CommuneFactory()),
        "collectivity": CollectivityFactory,
        "pole": lambda: PoleFactory(region=TerritoryFactory(level=Level.REGION)),
    }
    return makers[kind]()
