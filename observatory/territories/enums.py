from django.db import models


class Level(models.TextChoices):
    """The level that prefixes a typed code: ``region-32``, ``departement-59``, ``commune-59350``."""

    REGION = "region", "Région"
    DEPARTEMENT = "departement", "Département"
    EPCI = "epci", "Intercommunalité"
    COMMUNE = "commune", "Commune"
    EPT = "ept", "Établissement public territorial"
    PNR = "pnr", "Parc naturel régional"
    PAYS = "pays", "Pays ou PETR"
    FORMER_REGION = "former-region", "Ancienne région"


#: official levels, from the widest to the finest
OFFICIAL_LEVELS = (Level.REGION, Level.DEPARTEMENT, Level.EPCI, Level.COMMUNE)
#: levels that are lists of communes with a source
PROJECT_LEVELS = (Level.EPT, Level.PNR, Level.PAYS)


class BodyKind(models.TextChoices):
    """Legal kind of a public body."""

    REGION = "region", "Conseil régional"
    UNIQUE = "unique", "Collectivité territoriale unique"
    DEPARTEMENT = "departement", "Conseil départemental"
    CEA = "cea", "Collectivité européenne d’Alsace"
    PARIS = "paris", "Ville de Paris (commune et département)"
    LYON = "lyon", "Métropole de Lyon (intercommunalité et département)"
    METROPOLE = "metropole", "Métropole"
    CU = "cu", "Communauté urbaine"
    CA = "ca", "Communauté d’agglomération"
    CC = "cc", "Communauté de communes"
    EPT = "ept", "Établissement public territorial"
    COMMUNE = "commune", "Commune"
    PNR = "pnr", "Parc naturel régional"
    PAYS = "pays", "Pays ou pôle d’équilibre territorial et rural"


class Detail(models.IntegerChoices):
    """Degrees of detail of a contour; the tolerance of each stands in ``contours.TOLERANCES``."""

    COUNTRY = 0, "pays"
    REGION = 1, "région"
    LOCAL = 2, "local"
