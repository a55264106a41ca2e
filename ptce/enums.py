"""The words of the study of 2014 and of document 004, with their French labels."""

from django.db import models


class Perimeter(models.TextChoices):
    """Where a pole acts."""

    URBAN = "urban", "Urbain"
    PERIURBAN = "periurban", "Périurbain"
    RURAL = "rural", "Rural"


class Impulsion(models.TextChoices):
    """Who gave a pole its first push."""

    ENTREPRENEURIAL = "entrepreneurial", "Entrepreneuriale"
    CITIZEN = "citizen", "Citoyenne"
    PUBLIC = "public", "Publique"


class Dynamic(models.TextChoices):
    """What holds the members of a pole together."""

    FILIERE = "filiere", "Filière"
    SECTOR = "sector", "Secteur"
    MULTI = "multi", "Multi-activité"


class Stage(models.TextChoices):
    """How far a pole has come; closed and merged end its life."""

    EMERGENCE = "emergence", "Émergence"
    CREATION = "creation", "Création"
    START = "start", "Démarrage"
    CONSOLIDATION = "consolidation", "Consolidation"
    CLOSED = "closed", "Fermé"
    MERGED = "merged", "Fusionné"


#: the order in which a pole goes through them
STAGES_IN_ORDER = tuple(Stage)


class Objective(models.TextChoices):
    """What a pole pursues: the eight objectives of document 004 (page 3), in its order; a pole may have several."""

    STRUCTURE = "structuration-filiere-secteur", "Structurer une filière ou un secteur"
    VISIBILITY = "visibilite-ess", "Rendre l’ESS et ses projets plus visibles"
    TAKEOVER = "reprise-relocalisation", "Reprendre des entreprises, relocaliser des activités"
    TRADE = "distribution-commercialisation", "Distribuer et vendre ensemble"
    INNOVATION = "innovation-sociale", "Investir dans l’innovation sociale"
    SHARING = "mutualisation-ressources", "Partager ressources, compétences ou financements"
    GROUPS = "groupes-entreprises-ess", "Faire grandir des groupes d’entreprises de l’ESS"
    SIZE = "taille-critique", "Atteindre une taille suffisante face à la demande"


class RecognitionKind(models.TextChoices):
    """Who recognised a pole, and in which year's call."""

    WITNESS = "temoin", "Pôle témoin"
    SPOTTED = "repere", "Pôle repéré"
    LAUREATE_2013 = "laureate-2013", "Lauréat de l’appel national de 2013"
    LAUREATE_2015 = "laureate-2015", "Lauréat de l’appel national de 2015"
    AMI_2021 = "ami-2021", "Retenu par l’AMI national, depuis 2021"
    REGIONAL = "regional", "Lauréat d’un appel régional"
    OTHER = "other", "Autre reconnaissance"


class MemberCategory(models.TextChoices):
    """What a member of a pole is; the law of 2014 (art. 9) asks for several of them."""

    ESS = "ess", "Entreprise ou organisation de l’ESS"
    ENTERPRISE = "enterprise", "Autre entreprise"
    COLLECTIVITY = "collectivity", "Collectivité"
    RESEARCH = "research", "Recherche"
    TRAINING = "training", "Formation"
    OTHER = "other", "Autre"


class FigureKey(models.TextChoices):
    """What a figure of a pole counts. The first three are the cell's, the next three the members'."""

    CELL_BUDGET = "cell_budget", "Budget de la cellule d’animation"
    SELF_FINANCING = "self_financing", "Part d’autofinancement"
    POSTS = "posts", "Équivalents temps plein de la cellule"
    MEMBER_STRUCTURES = "member_structures", "Structures membres"
    EMPLOYEES = "employees", "Salariés des membres"
    CONSOLIDATED_BUDGET = "consolidated_budget", "Budget consolidé des membres"
    OTHER = "other", "Autre chiffre"


#: the unit of each figure that the study's profile also holds
FIGURE_UNITS = {
    FigureKey.CELL_BUDGET: "€",
    FigureKey.SELF_FINANCING: "%",
    FigureKey.POSTS: "ETP",
    FigureKey.MEMBER_STRUCTURES: "structures",
    FigureKey.EMPLOYEES: "salariés",
    FigureKey.CONSOLIDATED_BUDGET: "€",
}


class MoneyLevel(models.TextChoices):
    """The level that money comes from."""

    EUROPE = "europe", "Europe"
    STATE = "state", "État"
    REGION = "region", "Région"
    DEPARTEMENT = "departement", "Département"
    EPCI = "epci", "Intercommunalité"
    COMMUNE = "commune", "Commune"
    PRIVATE = "private", "Privé"
    OWN = "own", "Ressources propres"
    OTHER = "other", "Autre"


class RoleKind(models.TextChoices):
    """The three roles of collectivités that the study of 2014 tells apart."""

    EMERGENCE = "emergence", "Repérage et émergence"
    SUPPORT = "support", "Accompagnement"
    STRATEGY = "strategy", "Inscription stratégique"


class RoleLevel(models.TextChoices):
    """The level of the body that holds a role."""

    STATE = "state", "État"
    REGION = "region", "Région"
    DEPARTEMENT = "departement", "Département"
    PAYS = "pays", "Pays ou parc"
    EPCI = "epci", "Intercommunalité"
    COMMUNE = "commune", "Commune"
    OTHER = "other", "Autre"


class IndicatorKind(models.TextChoices):
    """What the value of an indicator of the study is."""

    MEDIAN = "median", "Médiane"
    SHARE = "share", "Part"
    COUNT = "count", "Nombre"
    AMOUNT = "amount", "Montant"
    TABLE = "table", "Tableau"
    DATES = "dates", "Chronologie"
