from django.db import models


class InstrumentFamily(models.TextChoices):
    """What an instrument mobilises."""

    CALL = "call", "Appels"
    MONEY = "money", "Financement"
    PURCHASE = "purchase", "Achat public"
    CAPITAL = "capital", "Capital et fonds"
    PREMISES = "premises", "Lieux et foncier"
    CURRENCY = "currency", "Monnaie locale"
    CONTRACT = "contract", "Contrats et chartes"
    GOVERNANCE = "governance", "Gouvernance"
    ENGINEERING = "engineering", "Ingénierie et accompagnement"
    RECOGNITION = "recognition", "Reconnaissance"


class Give(models.TextChoices):
    """What a scheme brings to those who obtain it."""

    MONEY = "money", "argent"
    ENGINEERING = "engineering", "ingénierie, accompagnement"
    PREMISES = "premises", "locaux, terrain"
    PURCHASE = "purchase", "commande"
    VISIBILITY = "visibility", "visibilité"
    OTHER = "other", "autre"


class Nature(models.TextChoices):
    """How a collectivité helps, in the words of the official schema (SCDL, column ``nature``)."""

    MONEY = "money", "aide en numéraire"
    KIND = "kind", "aide en nature"
    BOTH = "both", "aide en numéraire;aide en nature"


class StakeKind(models.TextChoices):
    """What is held of a co-operative."""

    CAPITAL = "capital", "parts de capital"
    CURRENT_ACCOUNT = "current_account", "compte courant d’associé"
    EQUITY_SECURITY = "equity_security", "titres participatifs"


class Unit(models.TextChoices):
    """What a threshold counts."""

    EUROS = "euros", "€"
    EUROS_EXCLUDING_TAX = "euros_ht", "€ HT"
    PERCENT = "percent", "%"
    INHABITANTS = "inhabitants", "habitants"
    STAFF = "staff", "agents"
