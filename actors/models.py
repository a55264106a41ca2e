from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Prefetch, Q
from django.urls import reverse
from stdnum.fr import siren as siren_number
from stdnum.fr import siret as siret_number

from observatory.maps.quadkeys import quadkey
from observatory.records.enums import Basis, State
from observatory.records.identity import new_public_id
from observatory.records.models import Provenance, Published, Source
from observatory.search.models import Searchable, SearchableQuerySet
from observatory.territories.models import Collectivity, Territory, named

from .enums import EssReason, Family, Label, LegalForm, Precision


def validate_siren(value: str) -> None:
    if not siren_number.is_valid(value):
        raise ValidationError(f"« {value} » n’est pas un SIREN : neuf chiffres dont le dernier est une clé.")


def validate_siret(value: str) -> None:
    if not siret_number.is_valid(value):
        raise ValidationError(f"« {value} » n’est pas un SIRET : quatorze chiffres dont le dernier est une clé.")


def validate_rna(value: str) -> None:
    if not (len(value) == 10 and value[0] == "W" and value[1:].isalnum()):
        raise ValidationError(f"« {value} » n’est pas un numéro RNA : W suivi de neuf caractères.")


class Theme(models.Model):
    """A subject of the Kit's thematic fiches, shared by actors, schemes, poles and levers."""

    key = models.SlugField("clé", unique=True)
    name = models.CharField("nom", max_length=80)
    order = models.PositiveSmallIntegerField("ordre", default=0)

    class Meta:
        verbose_name = "thématique"
        ordering = ["order", "name"]

    def __str__(self):
        return self.name


class ActorQuerySet(SearchableQuerySet):
    def published(self):
        return self.filter(state=State.PUBLISHED)

    def ess(self):
        """Only what is held as part of the ESS (see ``EssReason``)."""
        return self.filter(is_ess=True)

    def within(self, territory: Territory):
        """Actors of a territory at any level; those known only by région are in their région alone."""
        return self.filter(within(territory))

    def located(self):
        return self.filter(quadkey__isnull=False)

    def with_place(self):
        """What names an actor, leads to it and says where it is, in one query."""
        columns = ("public_id", "slug", "name", "family", "legal_form", "is_ess")
        return self.select_related(*PLACE).only(*columns, *named(*PLACE))

    def for_card(self):
        """What a result of the directory shows, in three queries whatever the number of rows."""
        return (
            self.select_related(*PLACE)
            .only(*CARD, *named(*PLACE))
            .prefetch_related("themes", Prefetch("flags", Flag.objects.only("actor", "label")))
        )

    def for_export(self):
        """What a line of a file holds, in three queries a chunk."""
        columns = (*Actor.readable(), *named(*PLACE))
        return self.select_related(*PLACE).only(*columns).prefetch_related("themes", "flags")

    def for_page(self):
        """What the page of one actor shows, in a constant number of queries."""
        places = (*PLACE, "epci")
        others = Actor.objects.published().order_by("sort_key").only("public_id", "slug", "name", "family")
        return (
            self.select_related(*places, "collectivity")
            .only(
                *Actor.readable(),
                "facets",
                *named(*places),
                *("collectivity__code", "collectivity__slug", "collectivity__name"),
            )
            .prefetch_related(
                "themes",
                Prefetch("mentions", Mention.objects.select_related("source")),
                Prefetch("network_members", others),
                Prefetch("provenances", Provenance.objects.select_related("source")),
            )
        )


#: the territories that say where an actor is, the finest known first
PLACE = ("commune", "territory", "departement", "region")
#: what a card shows of the actor itself
CARD = (
    *("public_id", "slug", "name", "acronym", "family", "legal_form", "is_ess", "description", "activities"),
    *("closed", "longitude", "latitude"),
)


def within(territory: Territory, prefix: str = "") -> Q:
    """The condition that a record with territory columns lies in ``territory``."""
    if territory.level in ("region", "departement", "epci", "commune"):
        if territory.level == "commune" and not territory.is_current:
            return Q(**{f"{prefix}commune__in": territory.successors.all()})
        return Q(**{f"{prefix}{territory.level}": territory})
    members = Q(**{f"{prefix}commune__in": territory.members.all()})
    if territory.level == "former-region":
        members = Q(**{f"{prefix}departement__in": territory.members.all()})
    return members | Q(**{f"{prefix}territory": territory})


class Actor(Published, Searchable):
    """An organisation of a territory, part of the ESS or not."""

    change_kind = "actor"
    change_parts = (
        ("actors_actor_themes", "actor_id"),
        ("actors_actor_networks", "from_actor_id"),
        ("actors_flag", "actor_id"),
        ("actors_mention", "actor_id"),
        ("actors_contact", "actor_id"),
    )
    word_fields = ("name", "acronym")

    # As in ``Published``, without the indexes that nobody reads here: each costs an import as much as the row itself
    # (docs/performance.md). The address of a page names the public id, and changes are asked of what is published.
    public_id = models.CharField("identifiant public", max_length=10, default=new_public_id, editable=False)
    slug = models.SlugField("adresse courte", max_length=80, editable=False, db_index=False)
    change = models.BigIntegerField("numéro de changement", default=0, editable=False)

    # Identity
    name = models.CharField("nom", max_length=300)
    acronym = models.CharField("sigle", max_length=40, blank=True)
    other_names = models.JSONField("autres noms", default=list, blank=True)
    siren = models.CharField("SIREN", max_length=9, null=True, blank=True, validators=[validate_siren])
    siret = models.CharField("SIRET", max_length=14, null=True, blank=True, validators=[validate_siret])
    rna = models.CharField("RNA", max_length=10, null=True, blank=True, validators=[validate_rna])
    collectivity = models.ForeignKey(
        Collectivity,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="actors",
        verbose_name="même organisme public",
        db_index=False,
    )

    # What it is
    is_ess = models.BooleanField("fait partie de l’ESS", null=True, blank=True)
    ess_reason = models.CharField("motif", max_length=12, choices=EssReason, null=True, blank=True)
    family = models.CharField("famille", max_length=12, choices=Family, null=True, blank=True)
    legal_form = models.CharField("forme juridique", max_length=24, choices=LegalForm, null=True, blank=True)
    is_network = models.BooleanField("réseau", default=False)
    networks = models.ManyToManyField(
        "self", symmetrical=False, blank=True, related_name="network_members", verbose_name="réseaux"
    )
    themes = models.ManyToManyField(Theme, blank=True, related_name="actors", verbose_name="thématiques")
    activities = models.JSONField("activités", default=list, blank=True)
    description = models.TextField("description", blank=True, max_length=4000)
    founded = models.PositiveSmallIntegerField(
        "année de création",
        null=True,
        blank=True,
        validators=[MinValueValidator(1200), MaxValueValidator(2100)],
    )
    closed = models.PositiveSmallIntegerField("année de fin", null=True, blank=True)
    workforce = models.PositiveIntegerField("effectif", null=True, blank=True)
    workforce_unit = models.CharField("unité de l’effectif", max_length=60, blank=True)
    workforce_year = models.PositiveSmallIntegerField("année de l’effectif", null=True, blank=True)

    # Where it is: the finest territory that is known, and its official ancestors for filters
    address = models.CharField("adresse", max_length=250, blank=True)
    territory = models.ForeignKey(
        Territory, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="territoire"
    )
    # Derived from ``territory``, which the database checks: it need not check them again for each row.
    commune = models.ForeignKey(
        Territory, models.PROTECT, null=True, editable=False, related_name="+", db_constraint=False
    )
    epci = models.ForeignKey(
        Territory, models.PROTECT, null=True, editable=False, related_name="+", db_constraint=False
    )
    departement = models.ForeignKey(
        Territory, models.PROTECT, null=True, editable=False, related_name="+", db_constraint=False
    )
    region = models.ForeignKey(
        Territory, models.PROTECT, null=True, editable=False, related_name="+", db_constraint=False
    )
    longitude = models.FloatField("longitude (degrés WGS 84)", null=True, blank=True)
    latitude = models.FloatField("latitude (degrés WGS 84)", null=True, blank=True)
    precision = models.CharField("précision du point", max_length=8, choices=Precision, blank=True)
    quadkey = models.BigIntegerField("quadkey au zoom 18", null=True, editable=False)

    # How to reach it; never a person without consent
    telephone = models.CharField("téléphone", max_length=40, blank=True)
    email = models.EmailField("courriel", blank=True)
    website = models.URLField("site", max_length=300, blank=True)

    # Life of the record
    state = models.CharField("état", max_length=10, choices=State, default=State.PUBLISHED)
    checked_on = models.DateField("vérifié le", null=True, blank=True)
    #: what facets count, one word per value: `` f:association l:scic t:4 b:aci n:12 ``
    facets = models.CharField(max_length=400, default="", editable=False)

    objects = ActorQuerySet.as_manager()

    class Meta:
        verbose_name = "acteur"
        ordering = ["sort_key", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed__isnull=True) | Q(founded__isnull=True) | Q(closed__gte=F("founded")),
                name="actor_closed_after_founded",
                violation_error_message="L’année de fin précède l’année de création.",
            ),
            # Not ``unique=True``, which adds an index for LIKE on PostgreSQL.
            models.UniqueConstraint(fields=["public_id"], name="actor_public_id_once"),
            models.UniqueConstraint(fields=["siret"], name="actor_siret_once"),
        ]
        indexes = [
            # Names with what filters read: a filtered page never leaves the index until its rows are known.
            models.Index(
                fields=["sort_key", "id", "facets", "region", "departement"],
                name="actor_ess_by_name",
                condition=Q(state="published", is_ess=True),
            ),
            models.Index(fields=["facets"], name="actor_ess_by_facets", condition=Q(state="published", is_ess=True)),
            models.Index(
                fields=["quadkey", "longitude", "latitude", "facets", "id"],
                name="actor_ess_by_place",
                condition=Q(state="published", is_ess=True),
            ),
            models.Index(
                fields=["commune", "sort_key", "id"],
                name="actor_ess_by_commune",
                condition=Q(state="published", is_ess=True),
            ),
            models.Index(
                fields=["departement", "facets"],
                name="actor_ess_by_departement",
                condition=Q(state="published", is_ess=True),
            ),
            models.Index(
                fields=["region", "facets"], name="actor_ess_by_region", condition=Q(state="published", is_ess=True)
            ),
            models.Index(fields=["sort_key"], name="actor_networks", condition=Q(state="published", is_network=True)),
            models.Index(fields=["sort_key", "id"], name="actor_by_name", condition=Q(state="published")),
            models.Index(fields=["sort_key"], name="actor_archived_by_name", condition=Q(state="archived")),
            models.Index(fields=["change"], name="actor_by_change", condition=Q(state="published")),
            models.Index(fields=["rna"], name="actor_by_rna", condition=Q(rna__isnull=False)),
            models.Index(
                fields=["collectivity"], name="actor_by_collectivity", condition=Q(collectivity__isnull=False)
            ),
        ]

    @classmethod
    def lying_in(cls, territory):
        return within(territory)

    def get_absolute_url(self):
        return reverse("actors:detail", args=[self.public_id, self.slug])

    def linked(self) -> dict:
        """Labels and networks; most actors have none, which ``facets`` says without a query."""
        flags = self.flags.select_related("source") if " b:" in self.facets else ()
        networks = self.networks.published().order_by("sort_key").only("public_id", "slug", "name", "family")
        return {"flags": flags, "networks": networks if " n:" in self.facets else ()}

    @property
    def place(self) -> str:
        """Where it is, as finely as known: ``Lille (59)``, ``Bretagne``; empty when the source is silent."""
        known = self.commune or self.territory or self.departement or self.region
        return known.label if known else ""

    @property
    def point(self) -> tuple[float, float] | None:
        return None if self.longitude is None else (self.longitude, self.latitude)

    def clean(self):
        super().clean()
        if self.siret and self.siren and not self.siret.startswith(self.siren):
            raise ValidationError({"siret": "Le SIRET ne commence pas par le SIREN."})
        if (self.longitude is None) != (self.latitude is None):
            raise ValidationError({"longitude": "Longitude et latitude vont ensemble."})
        if self.siret and not self.siren:
            self.siren = self.siret[:9]

    def settle(self) -> None:
        """Derive the columns that filters and map read from the territory and the point."""
        place = self.territory
        self.commune = self.epci = self.departement = self.region = None
        if place is not None:
            if place.level == "commune" and not place.is_current:
                place = place.successors.first() or place
            levels = {
                "commune": place.level == "commune" and place,
                "epci": place.epci,
                "departement": place.departement,
            }
            for level in ("epci", "departement", "region"):
                levels[level] = place if place.level == level else getattr(place, level)
            self.commune = levels["commune"] or None
            self.epci, self.departement, self.region = levels["epci"], levels["departement"], levels["region"]
            if place.level == "former-region":
                self.region = place.successors.first()
            if self.precision != Precision.ADDRESS and self.commune and self.commune.longitude is not None:
                self.longitude, self.latitude = self.commune.longitude, self.commune.latitude
                self.precision = Precision.COMMUNE
        self.quadkey = None if self.longitude is None else quadkey(self.longitude, self.latitude)


class Flag(models.Model):
    """A label of an actor (ESUS, ACI…), with its dates and who says so."""

    actor = models.ForeignKey(Actor, models.CASCADE, related_name="flags")
    label = models.CharField("label", max_length=8, choices=Label)
    since = models.PositiveSmallIntegerField("depuis", null=True, blank=True)
    until = models.PositiveSmallIntegerField("jusqu’à", null=True, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = "label"
        ordering = ["label"]
        constraints = [models.UniqueConstraint(fields=["actor", "label", "since"], name="flag_once")]

    def __str__(self):
        return self.get_label_display()


class Mention(models.Model):
    """What a document says of an actor, and where in the document, in our own words."""

    actor = models.ForeignKey(Actor, models.CASCADE, related_name="mentions")
    source = models.ForeignKey(Source, models.PROTECT, related_name="actor_mentions")
    locator = models.CharField("fiche ou chapitre", max_length=120, blank=True)
    page = models.PositiveSmallIntegerField("page", null=True, blank=True)
    statement = models.CharField("ce qui en est dit", max_length=400)
    basis = models.CharField("nature", max_length=10, choices=Basis, default=Basis.STATED)

    class Meta:
        verbose_name = "mention"
        ordering = ["source__year", "page", "id"]

    def __str__(self):
        return f"{self.actor} dans {self.source}"


class Contact(models.Model):
    """A person to reach at an actor, held only with the consent that is recorded here; hidden unless shown field by field."""

    actor = models.ForeignKey(Actor, models.CASCADE, related_name="contacts")
    name = models.CharField("nom", max_length=120)
    role = models.CharField("fonction", max_length=120, blank=True)
    telephone = models.CharField("téléphone", max_length=40, blank=True)
    email = models.EmailField("courriel", blank=True)
    consent_on = models.DateField("accord donné le")
    consent_how = models.CharField("comment l’accord a été donné", max_length=200)
    show_name = models.BooleanField("montrer le nom", default=False)
    show_role = models.BooleanField("montrer la fonction", default=False)
    show_telephone = models.BooleanField("montrer le téléphone", default=False)
    show_email = models.BooleanField("montrer le courriel", default=False)

    class Meta:
        verbose_name = "contact"
        ordering = ["name", "pk"]

    def __str__(self):
        return self.name
