"""Who speaks for the ESS in a collectivité: a role or a service, never a person."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from observatory.records.enums import State
from observatory.records.models import Published
from observatory.territories.models import Collectivity

from .words import Worded, WordsQuerySet


class ReferentQuerySet(WordsQuerySet):
    def published(self):
        return self.filter(state=State.PUBLISHED)


class Referent(Worded, Published):
    """A role that deals with the ESS in a body, and how to reach its service; a body may have several."""

    change_kind = "referent"
    owner_kinds = (Collectivity.change_kind,)
    words_in = ("name", "service")
    names_in = ("body",)

    body = models.ForeignKey(Collectivity, models.PROTECT, related_name="referents", verbose_name="collectivité")
    #: the role: the title of the record
    name = models.CharField("fonction", max_length=150)
    service = models.CharField("service", max_length=200, blank=True)
    email = models.EmailField("courriel du service", blank=True)
    telephone = models.CharField("téléphone du service", max_length=40, blank=True)
    website = models.URLField("page du service", max_length=300, blank=True)
    state = models.CharField("état", max_length=10, choices=State, default=State.PUBLISHED)
    checked_on = models.DateField("vérifié le", null=True, blank=True)

    objects = ReferentQuerySet.as_manager()

    class Meta:
        verbose_name = "référent de l’ESS"
        verbose_name_plural = "référents de l’ESS"
        ordering = ["sort_key", "id"]

    def get_absolute_url(self):
        return f"{self.body.get_absolute_url()}#referent"

    @property
    def place(self) -> str:
        return self.body.name

    def territory_ids(self):
        return self.body.territory_ids() if self.body_id else set()

    @classmethod
    def lying_in(cls, territory):
        return Q(body__in=Collectivity.objects.filter(Collectivity.lying_in(territory)))

    def owners(self):
        """Itself and the body that it belongs to."""
        return super().owners() | ({(Collectivity.change_kind, self.body.public_id)} if self.body_id else set())

    @classmethod
    def owned_by(cls, kind, public_id):
        if kind == Collectivity.change_kind:
            return Q(body__public_id=public_id)
        return super().owned_by(kind, public_id)

    def clean(self):
        super().clean()
        if not (self.service or self.email or self.telephone or self.website):
            raise ValidationError({"service": "Dites au moins le service, ou comment le joindre."})
