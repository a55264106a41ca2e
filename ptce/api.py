"""Poles in the API."""

from django.urls import reverse
from rest_framework import serializers

from observatory.api.schema import documented
from observatory.api.shapes import (
    SOURCE,
    Coordinates,
    Place,
    PlaceRef,
    Record,
    RecordRef,
    SourceRef,
    coordinates,
    integer,
    known,
    ref,
    source_ref,
    text,
    through,
)
from observatory.api.views import PUBLIC_ID, Key, RecordViewSet
from observatory.records.enums import State
from observatory.records.models import FormerSlug

from .filters import PoleFilter
from .models import Pole

KEYS = (PUBLIC_ID, Key("[-a-z0-9_]{1,80}", "slug", "l’adresse courte du pôle, comme dans l’adresse de sa page"))


class PoleShape(Record):
    slug = serializers.CharField(help_text="Adresse courte ; peut changer, l’ancienne mène toujours au pôle.")
    is_active = serializers.BooleanField(allow_null=True, help_text="Toujours actif.")
    actor = RecordRef(allow_null=True, help_text="Fiche de l’annuaire.")
    region_then = PlaceRef(allow_null=True, help_text="Région de l’année de l’étude, telle qu’écrite.")
    region = PlaceRef(allow_null=True, help_text="Région d’aujourd’hui, déduite de la précédente.")
    place = Place(help_text="Territoires officiels d’aujourd’hui ; sous la région, d’après la fiche de l’annuaire.")
    coordinates = Coordinates(allow_null=True, help_text="Point de la fiche de l’annuaire.")
    website = text("Site.")
    website_as_written = text("Site tel que la source l’écrit.")
    rank = integer("Rang dans le panel de l’étude.")
    pages = serializers.ListField(child=serializers.IntegerField(), help_text="Pages de l’étude qui en parlent.")
    note = text("Remarque.")
    source = SourceRef(help_text="D’où viennent ces faits.")


_COLUMNS = [
    *("pk", "public_id", "name", "slug", "is_active", "website", "website_as_written", "rank", "pages", "note"),
    *("change", "actor__public_id", "actor__name", "actor__state"),
    *("actor__longitude", "actor__latitude", "actor__precision"),
    *(
        column
        for target in ("region", "region_then", "actor__commune", "actor__epci", "actor__departement")
        for column in through(target, "code", "name")
    ),
    *through("source", *SOURCE),
]


@documented(
    tag="Pôles (PTCE)",
    shape=PoleShape,
    keys=KEYS,
    many=(
        "Lister les pôles",
        "Les pôles territoriaux de coopération économique (loi du 31 juillet 2014, article 9).",
    ),
    one=("Lire un pôle", "Un pôle par son identifiant ou par son adresse courte."),
)
class PoleViewSet(RecordViewSet):
    """Territorial poles of economic cooperation."""

    queryset = Pole.objects.published()
    filterset_class = PoleFilter
    serializer_class = PoleShape
    keys = KEYS

    def find(self, key):
        former = FormerSlug.objects.filter(kind=Pole.change_kind, slug=key).values_list("public_id", flat=True)
        return super().find(former.first() or key)

    def represent(self, pks):
        rows = Pole.objects.filter(pk__in=pks).order_by().values(*_COLUMNS)
        return {row["pk"]: self._pole(row) for row in rows}

    def _pole(self, row: dict) -> dict:
        actor = None
        if row["actor__state"] == State.PUBLISHED:
            actor = {"id": row["actor__public_id"], "name": row["actor__name"]}
        region = ref(row, "region")
        place = {level: ref(row, f"actor__{level}") for level in ("commune", "epci", "departement")}
        point = row["actor__longitude"], row["actor__latitude"], row["actor__precision"]
        return {
            "id": row["public_id"],
            "name": row["name"],
            "slug": row["slug"],
            "is_active": row["is_active"],
            "actor": actor,
            "region_then": ref(row, "region_then"),
            "region": region,
            "place": place | {"region": region},
            "coordinates": coordinates(*point),
            "website": known(row["website"]),
            "website_as_written": known(row["website_as_written"]),
            "rank": row["rank"],
            "pages": row["pages"],
            "note": known(row["note"]),
            "source": source_ref(row),
            "change": row["change"],
            "url": self.base + reverse("ptce:detail", args=[row["slug"]]),
        }
