"""The words that synthetic actors are made of.

The kinds of organisation come from the subjects of the Kit's thematic fiches and from the activities that the
fixtures name; the rest of the list is ours. The shares are assumed unless a comment gives a source.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Trade:
    """A kind of organisation: its share, its first theme, how it is called and what it does."""

    share: int
    theme: str
    names: tuple[str, ...]
    activities: tuple[str, ...]


TRADES = (
    Trade(
        150,
        "jeunesse-sports",
        ("Club omnisports", "Foyer d’éducation populaire", "Cercle sportif", "Amicale laïque", "Union sportive",
         "Maison des jeunes et de la culture", "Coopérative jeunesse de services"),
        ("sport", "éducation populaire", "loisirs", "vacances", "engagement des jeunes", "inclusion par le sport"),
    ),
    Trade(
        150,
        "culture",
        ("Compagnie de théâtre", "École de musique", "Cinéma associatif", "Atelier d’arts plastiques", "Harmonie",
         "Scène de musiques actuelles", "Festival", "Bibliothèque associative", "Radio associative"),
        ("spectacle", "musique", "création artistique", "cinéma", "résidence d’artistes", "patrimoine", "média"),
    ),
    Trade(
        170,
        "petite-enfance-famille",
        ("Crèche parentale", "Aide à domicile", "Maison familiale", "Halte-garderie", "Centre social",
         "Services à la personne", "Résidence autonomie", "Foyer d’hébergement", "École associative"),
        ("petite enfance", "parentalité", "aide à domicile", "autonomie des personnes âgées", "handicap",
         "accueil périscolaire"),
    ),
    Trade(
        70,
        "politique-de-la-ville",
        ("Régie de quartier", "Chantier d’insertion", "Comité de quartier", "Maison de l’emploi", "Jardin partagé",
         "Entreprise à but d’emploi", "Groupement d’employeurs"),
        ("insertion par l’activité économique", "lien social", "gestion urbaine de proximité", "emploi", "formation"),
    ),
    Trade(
        60,
        "ruralite",
        ("Foyer rural", "Café associatif", "Épicerie participative", "Relais de services", "Coopérative agricole",
         "Cercle d’agriculteurs", "Auberge coopérative"),
        ("mobilité solidaire", "dépôt de pain", "animation culturelle", "matériel agricole", "accueil de proximité"),
    ),
    Trade(
        50,
        "alimentation",
        ("Épicerie solidaire", "Jardin de cocagne", "Conserverie solidaire", "Supermarché coopératif",
         "Légumerie", "Cuisine partagée", "Panier paysan"),
        ("alimentation durable", "circuit court", "restauration collective", "maraîchage biologique", "aide alimentaire"),
    ),
    Trade(
        40,
        "dechets-economie-circulaire",
        ("Ressourcerie", "Recyclerie", "Atelier de réemploi", "Compost collectif", "Matériauthèque", "Repair café"),
        ("réemploi", "collecte d’encombrants", "compostage", "réemploi textile", "valorisation des déchets"),
    ),
    Trade(
        30,
        "mobilite",
        ("Garage solidaire", "Atelier vélo", "Auto-école sociale", "Vélo-école", "Plateforme de mobilité", "Autopartage"),
        ("vélo", "autopartage", "covoiturage", "location de véhicules", "mobilité durable"),
    ),
    Trade(
        30,
        "energie",
        ("Énergie citoyenne", "Bois énergie", "Soleil en partage", "Écoconstruction", "Espace conseil énergie"),
        ("énergie renouvelable", "précarité énergétique", "rénovation thermique", "photovoltaïque", "écoconstruction"),
    ),
    Trade(
        30,
        "centres-villes",
        ("Tiers-lieu", "Boutique partagée", "Foncière solidaire", "Conciergerie de quartier", "Banque coopérative",
         "Agence mutualiste"),
        ("lieu partagé", "commerce", "coworking", "foncier solidaire", "finance solidaire", "assurance", "épargne"),
    ),
    Trade(
        20,
        "numerique",
        ("Fablab", "Atelier numérique", "Médiation numérique", "Cyberbase associative", "Logiciel en commun"),
        ("médiation numérique", "inclusion numérique", "impression 3D", "commun numérique", "formation en ligne"),
    ),
)  # fmt: skip

#: second half of many names: what an organisation calls itself
SIGNS = (
    "Les Tilleuls", "La Passerelle", "Le Trait d’union", "L’Étincelle", "Le Phare", "La Ruche", "L’Envol", "Horizon",
    "Les Genêts", "Le Moulin", "La Source", "Le Relais", "La Clairière", "L’Escale", "Arc-en-ciel", "Le Fil rouge",
    "Les Coquelicots", "La Fabrique", "Les Hirondelles", "Le Levain", "La Marmite", "L’Atelier des possibles",
    "Les Mains vertes", "Le Grand Chêne", "La Boussole", "Le Pas de côté", "Les Petits Pas", "La Parenthèse",
    "Le Chemin", "La Belle Équipe", "L’Oasis", "Les Vents d’ouest", "Le Cerf-volant", "La Cordée", "L’Olivier",
    "Soleil levant", "Les Bruyères", "La Grange", "Le Coup de main", "Entraide", "Avenir", "Espérance", "Solidarité",
)  # fmt: skip

STREETS = (
    "rue de l’Église", "rue des Écoles", "place de la Mairie", "rue du Moulin", "avenue de la Gare", "rue Haute",
    "chemin des Vignes", "rue de la République", "allée des Tilleuls", "rue du Stade", "quai du Canal", "rue Neuve",
)  # fmt: skip

PURPOSES = (
    "ouverte à tous les habitants", "portée par ses bénévoles et ses salariés", "née d’une initiative d’habitants",
    "soutenue par la commune", "qui travaille avec les écoles du territoire", "gérée par ses membres",
    "qui accueille des personnes éloignées de l’emploi", "présente sur plusieurs communes voisines",
)  # fmt: skip

#: family → share per thousand. Sourced: associations, "près de 83 % des établissements employeurs" (RTES, Kit
#: MunicipalESS, September 2020, fiche 1). Assumed: how the other 17 % part among the four other families.
FAMILIES = {"association": 830, "cooperative": 112, "mutual": 34, "foundation": 12, "company": 12}

#: family → legal form → share; all assumed
LEGAL_FORMS = {
    "association": {"association": 985, "ge": 9, "geiq": 2, None: 4},
    "cooperative": {"cooperative": 620, "cuma": 150, "scop": 150, "scic": 60, "cae": 15, "ues": 5},
    "mutual": {"mutual": 1},
    "foundation": {"foundation": 850, "endowment_fund": 150},
    "company": {"sas": 600, "sarl": 300, "company": 100},
}

#: word that opens the names of a legal form when the trade does not
FORM_WORDS = {"scic": "SCIC", "scop": "SCOP", "cuma": "CUMA", "mutual": "Mutuelle", "foundation": "Fondation"}

#: label → share per thousand of all actors; assumed ("a few percent")
LABELS = {"esus": 12, "aci": 9, "ea": 4, "esat": 7, "ei": 5, "ai": 3, "etti": 1}

#: how many themes an actor has beyond its first one, and how often it belongs to networks; assumed
MORE_THEMES = {0: 70, 1: 24, 2: 6}
NETWORKS = {0: 88, 1: 10, 2: 2}
