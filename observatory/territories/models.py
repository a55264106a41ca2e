from django.db import models
from django.urls import reverse
from django.utils.functional import cached_property

from observatory.records.models import Published, Source
from observatory.search.models import Searchable, SearchableQuerySet

from .enums import OFFICIAL_LEVELS, BodyKind, Detail, Level


def named(*paths: str) -> list[str]:
    """The columns that name the territories at the end of ``paths`` and lead to them: all that most joins need.

    A territory is wide; six of them joined whole to one row cost more than the rest of its page.
    """
    return [f"{path}__{column}" for path in paths for column in ("code", "level", "official_code", "name", "slug")]


class TerritoryQuerySet(SearchableQuerySet):
    def current(self):
        """Territories of the loaded edition: neither merged communes nor former régions."""
        return self.filter(is_current=True)

    def at(self, level: Level):
        return self.filter(level=level)


class Territory(Published, Searchable):
    """A place of the official geography, a former région or a project territory (a list of communes)."""

    change_kind = "territory"
    change_parts = (("territories_membership", "territory_id"),)

    code = models.CharField("code typé", max_length=32, unique=True)
    level = models.CharField("niveau", max_length=16, choices=Level)
    official_code = models.CharField("code officiel", max_length=24)
    name = models.CharField("nom", max_length=150)
    population = models.PositiveIntegerField("population municipale", null=True)
    region = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="région")
    departement = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="département")
    epci = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", verbose_name="intercommunalité")
    successors = models.ManyToManyField(
        "self", symmetrical=False, related_name="predecessors", verbose_name="successeurs"
    )
    members = models.ManyToManyField("self", through="Membership", symmetrical=False, related_name="member_of")
    postal_codes = models.JSONField("codes postaux", default=list)
    longitude = models.FloatField("longitude du chef-lieu ou de la mairie (degrés WGS 84)", null=True)
    latitude = models.FloatField("latitude du chef-lieu ou de la mairie (degrés WGS 84)", null=True)
    west = models.FloatField("ouest de l’emprise", null=True)
    south = models.FloatField("sud de l’emprise", null=True)
    east = models.FloatField("est de l’emprise", null=True)
    north = models.FloatField("nord de l’emprise", null=True)
    is_current = models.BooleanField("dans l’édition chargée", default=True)
    source = models.ForeignKey(Source, models.PROTECT, verbose_name="source")
    note = models.CharField("ce qu’il faut savoir du périmètre", max_length=300, blank=True)

    objects = TerritoryQuerySet.as_manager()

    class Meta:
        verbose_name = "territoire"
        ordering = ["sort_key", "code"]
        indexes = [
            models.Index(fields=["level", "sort_key"]),
            models.Index(fields=["departement", "level"]),
            models.Index(fields=["epci", "level"]),
        ]

    @property
    def label(self) -> str:
        """The name with what tells it from its namesakes: ``Lille (59)``."""
        if self.level == Level.COMMUNE:
            return f"{self.name} ({self.official_code[: 3 if self.official_code.startswith('97') else 2]})"
        return self.name

    @property
    def bbox(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north in degrees; None without a contour."""
        return None if self.west is None else (self.west, self.south, self.east, self.north)

    @cached_property
    def ancestors(self) -> list["Territory"]:
        """The wider official territories, from the région down."""
        return [t for t in (self.region, self.departement, self.epci) if t is not None]

    def index_search(self):
        self.index_words([self.name], *self.postal_codes, self.official_code)


class Membership(models.Model):
    """A commune of a project territory, or a département of a former région."""

    territory = models.ForeignKey(Territory, models.CASCADE, related_name="memberships")
    member = models.ForeignKey(Territory, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "partie d’un territoire"
        verbose_name_plural = "parties des territoires"
        constraints = [models.UniqueConstraint(fields=["territory", "member"], name="membership_once")]

    def __str__(self):
        return f"{self.member} dans {self.territory}"


class Contour(models.Model):
    """The contour of a territory at one degree of detail, as a GeoJSON geometry."""

    territory = models.ForeignKey(Territory, models.CASCADE, related_name="contours")
    detail = models.PositiveSmallIntegerField("détail", choices=Detail)
    geometry = models.TextField("géométrie GeoJSON")

    class Meta:
        verbose_name = "contour"
        constraints = [models.UniqueConstraint(fields=["territory", "detail"], name="contour_once")]

    def __str__(self):
        return f"{self.territory} ({self.get_detail_display()})"


class ContourLayer(models.Model):
    """The contours of all territories of a level, as one gzipped GeoJSON ready to send."""

    level = models.CharField("niveau", max_length=16, choices=Level)
    detail = models.PositiveSmallIntegerField("détail", choices=Detail)
    within = models.CharField("code typé du territoire qui les contient", max_length=32, blank=True)
    digest = models.CharField("empreinte", max_length=16)
    body = models.BinaryField("GeoJSON compressé")

    class Meta:
        verbose_name = "couche de contours"
        verbose_name_plural = "couches de contours"
        constraints = [models.UniqueConstraint(fields=["level", "detail", "within"], name="layer_once")]

    def __str__(self):
        return f"{self.level} {self.detail} {self.within}".strip()


class CollectivityQuerySet(SearchableQuerySet):
    def current(self):
        return self.filter(is_current=True)

    def with_territory(self):
        """What a list of collectivités shows, without a query per row."""
        places = ("territory", "territory__departement", "territory__region")
        return self.select_related(*places).only(
            *("code", "slug", "name", "kind", "siren", "telephone", "email", "website", "is_current"),
            *("territory__population", "territory__longitude", "territory__latitude"),
            *named(*places),
        )

    def for_page(self):
        """What the page of one body shows, in one query."""
        ancestors = ("territory__region", "territory__departement", "territory__epci")
        return self.select_related("territory", *ancestors, "source").only(
            *Collectivity.readable(),
            *Territory.readable("territory__"),
            *named(*ancestors),
            *("source__short_title", "source__year", "source__publisher"),
        )


class Collectivity(Published, Searchable):
    """A public body that acts: it is not its territory, and two bodies that share a name are two."""

    change_kind = "collectivity"
    change_parts = (("territories_collectivity_territories", "collectivity_id"),)

    code = models.CharField("code typé", max_length=32, unique=True)
    kind = models.CharField("nature", max_length=16, choices=BodyKind)
    name = models.CharField("nom", max_length=200)
    siren = models.CharField("SIREN", max_length=9, null=True)
    territory = models.ForeignKey(Territory, models.PROTECT, related_name="bodies", verbose_name="territoire principal")
    territories = models.ManyToManyField(Territory, related_name="+", verbose_name="territoires")
    address = models.TextField("adresse", blank=True)
    telephone = models.CharField("téléphone", max_length=40, blank=True)
    email = models.EmailField("courriel", blank=True)
    website = models.URLField("site", max_length=300, blank=True)
    opening_hours = models.JSONField("horaires d’ouverture", default=list)
    is_current = models.BooleanField("dans l’édition chargée", default=True)
    source = models.ForeignKey(Source, models.PROTECT, verbose_name="source")

    objects = CollectivityQuerySet.as_manager()

    class Meta:
        verbose_name = "collectivité"
        ordering = ["sort_key", "code"]
        indexes = [models.Index(fields=["kind", "sort_key"])]

    def get_absolute_url(self):
        return reverse("collectivities:detail", args=[self.code, self.slug])

    def territory_ids(self):
        return {self.territory_id, *(t.pk for t in self.territory.ancestors)}

    @classmethod
    def lying_in(cls, territory):
        column = {Level.REGION: "region", Level.DEPARTEMENT: "departement", Level.EPCI: "epci"}.get(territory.level)
        itself = models.Q(territory=territory)
        return itself | models.Q(**{f"territory__{column}": territory}) if column else itself

    @property
    def population(self) -> int | None:
        return self.territory.population

    @property
    def level_rank(self) -> int:
        """0 for a région, 3 for a commune: how wide the body's main territory is."""
        levels = list(OFFICIAL_LEVELS)
        return levels.index(self.territory.level) if self.territory.level in levels else 2

    def index_search(self):
        self.index_words([self.name, self.territory.name], *self.territory.postal_codes, self.territory.official_code)
