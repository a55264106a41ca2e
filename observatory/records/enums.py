from django.db import models


class Basis(models.TextChoices):
    """How a fact came from its source."""

    STATED = "stated", "dit par la source"
    DEDUCED = "deduced", "déduit de la source"


class Removal(models.TextChoices):
    """Why a record is no longer published."""

    DELETED = "deleted", "supprimé"
    MERGED = "merged", "fusionné"
    ARCHIVED = "archived", "archivé"


class State(models.TextChoices):
    """Where a record stands between the desk and the public."""

    DRAFT = "draft", "brouillon"
    PUBLISHED = "published", "publié"
    ARCHIVED = "archived", "archivé"
    MERGED = "merged", "fusionné dans une autre fiche"
