from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models

from .enums import Basis, Removal
from .identity import SortKeyField, new_public_id, slug_for, sort_key


class Source(models.Model):
    """A document or data set that the portal quotes facts from."""

    key = models.SlugField("clé", unique=True)
    title = models.CharField("titre", max_length=250)
    short_title = models.CharField("titre court", max_length=80)
    publisher = models.CharField("éditeur", max_length=150)
    year = models.PositiveSmallIntegerField("année")
    edition = models.CharField("édition", max_length=80, blank=True)
    licence = models.CharField("licence", max_length=120, blank=True)
    url = models.URLField("adresse", blank=True)
    note = models.TextField("note", blank=True)

    class Meta:
        verbose_name = "source"
        ordering = ["year", "key"]

    def __str__(self):
        return f"{self.short_title} ({self.year})"


class Provenance(models.Model):
    """Which source says a field of a record, or the whole record when ``field`` is empty."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.BigIntegerField()
    record = GenericForeignKey()
    field = models.CharField("champ", max_length=60, blank=True)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="provenances")
    locator = models.CharField("fiche, chapitre ou page", max_length=120, blank=True)
    basis = models.CharField("nature", max_length=10, choices=Basis, default=Basis.STATED)
    note = models.CharField("note", max_length=300, blank=True)
    locked = models.BooleanField("verrouillé à la main", default=False)
    recorded_on = models.DateField("enregistré le", null=True, blank=True)

    class Meta:
        verbose_name = "provenance"
        ordering = ["field", "id"]
        indexes = [models.Index(fields=["content_type", "object_id"])]

    def __str__(self):
        return f"{self.field or 'fiche'} : {self.source}"


class Citation(models.Model):
    """What a document says of a record, and where in the document, in our own words."""

    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    object_id = models.BigIntegerField()
    record = GenericForeignKey()
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="citations")
    locator = models.CharField("fiche ou chapitre", max_length=120, blank=True)
    page = models.PositiveSmallIntegerField("page", null=True, blank=True)
    statement = models.CharField("ce qui en est dit", max_length=400)
    basis = models.CharField("nature", max_length=10, choices=Basis, default=Basis.STATED)

    class Meta:
        verbose_name = "citation"
        ordering = ["source__year", "page", "id"]
        indexes = [models.Index(fields=["content_type", "object_id"])]

    def __str__(self):
        return f"{self.source} : {self.statement}"


class Published(models.Model):
    """What every published record carries: a public id for life, a slug that may change, a change number.

    ``change`` is drawn by the database at every write (see ``triggers``); Python never sets it.
    """

    public_id = models.CharField(
        "identifiant public", max_length=10, unique=True, default=new_public_id, editable=False
    )
    slug = models.SlugField("adresse courte", max_length=80, editable=False)
    sort_key = SortKeyField("clé de tri")
    change = models.BigIntegerField("numéro de changement", default=0, editable=False, db_index=True)
    created_at = models.DateTimeField("créé le", auto_now_add=True)
    updated_at = models.DateTimeField("modifié le", auto_now=True)
    provenances = GenericRelation(Provenance)

    #: the word that names this kind in the change feed, e.g. ``actor``
    change_kind: str
    #: ``(table, column)`` of rows whose change is a change of this record
    change_parts: tuple[tuple[str, str], ...] = ()
    #: kinds of record on whose behalf records of this one are kept: whoever speaks for such a record writes them
    owner_kinds: tuple[str, ...] = ()

    class Meta:
        abstract = True

    def __str__(self):
        return self.name

    def save(self, *args, **kwargs):
        self.set_identity()
        if (fields := kwargs.get("update_fields")) is not None and "name" in fields:
            kwargs["update_fields"] = {*fields, "slug", "sort_key"}
        super().save(*args, **kwargs)

    def save_if_changed(self) -> bool:
        """Save unless the row holds the same already, so that a load that changes nothing draws no number."""
        self.set_identity()
        unread = {"change", "created_at", "updated_at", "search_text"}
        names = [field.attname for field in self._meta.concrete_fields if field.attname not in unread]
        stored = type(self)._base_manager.filter(pk=self.pk).values(*names).first() if self.pk else None
        if stored and all(stored[name] == getattr(self, name) for name in names):
            return False
        self.save()
        return True

    def territory_ids(self) -> set[int]:
        """The territories that the record lies in, from the finest known: what rights are read against."""
        columns = ("territory_id", "commune_id", "epci_id", "departement_id", "region_id")
        return {pk for column in columns if (pk := getattr(self, column, None)) is not None}

    @classmethod
    def lying_in(cls, territory) -> models.Q:
        """The condition that a record lies in ``territory``; the same question, asked of many rows."""
        raise NotImplementedError(f"{cls.__name__} ne dit pas où ses fiches se trouvent.")

    def owners(self) -> set[tuple[str, str]]:
        """(kind, public id) of what speaks for the record: itself, and the records on whose behalf it is kept."""
        return {(self.change_kind, self.public_id)}

    @classmethod
    def owned_by(cls, kind: str, public_id: str) -> models.Q:
        """The condition that another record speaks for a row; the same question, asked of many rows."""
        return models.Q(public_id=public_id) if kind == cls.change_kind else models.Q(pk__in=[])

    def set_identity(self):
        """Derive slug and sort key from the name; bulk writers call it themselves."""
        self.slug = slug_for(self.name)
        self.sort_key = sort_key(self.name)


class FormerSlug(models.Model):
    """An address that a record once had; the page redirects to the present one."""

    kind = models.CharField("nature", max_length=30)
    slug = models.SlugField("ancienne adresse", max_length=80)
    public_id = models.CharField("identifiant public", max_length=10)

    class Meta:
        verbose_name = "ancienne adresse"
        verbose_name_plural = "anciennes adresses"
        constraints = [models.UniqueConstraint(fields=["kind", "slug"], name="former_slug_once")]

    def __str__(self):
        return f"{self.kind}/{self.slug}"


class ChangeCounter(models.Model):
    """SQLite's one counter of changes; PostgreSQL uses a sequence (see ``triggers``)."""

    value = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "compteur de changements"

    def __str__(self):
        return str(self.value)


class ChangeMark(models.Model):
    """The safe change number at a moment: what turns a date into a number."""

    at = models.DateTimeField("relevé le", db_index=True)
    number = models.BigIntegerField("numéro de changement")

    class Meta:
        verbose_name = "repère des changements"
        verbose_name_plural = "repères des changements"
        ordering = ["at"]

    def __str__(self):
        return f"{self.number} ({self.at:%d/%m/%Y %H:%M})"

    @classmethod
    def before(cls, moment) -> int:
        """The largest number known to be safe at ``moment``; 0 when none is known."""
        return cls.objects.filter(at__lte=moment).aggregate(models.Max("number"))["number__max"] or 0


class Tombstone(models.Model):
    """What remains of a removed record: enough for a partner to remove or redirect its copy."""

    kind = models.CharField("nature", max_length=30)
    public_id = models.CharField("identifiant public", max_length=10)
    change = models.BigIntegerField("numéro de changement", db_index=True)
    reason = models.CharField("motif", max_length=10, choices=Removal, default=Removal.DELETED)
    survivor = models.CharField("identifiant de la fiche conservée", max_length=10, blank=True)
    removed_at = models.DateTimeField("retiré le")

    class Meta:
        verbose_name = "fiche retirée"
        verbose_name_plural = "fiches retirées"
        ordering = ["change"]
        constraints = [models.UniqueConstraint(fields=["kind", "public_id"], name="tombstone_once")]
        indexes = [models.Index(fields=["kind", "change"], name="tombstone_by_kind")]

    def __str__(self):
        return f"{self.kind}/{self.public_id}"


class ReferenceLoad(models.Model):
    """A reference data set as it was last loaded: an unchanged fingerprint means nothing to do."""

    name = models.CharField("jeu de données", max_length=60, unique=True)
    fingerprint = models.CharField("empreinte", max_length=64)
    loaded_at = models.DateTimeField("chargé le", auto_now=True)
    report = models.JSONField("compte rendu", default=dict)

    class Meta:
        verbose_name = "chargement de référence"
        verbose_name_plural = "chargements de référence"
        ordering = ["name"]

    def __str__(self):
        return f"{self.name} ({self.loaded_at:%d/%m/%Y})"


class ChoreRun(models.Model):
    """When a chore of the installation was last done, and what it said (see ``chores``)."""

    key = models.CharField("entretien", max_length=60, unique=True)
    begun_at = models.DateTimeField("commencé le", null=True)
    #: null or before ``begun_at``: failed, cut short or at it
    done_at = models.DateTimeField("achevé le", null=True)
    report = models.CharField("compte rendu", max_length=300, blank=True)
    error = models.CharField("échec", max_length=300, blank=True)

    class Meta:
        verbose_name = "entretien"
        ordering = ["key"]

    def __str__(self):
        return self.key
