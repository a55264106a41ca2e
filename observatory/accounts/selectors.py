"""Who holds rights, and who is invited to some, within the reach of the one who asks."""

from django.db.models import Prefetch, Q, QuerySet

from observatory.territories.enums import Level
from observatory.territories.models import Territory

from . import perms
from .models import Grant, Invitation, User
from .perms import Action

#: with the wider territories, which rights are read against
_PLACES = ("territory__region", "territory__departement", "territory__epci")
_COLUMNS = {Level.REGION: "region", Level.DEPARTEMENT: "departement", Level.EPCI: "epci"}


def rights_in_reach(user: User, rights: QuerySet) -> QuerySet:
    """The rights (or invitations) filed on the territories where ``user`` may invite."""
    territories = perms.territories(user, Action.INVITE)
    if territories is None:
        return rights
    inside = Q(pk__in=[])
    for territory in territories:
        inside |= _filed_under(territory)
    return rights.filter(inside)


def _filed_under(territory: Territory) -> Q:
    inside = Q(territory=territory) | Q(territory__in=territory.members.all())
    if column := _COLUMNS.get(territory.level):
        inside |= Q(**{f"territory__{column}": territory})
    return inside


def people(user: User, q: str = "") -> QuerySet:
    """The people who hold rights in reach, each with these rights alone."""
    grants = rights_in_reach(user, Grant.objects.select_related(*_PLACES))
    found = User.objects.filter(pk__in=grants.values("user")).order_by("label", "email")
    if q:
        found = found.filter(Q(label__icontains=q) | Q(email__icontains=q))
    return found.prefetch_related(Prefetch("grants", queryset=grants, to_attr="grants_in_reach"))


def invitations(user: User, q: str = "") -> QuerySet:
    """The invitations in reach that wait for an answer, the latest first."""
    waiting = Invitation.objects.waiting().select_related("invited_by", *_PLACES)
    found = rights_in_reach(user, waiting)
    return found.filter(Q(label__icontains=q) | Q(email__icontains=q)) if q else found


def may_manage(user: User, right) -> bool:
    """Whether ``user`` may offer, send again or take back this right: what may be given may be taken back."""
    return perms.may_invite(user, right.role, right.territory)
