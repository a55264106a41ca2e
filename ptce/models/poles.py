from django.contrib.contenttypes.fields import GenericRelation
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse

from actors.enums import LegalForm
from actors.models import Actor, Theme, within
from observatory.records.enums import State
from observatory.records.models import Citation, FormerSlug, Published, Source
from observatory.search.models import Searchable, SearchableQuerySet
from observatory.territories.models import Territory

from ..enums import STAGES_IN_ORDER, Dynamic, Impulsion, Perimeter, Stage


class Filiere(models.Model):
    """A chain of activities that poles work on: a short French noun."""

    key = models.SlugField("clé", unique=True)
    name = models.CharField("nom", max_length=80)

    class Meta:
        verbose_name = "filière"
        ordering = ["name"]

    def __str__(self):
        return self.name


class PoleQuerySet(SearchableQuerySet):
    def published(self):
        return self.filter(state=State.PUBLISHED)

    def for_card(self):
        """What a line or a card of a pole shows, in two queries."""
        return self.select_related("region", "region_then", "departement", "actor__commune", "source").prefetch_related(
            "filieres", "recognitions"
        )


class Pole(Published, Searchable):
    """A territorial pole of economic cooperation (law of 31 July 2014, art. 9)."""

    change_kind = "pole"
    change_parts = (
        ("ptce_pole_filieres", "pole_id"),
        ("ptce_pole_themes", "pole_id"),
        ("ptce_projectterritory", "pole_id"),
        ("ptce_milestone", "pole_id"),
        ("ptce_recognition", "pole_id"),
        ("ptce_member", "pole_id"),
        ("ptce_figure", "pole_id"),
        ("ptce_money", "pole_id"),
        ("ptce_collectivityrole", "pole_id"),
        ("ptce_claim", "pole_id"),
    )

    # What it is
    name = models.CharField("nom", max_length=200)
    other_names = models.JSONField("autres noms", default=list, blank=True)
    actor = models.ForeignKey(
        Actor,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="poles",
        verbose_name="fiche de l’annuaire",
    )
    carrier = models.CharField("structure porteuse", max_length=200, blank=True)
    carrier_actor = models.ForeignKey(
        Actor,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="carried_poles",
        verbose_name="fiche de la structure porteuse",
    )
    legal_form = models.CharField("forme juridique", max_length=24, choices=LegalForm, null=True, blank=True)
    created = models.PositiveSmallIntegerField(
        "année de création", null=True, blank=True, validators=[MinValueValidator(1900), MaxValueValidator(2100)]
    )
    description = models.TextField("description", blank=True, max_length=4000)
    perimeter = models.CharField("périmètre", max_length=10, choices=Perimeter, null=True, blank=True)
    impulsion = models.CharField("impulsion", max_length=16, choices=Impulsion, null=True, blank=True)
    dynamic = models.CharField("dynamique", max_length=10, choices=Dynamic, null=True, blank=True)
    filieres = models.ManyToManyField(Filiere, blank=True, related_name="poles", verbose_name="filières")
    themes = models.ManyToManyField(Theme, blank=True, related_name="poles", verbose_name="thématiques")
    #: words of ``enums.Objective``
    objectives = models.JSONField("objectifs", default=list, blank=True)
    #: the latest stage of ``milestones``, kept here for filters (see ``settle``)
    stage = models.CharField("étape", max_length=14, choices=Stage, null=True, blank=True, editable=False)
    #: null: no source says whether the pole still exists
    is_active = models.BooleanField("toujours actif", null=True, blank=True)

    # Where it is
    departement = models.ForeignKey(
        Territory, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="département"
    )
    region_then = models.ForeignKey(
        Territory, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="région d’alors"
    )
    region = models.ForeignKey(
        Territory, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="région d’aujourd’hui"
    )
    territories = models.ManyToManyField(
        Territory, through="ProjectTerritory", related_name="+", verbose_name="territoire de projet"
    )

    # The place that its members share
    place_name = models.CharField("nom du lieu", max_length=200, blank=True)
    place_address = models.CharField("adresse du lieu", max_length=250, blank=True)
    place_area = models.PositiveIntegerField("surface du lieu (m²)", null=True, blank=True)
    place_opened = models.PositiveSmallIntegerField("ouverture du lieu", null=True, blank=True)
    place_shares = models.JSONField("ce que le lieu met en commun", default=list, blank=True)

    website = models.URLField("site", max_length=300, blank=True)
    website_as_written = models.CharField("site tel qu’écrit", max_length=200, blank=True)

    # Where the study speaks of it
    rank = models.PositiveSmallIntegerField("rang dans le panel", null=True, blank=True)
    pages = models.JSONField("pages de l’étude", default=list, blank=True)
    note = models.CharField("remarque", max_length=300, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="poles")

    # Life of the record
    state = models.CharField("état", max_length=10, choices=State, default=State.PUBLISHED)
    checked_on = models.DateField("vérifié le", null=True, blank=True)
    citations = GenericRelation(Citation)

    objects = PoleQuerySet.as_manager()

    class Meta:
        verbose_name = "pôle"
        ordering = ["sort_key", "id"]
        constraints = [models.UniqueConstraint(fields=["slug"], name="pole_slug_once")]

    def territory_ids(self):
        return super().territory_ids() | (self.actor.territory_ids() if self.actor else set())

    @classmethod
    def lying_in(cls, territory):
        return models.Q(region=territory) | models.Q(departement=territory) | within(territory, "actor__")

    def get_absolute_url(self):
        return reverse("ptce:detail", args=[self.slug])

    @property
    def place(self) -> str:
        """Where it is, as finely as known; empty when the sources are silent."""
        if self.actor and self.actor.place:
            return self.actor.place
        known = self.departement or self.region
        return known.label if known else ""

    def settle(self) -> None:
        """Derive the stage from the milestones, and the région from the département."""
        reached = [(m.year or 0, STAGES_IN_ORDER.index(m.stage), m.stage) for m in self.milestones.all() if m.stage]
        self.stage = max(reached)[2] if reached else None
        if self.departement and not self.region:
            self.region = self.departement.region

    def save(self, *args, **kwargs):
        former = Pole.objects.filter(pk=self.pk).values_list("slug", flat=True).first() if self.pk else None
        super().save(*args, **kwargs)
        FormerSlug.objects.filter(kind=self.change_kind, slug=self.slug).delete()
        if former and former != self.slug:
            FormerSlug.objects.update_or_create(
                kind=self.change_kind, slug=former, defaults={"public_id": self.public_id}
            )

    def index_search(self):
        """Words of the pole, of its filières and themes, and of what the directory says of it; members stand apart."""
        actor = self.actor
        extra = [actor.description, *actor.activities, actor.place] if actor else []
        linked = [*self.filieres.all(), *self.themes.all()] if self.pk else []
        places = [place.name for place in (self.region_then, self.region, self.departement) if place]
        self.index_words(
            [self.name, *self.other_names], *places, self.carrier, self.description, *map(str, linked), *extra
        )
