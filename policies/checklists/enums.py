"""The words of the checklists, with their French labels."""

from django.db import models


class Status(models.TextChoices):
    """Where a collectivité stands with a lever."""

    TO_STUDY = "to_study", "à étudier"
    PLANNED = "planned", "prévu"
    ONGOING = "ongoing", "en cours"
    DONE = "done", "réalisé"
    DISMISSED = "dismissed", "écarté"


#: states of a collectivité that works on a lever
AT_WORK = (Status.ONGOING, Status.DONE)


class Priority(models.IntegerChoices):
    HIGH = 1, "haute"
    MEDIUM = 2, "moyenne"
    LOW = 3, "basse"


class EvidenceKind(models.TextChoices):
    """What shows that a lever is used: a record of the observatory, or a page elsewhere."""

    AGREEMENT = "agreement", "convention"
    STAKE = "stake", "part de SCIC"
    CALL = "call", "appel"
    SCHEME = "scheme", "dispositif"
    POLE = "pole", "pôle"
    ACTOR = "actor", "acteur"
    EXPERIENCE = "experience", "exemple du Kit"
    URL = "url", "page"
