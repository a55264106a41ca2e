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
