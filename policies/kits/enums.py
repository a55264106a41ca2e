"""The words of the kits, with their French labels."""

from django.db import models

from observatory.territories.enums import BodyKind


class SheetKind(models.TextChoices):
    """What a fiche is for."""

    INTRO = "intro", "Pour commencer"
    LEVER = "lever", "Leviers d’action"
    THEMATIC = "thematic", "Thématiques"
    LIST = "list", "Liste"
    RESOURCES = "resources", "Ressources"


class LeverLevel(models.TextChoices):
    """The levels of public body that can use a lever."""

    COMMUNE = "commune", "Communes"
    EPCI = "epci", "Intercommunalités"
    DEPARTEMENT = "departement", "Départements"
    REGION = "region", "Régions"


#: legal kind of a body → the levels whose levers it can use
LEVELS_OF = {
    BodyKind.REGION: {LeverLevel.REGION},
    BodyKind.UNIQUE: {LeverLevel.REGION, LeverLevel.DEPARTEMENT},
    BodyKind.DEPARTEMENT: {LeverLevel.DEPARTEMENT},
    BodyKind.CEA: {LeverLevel.DEPARTEMENT},
    BodyKind.PARIS: {LeverLevel.COMMUNE, LeverLevel.DEPARTEMENT},
    BodyKind.LYON: {LeverLevel.EPCI, LeverLevel.DEPARTEMENT},
    BodyKind.METROPOLE: {LeverLevel.EPCI},
    BodyKind.CU: {LeverLevel.EPCI},
    BodyKind.CA: {LeverLevel.EPCI},
    BodyKind.CC: {LeverLevel.EPCI},
    BodyKind.EPT: {LeverLevel.EPCI},
    BodyKind.COMMUNE: {LeverLevel.COMMUNE},
    BodyKind.PNR: {LeverLevel.EPCI},
    BodyKind.PAYS: {LeverLevel.EPCI},
}


class Move(models.TextChoices):
    """What became of a lever from one edition to the next."""

    SAME = "same", "inchangé"
    REWORDED = "reworded", "reformulé"
    NEW = "new", "nouveau"
    WITHDRAWN = "withdrawn", "retiré"


class ChangeKind(models.TextChoices):
    """What a version of a fiche does to a fact of the one before."""

    ADDED = "added", "Ajouté"
    REWORDED = "reworded", "Reformulé"
    REMOVED = "removed", "Retiré"
    SAME = "same", "Inchangé"


class PassageKind(models.TextChoices):
    """What words may be found in."""

    SHEET = "sheet", "Fiche"
    LEVER = "lever", "Levier"
    EXPERIENCE = "experience", "Exemple"
    FACT = "fact", "Contexte"
    FIGURE = "figure", "Chiffre clé"
    RESOURCE = "resource", "Ressource"
    FINDING = "finding", "Déniché pour vous"
