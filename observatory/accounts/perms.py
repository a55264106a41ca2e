"""Who may do what, and where: the only place that decides.

A right reads "role on territory" (or, for those who speak for one organisation, "role on record"). ``MATRIX`` says how far
each role reaches for each action; every other module asks one of the named functions, whose docstrings give the reason.
``docs/permissions.md`` is generated from here.
"""

from collections.abc import Iterable
from enum import Enum

from django.db.models import Q, QuerySet, TextChoices

from observatory.records.models import Published
from observatory.territories.models import Membership, Territory

from .enums import Role


class Action(TextChoices):
    """What a person may do to a record, or on a territory."""

    DESK = "desk", "ouvrir le bureau"
    PROPOSE = "propose", "proposer une modification"
    EDIT = "edit", "créer et modifier une fiche"
    CHECK = "check", "déclarer une fiche vérifiée"
    DECIDE = "decide", "décider d’une suggestion"
    REVERT = "revert", "revenir à un état ancien"
    ARCHIVE = "archive", "archiver et rétablir une fiche"
    MERGE = "merge", "fusionner deux fiches"
    IMPORT = "import", "charger une liste"
    HISTORY = "history", "lire l’historique d’une fiche"
    CONTACTS = "contacts", "lire les contacts non publics"
    FILL = "fill", "remplir, publier et figer une grille de leviers"
    HELP = "help", "lire une grille de leviers non publiée et la conseiller"
    API_KEY = "api_key", "créer ses clés de l’API"
    INVITE = "invite", "inviter une personne et retirer un droit"
    ADMINISTER = "administer", "lire les journaux, exporter et effacer les données d’une personne"


class Reach(Enum):
    """How far a role reaches: its own record, what is kept on behalf of it, the records of its territory, or everything.

    ``ACTS`` are the schemes, calls, agreements and stakes of a body: facts of its own making, which its agents write
    themselves. They do not reach the body's record nor the actors of its territory: the CRESS answers for that list.
    """

    OWN = "sa fiche"
    ACTS = "les actes de sa collectivité"
    TERRITORY = "son territoire"
    EVERYWHERE = "partout"


_FOR_A_RECORD = (Reach.OWN, Reach.ACTS)
_DESK_ROLES = (Role.CRESS_EDITOR, Role.CRESS_MODERATOR)
_OWNERS = (Role.COLLECTIVITY_AGENT, Role.POLE_STAFF, Role.CONTRIBUTOR)
_AGENTS = (Role.COLLECTIVITY_AGENT,)


def _reaches(territory: Iterable[Role] = (), own: Iterable[Role] = (), acts: Iterable[Role] = ()) -> dict[Role, Reach]:
    return (
        {Role.ADMINISTRATOR: Reach.EVERYWHERE}
        | dict.fromkeys(territory, Reach.TERRITORY)
        | dict.fromkeys(own, Reach.OWN)
        | dict.fromkeys(acts, Reach.ACTS)
    )


#: action → role → how far; a role that is not named may not
MATRIX: dict[Action, dict[Role, Reach]] = {
    Action.DESK: _reaches(_DESK_ROLES, _OWNERS),
    Action.PROPOSE: _reaches(_DESK_ROLES, _OWNERS),
    Action.EDIT: _reaches(_DESK_ROLES, acts=_AGENTS),
    Action.CHECK: _reaches(_DESK_ROLES, acts=_AGENTS),
    Action.DECIDE: _reaches(_DESK_ROLES),
    Action.REVERT: _reaches(_DESK_ROLES, acts=_AGENTS),
    Action.ARCHIVE: _reaches([Role.CRESS_EDITOR], acts=_AGENTS),
    Action.MERGE: _reaches([Role.CRESS_EDITOR]),
    Action.IMPORT: _reaches([Role.CRESS_EDITOR]),
    Action.HISTORY: _reaches(_DESK_ROLES, _OWNERS),
    Action.CONTACTS: _reaches(_DESK_ROLES, _OWNERS),
    Action.FILL: _reaches(acts=_AGENTS),
    Action.HELP: _reaches(_DESK_ROLES),
    Action.API_KEY: dict.fromkeys(Role, Reach.EVERYWHERE),
    Action.INVITE: _reaches([Role.CRESS_EDITOR]),
    Action.ADMINISTER: _reaches(),
}
#: roles that an editor may hand out; the others come from the administration of the platform
INVITABLE = (Role.COLLECTIVITY_AGENT, Role.POLE_STAFF, Role.CONTRIBUTOR, Role.PARTNER, Role.CRESS_MODERATOR)


# The question in general --------------------------------------------------------------------------------------


def may(user, action: Action, record: Published) -> bool:
    """Whether ``user`` may do ``action`` to ``record``, wherever it lies."""
    reaches = MATRIX[action]
    for grant in _grants(user):
        reach = reaches.get(grant.role)
        if reach is Reach.EVERYWHERE:
            return True
        if reach in _FOR_A_RECORD and _speaks_for(grant, record, reach):
            return True
        if reach is Reach.TERRITORY and _covers(grant.territory_id, record.territory_ids()):
            return True
    return False


def may_on(user, action: Action, territory: Territory | None) -> bool:
    """Whether ``user`` may do ``action`` to what lies in ``territory``; None stands for everywhere."""
    reaches = MATRIX[action]
    inside = {territory.pk, *(t.pk for t in territory.ancestors)} if territory else set()
    return any(
        reaches.get(grant.role) is Reach.EVERYWHERE
        or (reaches.get(grant.role) is Reach.TERRITORY and _covers(grant.territory_id, inside))
        for grant in _grants(user)
    )


def may_somewhere(user, action: Action) -> bool:
    """Whether ``user`` may do ``action`` to anything at all: whether to show the door."""
    return any(grant.role in MATRIX[action] for grant in _grants(user))


def may_add(user, model: type[Published], action: Action = Action.EDIT) -> bool:
    """Whether ``user`` may add a record of a kind somewhere: whether to show the door; what is written is asked again.

    Whoever speaks for one record adds only what is kept on behalf of such records (agents: the acts of their body).
    """
    for grant in _grants(user):
        reach = MATRIX[action].get(grant.role)
        if reach in (Reach.EVERYWHERE, Reach.TERRITORY):
            return True
        if reach is Reach.ACTS and grant.record_kind in model.owner_kinds:
            return True
    return False


def spoken_for(user, kind: str) -> list[str]:
    """The public ids of the records of a kind for which ``user`` speaks: what a form proposes first."""
    return [grant.record_id for grant in _grants(user) if grant.record_kind == kind]


def territories(user, action: Action) -> list[Territory] | None:
    """The territories on which ``user`` may do ``action``; None stands for everywhere."""
    found = []
    for grant in _grants(user):
        reach = MATRIX[action].get(grant.role)
        if reach is Reach.EVERYWHERE:
            return None
        if reach is Reach.TERRITORY and grant.territory and grant.territory not in found:
            found.append(grant.territory)
    return found


def reachable(user, action: Action, queryset: QuerySet) -> QuerySet:
    """The rows of ``queryset`` to which ``user`` may do ``action``: what lists and bulk writes start from."""
    model, inside = queryset.model, Q(pk__in=[])
    for grant in _grants(user):
        reach = MATRIX[action].get(grant.role)
        if reach is Reach.EVERYWHERE:
            return queryset
        if reach is Reach.OWN or (reach is Reach.ACTS and grant.record_kind in model.owner_kinds):
            inside |= model.owned_by(grant.record_kind, grant.record_id)
        if reach is Reach.TERRITORY and grant.territory:
            inside |= model.lying_in(grant.territory)
    return queryset.filter(inside)


def grants(user) -> list:
    """The rights that somebody holds, for a page that lists them; nothing is decided from them elsewhere."""
    return _grants(user)


def _grants(user) -> list:
    """The rights of somebody signed in, read once per request; nobody else has any."""
    if not (user.is_authenticated and user.is_active):
        return []
    if not hasattr(user, "_known_grants"):
        user._known_grants = list(user.grants.select_related("territory"))
    return user._known_grants


def _speaks_for(grant, record: Published, reach: Reach) -> bool:
    """Whether the record of a right is the one asked for, or one on whose behalf it is kept (the latter alone: ACTS)."""
    mine = (grant.record_kind, grant.record_id)
    itself = mine == (record.change_kind, record.public_id)
    return (itself and reach is Reach.OWN) or (grant.record_kind in record.owner_kinds and mine in record.owners())


def _covers(granted: int | None, inside: set[int]) -> bool:
    """Whether the territory granted is among those that the record lies in, or holds one of their communes."""
    if granted is None:
        return False
    return granted in inside or Membership.objects.filter(territory=granted, member__in=inside).exists()


# The named questions ------------------------------------------------------------------------------------------


def may_open_desk(user) -> bool:
    """The desk is for those who keep records or speak for one; a partner reads through the API."""
    return may_somewhere(user, Action.DESK)


def may_propose(user, record: Published) -> bool:
    """Those who speak for a record propose; the CRESS, which answers for the list (law of 2014, art. 6), decides."""
    return may(user, Action.PROPOSE, record)


def may_edit(user, record: Published) -> bool:
    """Editors and moderators of the territory: the CRESS of another région answers for another list.

    Agents write the acts of their own body (schemes, calls, agreements, stakes): they know them first, and the law asks
    their body, not the CRESS, to publish them (décret 2017-779).
    """
    return may(user, Action.EDIT, record)


def may_check(user, record: Published) -> bool:
    """Saying "verified today" engages whoever says it as a correction does."""
    return may(user, Action.CHECK, record)


def may_decide(user, record: Published) -> bool:
    """Whoever may write the field by hand may accept it from a suggestion."""
    return may(user, Action.DECIDE, record)


def may_revert(user, record: Published) -> bool:
    """Going back is a correction like another."""
    return may(user, Action.REVERT, record)


def may_archive(user, record: Published) -> bool:
    """Taking a record out of the public list is an editor's decision; a moderator asks for it.

    Agents withdraw an act of their body that they published by mistake: nothing is lost, and the CRESS can restore it.
    """
    return may(user, Action.ARCHIVE, record)


def may_merge(user, one: Published, other: Published) -> bool:
    """Both records must lie within reach: merging removes one and changes the other."""
    return may(user, Action.MERGE, one) and may(user, Action.MERGE, other)


def desk_of(user, record: Published) -> dict[str, bool]:
    """What the public page of a record offers to ``user``; nothing is asked of the database for a visitor."""
    if not user.is_authenticated:
        return {}
    actions = (Action.EDIT, Action.HISTORY, Action.CHECK, Action.ARCHIVE, Action.MERGE)
    allowed = {action.value: True for action in actions if may(user, action, record)}
    return allowed if may_open_desk(user) else {}


def may_import(user, territory: Territory | None) -> bool:
    """A list is loaded for a territory, and writes nothing outside it."""
    return may_on(user, Action.IMPORT, territory)


def may_see_history(user, record: Published) -> bool:
    """History names the people who wrote: not public, but owed to those who speak for the record."""
    return may(user, Action.HISTORY, record)


def may_see_contacts(user, record: Published) -> bool:
    """A contact that is hidden from the public is for those who keep the record; each reading is logged."""
    return may(user, Action.CONTACTS, record)


def may_fill(user, checklist: Published) -> bool:
    """A checklist engages its collectivité: its agents alone answer, publish and take snapshots (and the platform repairs)."""
    return may(user, Action.FILL, checklist)


def may_help(user, body: Published) -> bool:
    """The CRESS of the région reads what is not published and advises; it never writes in the collectivité's place."""
    return may(user, Action.HELP, body)


def may_have_keys(user) -> bool:
    """Reading is open to all at a fair rate; a larger one goes to programs of people that somebody has invited.

    Public data are the same everywhere, so no territory bounds a key.
    """
    return may_on(user, Action.API_KEY, None)


def may_invite(user, role: Role, territory: Territory | None) -> bool:
    """An editor opens accounts that reach no further than their own; only the platform makes editors."""
    if may_on(user, Action.ADMINISTER, None):
        return True
    return role in INVITABLE and territory is not None and may_on(user, Action.INVITE, territory)


def may_administer(user) -> bool:
    """Logs and personal data concern people, not territories: the platform's administration alone."""
    return may_on(user, Action.ADMINISTER, None)


def needs_second_factor(user) -> bool:
    """Whoever may change public records signs in with two factors; demonstration accounts live on loopback only."""
    return not user.is_demonstration and (may_somewhere(user, Action.EDIT) or may_somewhere(user, Action.ADMINISTER))
