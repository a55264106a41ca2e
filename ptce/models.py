from django.db import models
from django.urls import reverse

from actors.models import Actor, within
from observatory.records.enums import State
from observatory.records.models import FormerSlug, Published, Source
from observatory.search.models import Searchable, SearchableQuerySet
from observatory.territories.models import Territory


class PoleQuerySet(SearchableQuerySet):
    def published(self):
        return self.filter(state=State.PUBLISHED)

    def for_card(self):
        return self.select_related("region", "region_then", "actor__commune", "source")


class Pole(Published, Searchable):
    """A territorial pole of economic cooperation."""

    change_kind = "pole"

    name = models.CharField("nom", max_length=200)
    actor = models.ForeignKey(
        Actor,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="poles",
        verbose_name="fiche de l’annuaire",
    )
    region_then = models.ForeignKey(
        Territory, models.PROTECT, null=True, related_name="+", verbose_name="région d’alors"
    )
    region = models.ForeignKey(
        Territory, models.PROTECT, null=True, related_name="+", verbose_name="région d’aujourd’hui"
    )
    website = models.URLField("site", max_length=300, blank=True)
    website_as_written = models.CharField("site tel qu’écrit", max_length=200, blank=True)
    #: null: the source does not say whether the pole still exists
    is_active = models.BooleanField("toujours actif", null=True, blank=True)
    rank = models.PositiveSmallIntegerField("rang dans le panel", null=True)
    pages = models.JSONField("pages de l’étude", default=list)
    note = models.CharField("remarque", max_length=300, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="poles")
    state = models.CharField("état", max_length=10, choices=State, default=State.PUBLISHED)

    objects = PoleQuerySet.as_manager()

    class Meta:
        verbose_name = "pôle"
        ordering = ["sort_key", "id"]
        constraints = [models.UniqueConstraint(fields=["slug"], name="pole_slug_once")]

    def territory_ids(self):
        return super().territory_ids() | (self.actor.territory_ids() if self.actor else set())

    @classmethod
    def lying_in(cls, territory):
        return models.Q(region=territory) | within(territory, "actor__")

    def get_absolute_url(self):
        return reverse("ptce:detail", args=[self.slug])

    def save(self, *args, **kwargs):
        former = Pole.objects.filter(pk=self.pk).values_list("slug", flat=True).first() if self.pk else None
        super().save(*args, **kwargs)
        FormerSlug.objects.filter(kind=self.change_kind, slug=self.slug).delete()
        if former and former != self.slug:
            FormerSlug.objects.update_or_create(
                kind=self.change_kind, slug=former, defaults={"public_id": self.public_id}
            )

    def index_search(self):
        actor = self.actor
        extra = [actor.description, *actor.activities, actor.place] if actor else []
        self.index_words([self.name], self.region_then.name if self.region_then else "", *extra)
