"""What the API says of a pole, field by field."""

from rest_framework import serializers

from actors.api import FieldSource, MentionShape, ThemeRef
from actors.enums import LegalForm
from observatory.api.parts import CHECKED_ON, FIELD_SOURCES, MENTIONS, KeyRef, day, euros
from observatory.api.shapes import (
    Coordinates,
    Place,
    PlaceRef,
    Record,
    RecordRef,
    Shape,
    SourceRef,
    integer,
    text,
    word,
)
from observatory.records.enums import Basis

from ..enums import (
    Dynamic,
    FigureKey,
    Impulsion,
    MemberCategory,
    MoneyLevel,
    Objective,
    Perimeter,
    RecognitionKind,
    RoleKind,
    RoleLevel,
    Stage,
)

YEAR = "Année ; null : la source ne la dit pas."


class FactShape(Shape):
    """A fact of a list, and who states it."""

    source = SourceRef(allow_null=True, help_text="Document qui le dit ; null : saisi au bureau de l’observatoire.")
    page = integer("Page du document.")
    basis = word(Basis, "Dit par la source, ou déduit.", null=False)
    note = text("Ce qui fonde la déduction, ou une remarque.")


class Who(FactShape):
    """A fact about an organisation or a public body, named as the source writes it."""

    name = serializers.CharField(help_text="Nom tel que la source l’écrit.")
    actor = RecordRef(allow_null=True, help_text="Fiche de l’annuaire, si elle est connue.")
    collectivity = PlaceRef(allow_null=True, help_text="Collectivité d’aujourd’hui, si elle est connue.")


class PoleProjectTerritoryShape(FactShape):
    name = serializers.CharField(help_text="Nom tel que la source l’écrit.")
    territory = PlaceRef(allow_null=True, help_text="Territoire ; null : aucun code ne le désigne.")


class PoleMilestoneShape(FactShape):
    stage = word(Stage, "Étape où le pôle entre ; null : un autre moment de sa vie.")
    year = integer(YEAR)
    month = integer("Mois, de 1 à 12.")
    # Last: within the class, its name hides the function.
    text = text("Ce qui s’est passé.")


class PoleRecognitionShape(FactShape):
    kind = word(RecognitionKind, "Reconnaissance.", null=False)
    year = integer(YEAR)
    name = text("Intitulé.")


class PoleMemberShape(Who):
    category = word(MemberCategory, "Catégorie.")
    role = text("Rôle dans le pôle.")
    since = integer("Membre depuis cette année.")
    until = integer("Membre jusqu’à cette année.")


class PoleFigureShape(FactShape):
    key = word(FigureKey, "Mesure ; les trois premières sont celles de la cellule d’animation.", null=False)
    label = text("Ce qui est compté, si la mesure ne suffit pas à le dire.")
    value = serializers.DecimalField(
        max_digits=14, decimal_places=2, help_text="Valeur, dans l’unité, texte à deux décimales (« 152000.00 »)."
    )
    unit = text("Unité : €, %, ETP, structures, salariés…")
    year = integer(YEAR)
    is_approximate = serializers.BooleanField(help_text="La source donne un ordre de grandeur.")


class PoleMoneyShape(Who):
    level = word(MoneyLevel, "Niveau d’où vient l’argent.", null=False)
    year = integer(YEAR)
    amount = euros("Montant ; null : la source nomme le financeur sans montant")
    purpose = text("Pour quoi.")


class PoleRoleShape(Who):
    level = word(RoleLevel, "Niveau de la collectivité.", null=False)
    kind = word(RoleKind, "L’un des trois rôles de l’étude de 2014.", null=False)
    year = integer(YEAR)
    # Last: within the class, its name hides the function.
    text = serializers.CharField(help_text="Ce qui a été fait, dans nos mots.")


class PoleClaimShape(FactShape):
    field = serializers.CharField(help_text="Champ, ou liste, sur lequel des passages ne disent pas la même chose.")
    # Last: within the class, its name hides the function.
    text = serializers.CharField(help_text="Ce que dit ce passage.")


class SharedPlace(Shape):
    """The place that the members share."""

    name = text("Nom.")
    address = text("Adresse.")
    area = integer("Surface, en m².")
    opened = integer("Année d’ouverture.")
    shares = serializers.ListField(child=serializers.CharField(), help_text="Ce qui y est mis en commun.")


class PoleShape(Record):
    slug = serializers.CharField(help_text="Adresse courte ; peut changer, l’ancienne mène toujours au pôle.")
    other_names = serializers.ListField(child=serializers.CharField(), help_text="Autres noms, autres écritures.")
    description = text("Ce qu’il est et ce qu’il fait, dans nos mots.")
    is_active = serializers.BooleanField(allow_null=True, help_text="Toujours actif ; null : personne ne l’a vérifié.")
    stage = word(Stage, "Dernière étape connue, déduite de `milestones`.")
    actor = RecordRef(allow_null=True, help_text="Fiche de l’annuaire.")
    carrier = text("Structure porteuse, telle que la source l’écrit.")
    carrier_actor = RecordRef(allow_null=True, help_text="Fiche de la structure porteuse dans l’annuaire.")
    legal_form = word(LegalForm, "Forme juridique de la structure porteuse.")
    created = integer("Année de création.")
    perimeter = word(Perimeter, "Périmètre.")
    impulsion = word(Impulsion, "Qui a donné le premier élan.")
    dynamic = word(Dynamic, "Ce qui tient les membres ensemble.")
    objectives = serializers.ListField(
        child=serializers.ChoiceField(choices=Objective.choices), help_text="Ce qu’il poursuit."
    )
    filieres = KeyRef(many=True, help_text="Filières.")
    themes = ThemeRef(many=True, help_text="Thématiques.")
    region_then = PlaceRef(allow_null=True, help_text="Région de l’année de l’étude, telle qu’écrite.")
    region = PlaceRef(allow_null=True, help_text="Région d’aujourd’hui, déduite de la précédente ou du département.")
    project_territories = PoleProjectTerritoryShape(many=True, help_text="Territoires du projet.")
    place = Place(
        help_text="Territoires officiels d’aujourd’hui où il se trouve ; sous le département, d’après l’annuaire."
    )
    coordinates = Coordinates(allow_null=True, help_text="Point de la fiche de l’annuaire.")
    shared_place = SharedPlace(allow_null=True, help_text="Lieu que les membres partagent ; null : aucun n’est connu.")
    milestones = PoleMilestoneShape(many=True, help_text="Étapes et moments datés, le plus ancien d’abord.")
    recognitions = PoleRecognitionShape(many=True, help_text="Reconnaissances, la plus ancienne d’abord.")
    members = PoleMemberShape(many=True, help_text="Membres connus, par nom.")
    figures = PoleFigureShape(many=True, help_text="Chiffres datés, les plus récents d’abord.")
    money = PoleMoneyShape(many=True, help_text="Financements connus, le plus ancien d’abord.")
    roles = PoleRoleShape(many=True, help_text="Ce que des collectivités ont fait pour lui.")
    claims = PoleClaimShape(
        many=True, help_text="Ce que disent les passages qui ne s’accordent pas : tous sont gardés."
    )
    website = text("Site.")
    website_as_written = text("Site tel que la source l’écrit.")
    rank = integer("Rang dans le panel de l’étude.")
    pages = serializers.ListField(child=serializers.IntegerField(), help_text="Pages de l’étude qui en parlent.")
    note = text("Remarque.")
    source = SourceRef(allow_null=True, help_text="Premier document qui en parle ; null : saisi au bureau.")
    checked_on = day(CHECKED_ON)
    mentions = MentionShape(many=True, help_text=MENTIONS)
    field_sources = FieldSource(many=True, help_text=FIELD_SOURCES)
