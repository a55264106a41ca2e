from django.db import models


class Role(models.TextChoices):
    """What a person may do; always on a territory or an organisation (DESIGN §2)."""

    ADMINISTRATOR = "administrator", "Administration de la plateforme"
    CRESS_EDITOR = "cress_editor", "Édition CRESS"
    CRESS_MODERATOR = "cress_moderator", "Modération CRESS"
    COLLECTIVITY_AGENT = "collectivity_agent", "Agent d’une collectivité"
    POLE_STAFF = "pole_staff", "Équipe d’un pôle"
    CONTRIBUTOR = "contributor", "Contribution d’un acteur"
    PARTNER = "partner", "Partenaire"


#: roles that speak for one record
RECORD_ROLES = (Role.COLLECTIVITY_AGENT, Role.POLE_STAFF, Role.CONTRIBUTOR)


class Event(models.TextChoices):
    """What the access log keeps."""

    SIGN_IN = "sign_in", "Connexion"
    SIGN_IN_FAILED = "sign_in_failed", "Connexion refusée"
    SIGN_OUT = "sign_out", "Déconnexion"
    FACTOR_SET = "factor_set", "Second facteur mis en place"
    FACTOR_REMOVED = "factor_removed", "Second facteur retiré"
    PASSWORD_CHANGED = "password_changed", "Mot de passe changé"
    INVITATION = "invitation", "Invitation envoyée"
    INVITATION_REVOKED = "invitation_revoked", "Invitation annulée"
    KEY_MADE = "key_made", "Clé de l’API créée"
    KEY_REVOKED = "key_revoked", "Clé de l’API révoquée"
    RIGHT_GIVEN = "right_given", "Droit donné"
    RIGHT_WITHDRAWN = "right_withdrawn", "Droit retiré"
    READING = "reading", "Lecture de données non publiques"
    EXPORT = "export", "Export de données personnelles"
    ERASURE = "erasure", "Effacement de données personnelles"
    ACCOUNT_CLOSED = "account_closed", "Compte fermé"
