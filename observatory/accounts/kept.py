"""What accounts keep of people, as the legal page says it."""

from datetime import timedelta

from django.conf import settings

from .chores import KEEP_INVITATIONS
from .models import Invitation
from .personal import Kept, lasting, register_kept


def _log() -> str:
    return f"{lasting(timedelta(days=settings.ACCESS_LOG_DAYS))}, puis effacement"


def _session() -> str:
    return f"la fin de la session, {lasting(timedelta(seconds=settings.SESSION_COOKIE_AGE))} au plus"


ROWS = (
    Kept(
        "Compte : courriel, nom affiché, droits, mot de passe et second facteur chiffrés",
        "Ouvrir le bureau à qui y a été invité",
        lambda: "la fermeture du compte, que chacun peut demander lui-même",
    ),
    Kept(
        "Journal : connexions réussies ou refusées, lectures de données non publiques, droits donnés ou retirés ; l’adresse "
        "réseau y est tronquée",
        "Savoir qui est entré et qui a lu quoi",
        _log,
    ),
    Kept(
        "Sessions ouvertes : adresse réseau et navigateur, montrés à leur seul titulaire",
        "Reconnaître une session qui n’est pas la sienne",
        _session,
    ),
    Kept(
        "Essais de connexion manqués : courriel essayé et adresse réseau",
        "Arrêter qui essaie des mots de passe",
        lambda: "un jour au plus",
    ),
    Kept(
        "Invitations : courriel, rôle proposé",
        "Donner un accès à la bonne personne",
        lambda: f"la fermeture du compte ; sans réponse, {lasting(Invitation.VALID + KEEP_INVITATIONS)}",
    ),
)
for _order, _row in enumerate(ROWS):
    register_kept(_row, order=_order)
