from django.db import models


class Family(models.TextChoices):
    """The families of article 1 of the law of 31 July 2014."""

    ASSOCIATION = "association", "Association"
    COOPERATIVE = "cooperative", "Coopérative"
    MUTUAL = "mutual", "Mutuelle"
    FOUNDATION = "foundation", "Fondation"
    COMPANY = "company", "Société commerciale de l’ESS"


class EssReason(models.TextChoices):
    """Why an organisation is, or is not, held as part of the ESS."""

    STATUTE = "statute", "par son statut (loi de 2014, art. 1)"
    ESUS = "esus", "par son agrément ESUS"
    CITED = "cited", "présentée comme telle par la source"
    PUBLIC_BODY = "public_body", "organisme public"
    ENTERPRISE = "enterprise", "entreprise hors ESS"
    RESEARCH = "research", "enseignement ou recherche"
    FUNDER = "funder", "financeur hors ESS"
    OTHER = "other", "autre organisation hors ESS"


class LegalForm(models.TextChoices):
    """INSEE's legal categories that matter here, and the co-operative kinds that INSEE does not tell apart."""

    ASSOCIATION = "association", "Association déclarée"
    SCIC = "scic", "SCIC"
    SCOP = "scop", "SCOP"
    CAE = "cae", "Coopérative d’activité et d’emploi"
    CUMA = "cuma", "CUMA"
    UES = "ues", "Union d’économie sociale"
    GE = "ge", "Groupement d’employeurs"
    GEIQ = "geiq", "GEIQ"
    COOPERATIVE = "cooperative", "Autre coopérative"
    MUTUAL = "mutual", "Mutuelle"
    FOUNDATION = "foundation", "Fondation"
    ENDOWMENT_FUND = "endowment_fund", "Fonds de dotation"
    SAS = "sas", "SAS"
    SARL = "sarl", "SARL"
    SA = "sa", "SA"
    SEM = "sem", "SEM"
    SPL = "spl", "SPL"
    GIP = "gip", "GIP"
    COMPANY = "company", "Autre société"
    PUBLIC_ESTABLISHMENT = "public_establishment", "Établissement public"
    CONSULAR_CHAMBER = "consular_chamber", "Chambre consulaire"
    TRADE_UNION = "trade_union", "Syndicat"
    STATE_SERVICE = "state_service", "Service de l’État"
    UNIVERSITY = "university", "Université ou grande école"


#: INSEE's legal category (four digits) → our form; the co-operative kinds come from the statutes
INSEE_CATEGORIES = {
    "9220": LegalForm.ASSOCIATION,
    "9230": LegalForm.ASSOCIATION,
    "9260": LegalForm.ASSOCIATION,
    "9300": LegalForm.FOUNDATION,
    "5558": LegalForm.SCIC,
    "5458": LegalForm.SCOP,
    "6316": LegalForm.CUMA,
    "8210": LegalForm.MUTUAL,
    "8250": LegalForm.MUTUAL,
    "5710": LegalForm.SAS,
    "5498": LegalForm.SARL,
    "5499": LegalForm.SARL,
    "5599": LegalForm.SA,
    "5515": LegalForm.SEM,
    "5415": LegalForm.SEM,
    "7410": LegalForm.GIP,
    "8410": LegalForm.TRADE_UNION,
}


#: forms whose family follows from the law (2014, art. 1, II, 1°)
FAMILY_OF = {
    LegalForm.ASSOCIATION: Family.ASSOCIATION,
    **dict.fromkeys(
        (LegalForm.SCIC, LegalForm.SCOP, LegalForm.CAE, LegalForm.CUMA, LegalForm.UES, LegalForm.COOPERATIVE),
        Family.COOPERATIVE,
    ),
    LegalForm.MUTUAL: Family.MUTUAL,
    LegalForm.FOUNDATION: Family.FOUNDATION,
}
#: families that belong to the ESS whatever else is known of them
BY_STATUTE = frozenset(FAMILY_OF.values())


class Label(models.TextChoices):
    """Agreements and kinds of sheltered or inclusive work, each a dated and sourced flag."""

    ESUS = "esus", "Agrément ESUS"
    ACI = "aci", "Atelier ou chantier d’insertion"
    EI = "ei", "Entreprise d’insertion"
    AI = "ai", "Association intermédiaire"
    ETTI = "etti", "Entreprise de travail temporaire d’insertion"
    EA = "ea", "Entreprise adaptée"
    ESAT = "esat", "ESAT"
    IAE = "iae", "Insertion par l’activité économique"


class Precision(models.TextChoices):
    """How exactly the point of an actor is known."""

    ADDRESS = "address", "à l’adresse"
    COMMUNE = "commune", "à la mairie de la commune"
