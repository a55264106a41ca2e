"""What an import keeps: the list, its file, its lines until they are applied, and which actors each list names."""

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now, TruncDate
from django.urls import reverse
from django.utils import timezone

from actors.models import Actor
from observatory.records.enums import State
from observatory.records.models import Source
from observatory.territories.models import Territory

from . import aside
from .enums import RUNNING, Fate, Stage, WhenEmpty


class PrivateStorage(FileSystemStorage):
    """A folder beside the media, never served."""

    @property
    def base_location(self):
        return settings.VAR_DIR / "private"

    @property
    def location(self):
        return str(self.base_location.resolve())


def private_storage() -> PrivateStorage:
    """Read when it is used, so that no folder is written in a migration."""
    return PrivateStorage()


class ActorList(models.Model):
    """A list that comes in editions; actors keep the key that it gives them."""

    title = models.CharField("titre de la liste", max_length=150)
    territory = models.ForeignKey(Territory, models.PROTECT, related_name="+", verbose_name="territoire")
    source = models.OneToOneField(Source, models.PROTECT, related_name="+", verbose_name="source")
    #: layout of columns → {folded header: field}, as somebody last mapped it
    mappings = models.JSONField("correspondances", default=dict)

    class Meta:
        verbose_name = "liste d’acteurs"
        verbose_name_plural = "listes d’acteurs"
        ordering = ["title"]
        constraints = [models.UniqueConstraint(fields=["territory", "title"], name="actor_list_once")]

    def __str__(self):
        return self.title


class Import(models.Model):
    """One edition of a list on its way into the directory."""

    actor_list = models.ForeignKey(ActorList, models.PROTECT, related_name="imports", verbose_name="liste")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name="personne"
    )
    created_at = models.DateTimeField("déposé le", auto_now_add=True)
    edition = models.DateField("date de la liste")
    filename = models.CharField("fichier", max_length=200)
    file = models.FileField("contenu", storage=private_storage, upload_to="imports/%Y/%m", max_length=200, blank=True)
    sheet = models.CharField("feuille", max_length=100, blank=True)
    headers = models.JSONField("en-têtes", default=list)
    #: column index (text) → field
    mapping = models.JSONField("correspondance", default=dict)
    #: field → plain value for every line
    constants = models.JSONField("valeurs communes", default=dict)
    when_empty = models.CharField("cases vides", max_length=5, choices=WhenEmpty, default=WhenEmpty.KEEP)
    stage = models.CharField("étape", max_length=10, choices=Stage, default=Stage.UPLOADED)
    #: columns of ``ImportLine.row``, so that a staging from before an update is not applied after it
    columns = models.JSONField("colonnes préparées", default=list)
    #: fate → number of lines; ``gone``, ``kept``, ``remarks`` besides
    counts = models.JSONField("comptes", default=dict)
    #: what undoing did: fate → number of records
    undone = models.JSONField("retour en arrière", default=dict)
    error = models.CharField("échec", max_length=500, blank=True)
    #: the edition of the same list that was applied before this one
    previous = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")
    applied_at = models.DateTimeField("appliqué le", null=True)

    class Meta:
        verbose_name = "chargement"
        ordering = ["-pk"]

    def __str__(self):
        return f"{self.actor_list} ({self.edition:%d/%m/%Y})"

    def get_absolute_url(self):
        return reverse("imports:detail", args=[self.pk])

    @property
    def batch(self) -> str:
        """The name of this import in the history of records."""
        return f"import:{self.pk}"

    @property
    def is_running(self) -> bool:
        return self.stage in RUNNING

    @property
    def is_interrupted(self) -> bool:
        """A worker took the work up and no longer gives a sign of life."""
        return self.is_running and hasattr(self, "progress") and self.progress.is_stale


#: seconds without a sign of life after which a worker is held dead
LEASE = 60


class Progress(models.Model):
    """How far the work on an import is: written outside the work's own transaction."""

    load = models.OneToOneField(Import, models.CASCADE, related_name="progress")
    label = models.CharField("étape", max_length=80, blank=True)
    done = models.PositiveIntegerField("faits", default=0)
    total = models.PositiveIntegerField("en tout", default=0)
    #: null until a worker takes the work up
    beat_at = models.DateTimeField("dernier signe de vie", null=True)
    task_id = models.CharField("tâche", max_length=64, blank=True)

    class Meta:
        verbose_name = "avancement"

    def __str__(self):
        return f"{self.done}/{self.total}"

    def catch_up(self) -> None:
        """Take in what the worker has said beside the database (see ``aside``)."""
        said = aside.read(self.load_id)
        if said and (self.beat_at is None or said["beat_at"] > self.beat_at):
            for name, value in said.items():
                setattr(self, name, value)

    @property
    def is_stale(self) -> bool:
        self.catch_up()
        return self.beat_at is not None and (timezone.now() - self.beat_at).total_seconds() > LEASE


class ImportLine(models.Model):
    """A line of the file and what it would do; what serves to write it is emptied once it is applied."""

    #: no constraint in the database: it would be checked once for each of 200,000 lines
    load = models.ForeignKey(Import, models.CASCADE, related_name="lines", db_constraint=False, db_index=False)
    number = models.PositiveIntegerField("ligne")
    fate = models.CharField("sort", max_length=9, choices=Fate)
    #: the cells as read
    raw = models.JSONField("cases")
    #: [column, value, sentence]
    problems = models.JSONField("remarques", default=list)
    key = models.CharField("identifiant de la liste", max_length=100, blank=True)
    name = models.CharField("nom", max_length=300, blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    #: the actor that the line speaks of, existing or to be created
    public_id = models.CharField("identifiant public", max_length=10, blank=True)
    #: primary key and change number of the actor when it was compared; null for a new one
    actor_id = models.BigIntegerField(null=True)
    change = models.BigIntegerField(null=True)
    #: field → [before, after], plain values
    diff = models.JSONField("différences", default=dict)
    #: field → value of the list that a hand-made value withstands; and how many of them, of remarks
    kept = models.JSONField("champs gardés", default=dict)
    notes = models.PositiveSmallIntegerField("nombre de remarques", default=0)
    keeps = models.PositiveSmallIntegerField("nombre de champs gardés", default=0)
    #: the row to write, packed by ``writing``, and its links {"themes": [pk], "labels": […]}
    row = models.TextField(default="")
    links = models.JSONField(null=True)

    class Meta:
        verbose_name = "ligne"
        ordering = ["number"]
        indexes = [models.Index(fields=["load", "fate", "number"], name="import_line_by_fate")]

    def __str__(self):
        return f"ligne {self.number}"


class ListMembershipQuerySet(models.QuerySet):
    def to_settle(self):
        """Gone from their list, and still published as somebody last saw them before: what becomes of them is to be decided."""
        gone = self.filter(gone_since__isnull=False, actor__state=State.PUBLISHED)
        seen_since = Q(actor__checked_on__gte=TruncDate("gone_in__applied_at"))
        return gone.exclude(seen_since & Q(actor__checked_on__isnull=False, gone_in__isnull=False))


class ListMembership(models.Model):
    """An actor named by a list: since which edition, and since when no longer."""

    actor_list = models.ForeignKey(
        ActorList, models.CASCADE, related_name="memberships", verbose_name="liste", db_constraint=False, db_index=False
    )
    actor = models.ForeignKey(Actor, models.CASCADE, related_name="list_memberships", verbose_name="acteur")
    key = models.CharField("identifiant dans la liste", max_length=100, blank=True)
    first_seen = models.ForeignKey(
        Import, models.CASCADE, related_name="+", verbose_name="premier chargement", db_constraint=False, db_index=False
    )
    last_seen = models.ForeignKey(
        Import, models.CASCADE, related_name="+", verbose_name="dernier chargement", db_constraint=False, db_index=False
    )
    gone_since = models.DateField("absent depuis", null=True)
    #: the import that lacked it
    gone_in = models.ForeignKey(Import, models.SET_NULL, null=True, related_name="+", db_index=False)
    recorded_at = models.DateTimeField("noté le", db_default=Now())

    objects = ListMembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "appartenance à une liste"
        verbose_name_plural = "appartenances aux listes"
        constraints = [models.UniqueConstraint(fields=["actor_list", "actor"], name="list_membership_once")]
        indexes = [
            models.Index(fields=["actor_list", "key"], name="list_membership_by_key", condition=~Q(key="")),
            models.Index(fields=["gone_since"], name="list_membership_gone", condition=Q(gone_since__isnull=False)),
            models.Index(fields=["gone_in"], name="list_membership_gone_in", condition=Q(gone_in__isnull=False)),
        ]

    def __str__(self):
        return f"{self.actor} dans {self.actor_list}"
