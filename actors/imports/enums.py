from django.db import models


class Stage(models.TextChoices):
    """Where an import stands."""

    UPLOADED = "uploaded", "colonnes à décrire"
    STAGING = "staging", "lecture en cours"
    STAGED = "staged", "à relire"
    APPLYING = "applying", "application en cours"
    APPLIED = "applied", "appliqué"
    UNDOING = "undoing", "annulation en cours"
    UNDONE = "undone", "annulé après application"
    CANCELLED = "cancelled", "abandonné"
    FAILED = "failed", "échec"


#: stages during which a worker is at it
RUNNING = (Stage.STAGING, Stage.APPLYING, Stage.UNDOING)


class Fate(models.TextChoices):
    """What a line does to the directory."""

    NEW = "new", "nouvelles"
    CHANGED = "changed", "modifiées"
    UNCHANGED = "unchanged", "inchangées"
    REFUSED = "refused", "refusées"
    AMBIGUOUS = "ambiguous", "ambiguës"
    STALE = "stale", "fiches modifiées entre-temps"


class WhenEmpty(models.TextChoices):
    """What an empty cell of a column that is read says."""

    KEEP = "keep", "ne change rien : la fiche garde ce qu’elle dit"
    CLEAR = "clear", "vide le champ de la fiche"
