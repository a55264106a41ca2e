from django.db import models


class Through(models.TextChoices):
    """By which door a change came in."""

    FORM = "form", "formulaire du bureau"
    IMPORT = "import", "chargement d’une liste"
    SUGGESTION = "suggestion", "suggestion acceptée"
    API = "api", "API"
    ADMIN = "admin", "administration"
    REFERENCE = "reference", "données de référence"


class Deed(models.TextChoices):
    """What was done to the record."""

    CREATED = "created", "création"
    CHANGED = "changed", "modification"
    CHECKED = "checked", "vérification"
    ARCHIVED = "archived", "archivage"
    RESTORED = "restored", "rétablissement"
    REVERTED = "reverted", "retour en arrière"
    MERGED = "merged", "fusion"
    SEPARATED = "separated", "fusion annulée"


class Decision(models.TextChoices):
    """What became of a suggestion."""

    WAITING = "waiting", "en attente"
    ACCEPTED = "accepted", "acceptée"
    PARTLY = "partly", "acceptée en partie"
    REFUSED = "refused", "refusée"
