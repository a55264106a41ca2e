"""What collectivités offer: schemes, their dated calls, and who obtained what."""

from datetime import date, timedelta

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from actors.models import Actor, Theme
from observatory.records.enums import State
from observatory.records.models import Citation, Published
from observatory.search.models import Searchable, SearchableQuerySet
from observatory.territories.models import Collectivity, Territory

from ..enums import Give
from .instruments import Instrument
from .words import Worded, WordsQuerySet

#: a call that closes within so many days is closing soon
SOON = 30


def of_bodies(territory: Territory, path: str = "bodies") -> Q:
    """The condition that one of the bodies at ``path`` lies in ``territory`` or covers it."""
    around = [territory.pk, territory.region_id, territory.departement_id, territory.epci_id]
    inside = Collectivity.objects.filter(Collectivity.lying_in(territory) | Q(territory__in=around))
    return Q(**{f"{path}__in": inside})


class SupportSchemeQuerySet(SearchableQuerySet):
    def published(self):
        return self.filter(state=State.PUBLISHED)

    def with_open_call(self, day: date):
        """Schemes one of whose calls is open on ``day``."""
        return self.filter(Exists(Call.objects.open_on(day).filter(scheme=OuterRef("pk"))))

    def for_page(self):
        """Published schemes with all that a page shows of them."""
        calls = models.Prefetch(
            "calls", Call.objects.filter(state=State.PUBLISHED).annotate(known_laureates=models.Count("laureates"))
        )
        cited = ("citations__source", "provenances__source")
        return (
            self.published()
            .select_related("instrument")
            .prefetch_related("offers__body", "offers__actor", "themes", calls, *cited)
        )

    def for_card(self):
        calls = models.Prefetch("calls", Call.objects.filter(state=State.PUBLISHED))
        return self.select_related("instrument").prefetch_related("offers__body", "themes", calls)


class SupportScheme(Published, Searchable):
    """What one or several collectivités offer to the ESS, whatever the instrument."""

    change_kind = "scheme"
    owner_kinds = (Collectivity.change_kind,)
    change_parts = (
        ("policies_offer", "scheme_id"),
        ("policies_supportscheme_themes", "supportscheme_id"),
        ("policies_call", "scheme_id"),
    )

    name = models.CharField("nom", max_length=200)
    instrument = models.ForeignKey(Instrument, models.PROTECT, related_name="schemes", verbose_name="instrument")
    bodies = models.ManyToManyField(Collectivity, through="Offer", related_name="schemes", verbose_name="collectivités")
    themes = models.ManyToManyField(Theme, blank=True, related_name="schemes", verbose_name="thématiques")
    summary = models.CharField("en quelques mots", max_length=400)
    audience = models.CharField("pour qui", max_length=300, blank=True)
    #: words of ``Give``
    gives = models.JSONField("ce qu’il apporte", default=list, blank=True)
    gives_text = models.CharField("en détail", max_length=400, blank=True)
    amount = models.DecimalField(
        "montant (€)", max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    rate = models.DecimalField(
        "taux (%)", max_digits=5, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )  # fmt: skip
    ceiling = models.DecimalField(
        "plafond (€)", max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    since = models.PositiveSmallIntegerField("depuis", null=True, blank=True)
    until = models.PositiveSmallIntegerField("jusqu’à", null=True, blank=True)
    #: null: the source does not say whether it still runs
    is_active = models.BooleanField("en cours", null=True, blank=True)
    contact_service = models.CharField("service à contacter", max_length=200, blank=True)
    website = models.URLField("adresse", max_length=300, blank=True)
    state = models.CharField("état", max_length=10, choices=State, default=State.PUBLISHED)
    checked_on = models.DateField("vérifié le", null=True, blank=True)
    citations = GenericRelation(Citation)

    objects = SupportSchemeQuerySet.as_manager()

    class Meta:
        verbose_name = "dispositif"
        ordering = ["sort_key", "id"]

    def get_absolute_url(self):
        return reverse("policies:scheme", args=[self.public_id, self.slug])

    @classmethod
    def lying_in(cls, territory):
        inside = Collectivity.objects.filter(Collectivity.lying_in(territory))
        return Q(pk__in=Offer.objects.filter(body__in=inside).values("scheme"))

    def territory_ids(self):
        return {pk for offer in self.offers.all() if offer.body for pk in offer.body.territory_ids()}

    def owners(self):
        """Itself and every body that offers it: a scheme of several bodies is kept by the agents of each."""
        bodies = {offer.body for offer in self.offers.all() if offer.body}
        return super().owners() | {(Collectivity.change_kind, body.public_id) for body in bodies}

    @classmethod
    def owned_by(cls, kind, public_id):
        if kind == Collectivity.change_kind:
            return Q(pk__in=Offer.objects.filter(body__public_id=public_id).values("scheme"))
        return super().owned_by(kind, public_id)

    @property
    def place(self) -> str:
        """Where a line of the desk says that it lies: who offers it."""
        return ", ".join(self.body_names)

    @property
    def body_names(self) -> list[str]:
        return [str(offer) for offer in self.offers.all()]

    def clean(self):
        super().clean()
        if wrong := set(self.gives) - set(Give.values):
            raise ValidationError({"gives": f"Inconnu : {', '.join(sorted(wrong))}."})
        if self.since and self.until and self.until < self.since:
            raise ValidationError({"until": "L’année de fin précède celle du début."})

    def index_search(self):
        self.index_words(
            [self.name],
            self.summary,
            self.audience,
            self.gives_text,
            self.instrument.name,
            self.instrument.acronym,
            *(offer.body.name if offer.body else "" for offer in self.offers.all()),
            *(offer.body_then for offer in self.offers.all()),
            *(theme.name for theme in self.themes.all()),
        )


class Offer(models.Model):
    """Who offers a scheme: the body of today or the organisation, and the name that it bore then."""

    scheme = models.ForeignKey(SupportScheme, models.CASCADE, related_name="offers")
    body = models.ForeignKey(
        Collectivity, models.PROTECT, null=True, blank=True, related_name="offers", verbose_name="collectivité"
    )
    actor = models.ForeignKey(
        Actor, models.SET_NULL, null=True, blank=True, related_name="offers", verbose_name="organisation"
    )
    body_then = models.CharField("nom d’alors", max_length=200, blank=True)

    class Meta:
        verbose_name = "porteur d’un dispositif"
        verbose_name_plural = "porteurs des dispositifs"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["scheme", "body", "body_then"], name="offer_once")]

    def __str__(self):
        return self.body.name if self.body else self.body_then

    def get_absolute_url(self) -> str:
        """The page of who offers it; empty when the portal has none."""
        owner = self.body or self.actor
        return owner.get_absolute_url() if owner else ""


class CallQuerySet(WordsQuerySet):
    def published(self):
        """Calls that are public, of schemes that are."""
        return self.filter(state=State.PUBLISHED, scheme__state=State.PUBLISHED)

    def open_on(self, day: date):
        """Calls that take files on ``day``; one without a closing date is open only if it says when it opens."""
        return self.filter(state=State.PUBLISHED).filter(
            Q(opens__lte=day, closes__isnull=True) | Q(closes__gte=day) & (Q(opens__isnull=True) | Q(opens__lte=day))
        )

    def closing_soon(self, day: date):
        return self.open_on(day).filter(closes__lte=day + timedelta(days=SOON))


class Call(Worded, Published):
    """One dated edition of a scheme."""

    change_kind = "call"
    owner_kinds = (Collectivity.change_kind,)
    words_in = ("name", "text")
    names_in = ("scheme",)
    change_parts = (("policies_laureate", "call_id"),)

    scheme = models.ForeignKey(SupportScheme, models.CASCADE, related_name="calls", verbose_name="dispositif")
    name = models.CharField("nom", max_length=200)
    year = models.PositiveSmallIntegerField("année", null=True, blank=True)
    opens = models.DateField("ouverture", null=True, blank=True)
    closes = models.DateField("clôture", null=True, blank=True)
    envelope = models.DecimalField(
        "enveloppe (€)", max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    received = models.PositiveIntegerField("dossiers reçus", null=True, blank=True)
    eligible = models.PositiveIntegerField("dossiers éligibles", null=True, blank=True)
    laureates_count = models.PositiveIntegerField("lauréats", null=True, blank=True)
    text = models.CharField("en quelques mots", max_length=400, blank=True)
    website = models.URLField("adresse", max_length=300, blank=True)
    state = models.CharField("état", max_length=10, choices=State, default=State.PUBLISHED)
    checked_on = models.DateField("vérifié le", null=True, blank=True)
    citations = GenericRelation(Citation)

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = "appel"
        ordering = ["-year", "-closes", "sort_key", "id"]

    def get_absolute_url(self):
        return reverse("policies:call", args=[self.public_id, self.slug])

    @property
    def place(self) -> str:
        return self.scheme.place

    def territory_ids(self):
        return self.scheme.territory_ids()

    def owners(self):
        """Itself and the bodies that offer its scheme."""
        return {owner for owner in self.scheme.owners() if owner[0] == Collectivity.change_kind} | super().owners()

    @classmethod
    def lying_in(cls, territory):
        return Q(scheme__in=SupportScheme._base_manager.filter(SupportScheme.lying_in(territory)))

    @classmethod
    def owned_by(cls, kind, public_id):
        if kind == Collectivity.change_kind:
            return Q(scheme__in=SupportScheme._base_manager.filter(SupportScheme.owned_by(kind, public_id)))
        return super().owned_by(kind, public_id)

    @property
    def is_open(self) -> bool | None:
        """Whether it takes files today; None when the dates are unknown."""
        today = timezone.localdate()
        if self.closes is not None:
            return (self.opens is None or self.opens <= today) and today <= self.closes
        return None if self.opens is None else self.opens <= today

    @property
    def is_to_come(self) -> bool:
        """Whether it opens after today."""
        return self.opens is not None and self.opens > timezone.localdate()

    def clean(self):
        super().clean()
        if self.opens and self.closes and self.closes < self.opens:
            raise ValidationError({"closes": "La clôture précède l’ouverture."})
        counts = [n for n in (self.received, self.eligible, self.laureates_count) if n is not None]
        if counts != sorted(counts, reverse=True):
            raise ValidationError(
                {"laureates_count": "Il y a plus de lauréats que d’éligibles, ou d’éligibles que de reçus."}
            )


class Laureate(models.Model):
    """Who obtained a call; an organisation outside the directory keeps its name."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="laureates")
    actor = models.ForeignKey(
        Actor, models.SET_NULL, null=True, blank=True, related_name="awards", verbose_name="acteur"
    )
    name = models.CharField("nom", max_length=300)
    amount = models.DecimalField(
        "montant (€)", max_digits=14, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )

    class Meta:
        verbose_name = "lauréat"
        ordering = ["name", "pk"]
        constraints = [models.UniqueConstraint(fields=["call", "name"], name="laureate_once")]

    def __str__(self):
        return self.name
