"""``docs/permissions.md``, written from ``perms.MATRIX``."""

from pathlib import Path

from django.conf import settings

from . import perms
from .enums import RECORD_ROLES, Role
from .perms import MATRIX, Action, Reach

PATH = Path(settings.BASE_DIR) / "docs" / "permissions.md"

_HEAD = """# Qui peut quoi, et où

Page produite par `python manage.py permissions` à partir de `observatory/accounts/perms.py`, le seul module qui décide.
Un droit se lit « rôle sur territoire » ou, pour qui parle d’une seule fiche, « rôle sur fiche ». Lire
l’observatoire ne demande pas de compte.

| Action | Rôle | Sa fiche | Les actes de sa collectivité | Son territoire | Un autre territoire | Partout |
| --- | --- | --- | --- | --- | --- | --- |
"""

#: what each reach allows: own record, acts of the body, own territory, another territory, everywhere
_COLUMNS = {
    Reach.OWN: ("oui", "oui", "non", "non", "non"),
    Reach.ACTS: ("non", "oui", "non", "non", "non"),
    Reach.TERRITORY: ("oui", "oui", "oui", "non", "non"),
    Reach.EVERYWHERE: ("oui", "oui", "oui", "oui", "oui"),
    None: ("non", "non", "non", "non", "non"),
}


def document() -> str:
    """The whole page, in Markdown."""
    rows = [
        " | ".join([f"| {action.label}", role.label, *_cells(action, role)]) + " |"
        for action in Action
        for role in Role
    ]
    return _HEAD + "\n".join(rows) + "\n\n" + _notes() + "\n"


def _cells(action: Action, role: Role) -> tuple[str, ...]:
    own, acts, territory, other, everywhere = _COLUMNS[MATRIX[action].get(role)]
    # A role on a territory has no record of its own, and only a collectivité has acts.
    return (
        own if role in RECORD_ROLES else "–",
        acts if role == Role.COLLECTIVITY_AGENT else "–",
        territory,
        other,
        everywhere,
    )


def _notes() -> str:
    """What the table alone does not say."""
    invitable = ", ".join(role.label for role in perms.INVITABLE)
    factor = [role.label for role in Role if role in MATRIX[Action.EDIT] or role in MATRIX[Action.ADMINISTER]]
    return "\n".join(
        [
            "## Précisions",
            "",
            f"- Qui peut inviter sans administrer la plateforme ne donne que ces rôles : {invitable}.",
            f"- Ces rôles demandent un second facteur : {', '.join(factor)}.",
            "- Un territoire comprend les territoires officiels qu’il contient et, pour un parc ou un pays, ses communes.",
            "- Les actes d’une collectivité sont ses dispositifs, ses appels, ses conventions et ses parts de SCIC : ses",
            "  agents les écrivent eux-mêmes, comme l’Édition et la Modération CRESS de leur territoire.",
            "- La grille de leviers d’une collectivité est à elle seule : ses agents l’écrivent, la CRESS de son territoire la",
            "  lit et la conseille sans l’écrire, personne d’autre ne la voit avant sa publication.",
            "- Fusionner demande le droit sur les deux fiches.",
            "- On ne se retire pas un droit à soi-même, et la dernière administration de la plateforme reste en place.",
        ]
    )
