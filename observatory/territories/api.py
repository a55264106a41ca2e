"""Territories and collectivités in the API."""

from collections import defaultdict

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from observatory.api import parameters
from observatory.api.errors import Unknown
from observatory.api.renderers import GeoJSONAsJSONRenderer, GeoJSONRenderer
from observatory.api.schema import documented, key_parameter, refusals
from observatory.api.shapes import (
    SOURCE,
    Coordinates,
    Place,
    PlaceRef,
    Record,
    Shape,
    SourceRef,
    coordinates,
    integer,
    known,
    ref,
    source_ref,
    text,
    through,
    word,
)
from observatory.api.views import PUBLIC_ID, Key, RecordViewSet
from observatory.search.filters import TYPED_CODE

from . import api_parts
from .enums import OFFICIAL_LEVELS, BodyKind, Detail, Level
from .filters import CollectivityFilter, TerritoryFilter
from .models import Collectivity, Contour, Territory
from .selectors import near_codes

KEYS = (PUBLIC_ID, Key(TYPED_CODE.pattern, "code", "un code typé comme commune-59350"))
#: the wider official levels, whose columns both tables read
WIDER = ("region", "departement", "epci")
#: value of ``detail`` → the degree of detail that is stored
DETAILS = {detail.name.lower(): detail for detail in Detail}

_CONTOUR = """Le contour du territoire : une entité GeoJSON en degrés (WGS 84). `detail` choisit la finesse :

* `local` : le plus fin (valeur par défaut) ;
* `region` : simplifié pour une carte régionale ;
* `country` : simplifié pour une carte de France.

Les frontières communes restent communes à chaque finesse. Une commune n’a que le contour fin : il est rendu quelle que
soit la finesse demandée, et `properties.detail` dit laquelle a été servie."""


class TerritoryShape(Record):
    code = serializers.CharField(help_text="Code typé : niveau puis code officiel.")
    level = word(Level, "Niveau.", null=False)
    official_code = serializers.CharField(help_text="Code officiel (INSEE, SIREN pour une intercommunalité).")
    population = integer("Population municipale.")
    postal_codes = serializers.ListField(child=serializers.CharField(), help_text="Codes postaux.")
    place = Place(
        help_text="Territoires officiels qui le contiennent, lui-même compris. Une intercommunalité à cheval sur deux "
        "départements est rangée, par déduction, là où vit la plus grande part de sa population."
    )
    coordinates = Coordinates(allow_null=True, help_text="Mairie de la commune, sinon un point du territoire.")
    bbox = serializers.ListField(
        child=serializers.FloatField(),
        min_length=4,
        max_length=4,
        allow_null=True,
        help_text="Emprise : ouest, sud, est, nord, en degrés.",
    )
    contour = serializers.URLField(allow_null=True, help_text="Adresse du contour ; null sans contour.")
    is_current = serializers.BooleanField(help_text="Faux pour une commune fusionnée et pour une région d’avant 2016.")
    successors = PlaceRef(many=True, help_text="Territoires qui lui ont succédé.")
    collectivities = PlaceRef(many=True, help_text="Collectivités dont c’est le territoire principal.")
    note = text("Ce qu’il faut savoir du périmètre.")
    source = SourceRef(help_text="D’où viennent ces faits.")
    url = serializers.URLField(
        allow_null=True, help_text="Page de la collectivité du territoire ; null sans collectivité."
    )


class Hours(Shape):
    opens = serializers.CharField(help_text="Ouverture, HH:MM.")
    closes = serializers.CharField(help_text="Fermeture, HH:MM.")


class OpeningHours(Shape):
    first_day = serializers.CharField(help_text="Premier jour, en français.")
    last_day = serializers.CharField(help_text="Dernier jour, en français.")
    hours = Hours(many=True, help_text="Plages d’ouverture de ces jours.")


class CollectivityShape(Record):
    code = serializers.CharField(help_text="Code typé.")
    kind = word(BodyKind, "Nature juridique.", null=False)
    siren = text("SIREN.")
    population = integer("Population municipale du territoire principal.")
    territory = PlaceRef(help_text="Territoire principal.")
    territories = PlaceRef(many=True, help_text="Tous ses territoires, le principal compris.")
    place = Place(help_text="Territoires officiels qui contiennent le principal, lui-même compris.")
    coordinates = Coordinates(allow_null=True, help_text="Point du territoire principal.")
    address = text("Adresse postale.")
    telephone = text("Téléphone.")
    email = text("Courriel.")
    website = text("Site.")
    opening_hours = OpeningHours(many=True, help_text="Horaires d’ouverture au public ; vide si la source se tait.")
    is_current = serializers.BooleanField(help_text="Faux si la collectivité n’est plus dans l’édition chargée.")
    source = SourceRef(help_text="D’où viennent ces faits.")

    def get_fields(self):
        """Its own fields, then those that the floors above bring."""
        return super().get_fields() | {part.name: part.field() for part in api_parts.parts()}


_WIDER_COLUMNS = [column for wider in WIDER for column in through(wider, "code", "name")]
_POINT = ["longitude", "latitude"]
_TERRITORY_COLUMNS = [
    *("pk", "public_id", "code", "level", "official_code", "name", "population", "postal_codes", "note"),
    *("west", "south", "east", "north", "is_current", "change"),
    *_POINT,
    *_WIDER_COLUMNS,
    *through("source", *SOURCE),
]
_COLLECTIVITY_COLUMNS = [
    *("pk", "public_id", "code", "slug", "kind", "name", "siren", "address", "telephone", "email", "website"),
    *("opening_hours", "is_current", "change"),
    *through("territory", "code", "name", "level", "population", *_POINT, *_WIDER_COLUMNS),
    *through("source", *SOURCE),
]


def _place(row: dict, prefix: str = "") -> dict:
    """A ``Place``: the wider territories of a row, and itself at its own level."""
    place = {"commune": None} | {level: ref(row, f"{prefix}{level}") for level in reversed(WIDER)}
    if row[f"{prefix}level"] in OFFICIAL_LEVELS:
        place[row[f"{prefix}level"]] = {"code": row[f"{prefix}code"], "name": row[f"{prefix}name"]}
    return place


def _near(key: str) -> str:
    """A sentence with the territories whose code or name is close to an unknown typed code."""
    near = ", ".join(f"{place.label} ({place.code})" for place in near_codes(key)[:3]) if "-" in key else ""
    return near and f" Codes proches : {near}."


def _refs(pairs) -> dict[int, list[dict]]:
    """``PlaceRef`` lists by owner from (owner, code, name)."""
    refs = defaultdict(list)
    for owner, code, name in pairs:
        refs[owner].append({"code": code, "name": name})
    return refs


@documented(
    tag="Territoires",
    shape=TerritoryShape,
    keys=KEYS,
    many=(
        "Lister les territoires",
        "Régions, départements, intercommunalités et communes de la géographie officielle ; établissements publics "
        "territoriaux, parcs naturels régionaux et pays que les sources nomment ; régions d’avant 2016.",
    ),
    one=("Lire un territoire", "Un territoire par son identifiant ou par son code typé."),
)
class TerritoryViewSet(RecordViewSet):
    """Places: official geography, project territories, former régions."""

    queryset = Territory.objects.all()
    filterset_class = TerritoryFilter
    serializer_class = TerritoryShape
    keys = KEYS

    def hint(self, key):
        return _near(key)

    def represent(self, pks):
        rows = Territory.objects.filter(pk__in=pks).order_by().values(*_TERRITORY_COLUMNS)
        bodies = Collectivity.objects.current().filter(territory__in=pks).order_by("sort_key", "code")
        bodies = list(bodies.values_list("territory_id", "code", "name", "slug"))
        pages = {owner: (code, slug) for owner, code, name, slug in reversed(bodies)}
        bodies = _refs((owner, code, name) for owner, code, name, _ in bodies)
        successors = Territory.successors.through.objects.filter(from_territory__in=pks).order_by("to_territory__code")
        successors = _refs(successors.values_list("from_territory_id", "to_territory__code", "to_territory__name"))
        return {
            row["pk"]: self._territory(row, bodies[row["pk"]], successors[row["pk"]], pages.get(row["pk"]))
            for row in rows
        }

    def _territory(self, row, bodies, successors, page) -> dict:
        has_contour = row["west"] is not None
        contour = reverse("api:territories-contour", args=[row["code"]]) if has_contour else None
        return {
            "id": row["public_id"],
            "name": row["name"],
            "code": row["code"],
            "level": row["level"],
            "official_code": row["official_code"],
            "population": row["population"],
            "postal_codes": row["postal_codes"],
            "place": _place(row),
            "coordinates": coordinates(row["longitude"], row["latitude"], "territory"),
            "bbox": [row[side] for side in ("west", "south", "east", "north")] if has_contour else None,
            "contour": contour and self.base + contour,
            "is_current": row["is_current"],
            "successors": successors,
            "collectivities": bodies,
            "note": known(row["note"]),
            "source": source_ref(row),
            "change": row["change"],
            "url": page and self.base + reverse("collectivities:detail", args=page),
        }

    @extend_schema(
        tags=["Territoires"],
        operation_id="territories_contour_retrieve",
        summary="Lire le contour d’un territoire",
        description=_CONTOUR,
        parameters=[
            key_parameter(KEYS),
            OpenApiParameter("detail", str, enum=list(DETAILS), default="local", description="Finesse du contour."),
            OpenApiParameter(
                "format",
                str,
                enum=["geojson", "json"],
                default="geojson",
                description="Type du contenu : application/geo+json, ou application/json avec le même contenu.",
            ),
        ],
        responses={
            (200, media): OpenApiResponse(OpenApiTypes.OBJECT, description="Une entité GeoJSON.")
            for media in ("application/geo+json", "application/json")
        }
        | refusals(400, 404, 406),
    )
    @action(
        detail=True,
        filter_backends=[],
        pagination_class=None,
        renderer_classes=[GeoJSONRenderer, GeoJSONAsJSONRenderer],
    )
    def contour(self, request, key):
        parameters.refuse_unknown(request, {"detail"})
        wanted = DETAILS[parameters.choice(request, "detail", list(DETAILS), default="local")]
        pk = self.find(key)
        contours = Contour.objects.filter(territory=pk).order_by("detail")
        # What is finer than asked still shows the place; there is always the finest.
        found = contours.filter(detail__gte=wanted).values_list(
            "detail", "geometry", "territory__code", "territory__name"
        )
        if not (row := found.first()):
            raise Unknown(f"Le territoire « {key} » n’a pas de contour dans nos sources.", field="key")
        response = Response(_feature(*row))
        response["Cache-Control"] = "public, max-age=86400"
        return response


def _feature(detail: int, geometry: str, code: str, name: str) -> str:
    """A GeoJSON feature around a stored geometry, which is already text."""
    properties = GeoJSONRenderer().render({"name": name, "detail": Detail(detail).name.lower()}).decode()
    return f'{{"type":"Feature","id":"{code}","properties":{properties},"geometry":{geometry}}}'


@documented(
    tag="Collectivités",
    shape=CollectivityShape,
    keys=KEYS,
    many=(
        "Lister les collectivités",
        "Les organismes publics qui agissent sur un territoire : communes, intercommunalités, départements, régions, "
        "parcs et pays. Deux organismes qui portent le même nom restent deux fiches.",
    ),
    one=("Lire une collectivité", "Une collectivité par son identifiant ou par son code typé."),
)
class CollectivityViewSet(RecordViewSet):
    """Public bodies that act on a territory."""

    queryset = Collectivity.objects.all()
    filterset_class = CollectivityFilter
    serializer_class = CollectivityShape
    keys = KEYS

    def hint(self, key):
        return _near(key)

    def represent(self, pks):
        rows = Collectivity.objects.filter(pk__in=pks).order_by().values(*_COLLECTIVITY_COLUMNS)
        links = Collectivity.territories.through.objects.filter(collectivity__in=pks).order_by("territory__code")
        territories = _refs(links.values_list("collectivity_id", "territory__code", "territory__name"))
        brought = [(part, part.read(pks)) for part in api_parts.parts()]
        return {
            row["pk"]: self._collectivity(row, territories[row["pk"]])
            | {part.name: values[row["pk"]] if row["pk"] in values else part.empty() for part, values in brought}
            for row in rows
        }

    def _collectivity(self, row, territories) -> dict:
        return {
            "id": row["public_id"],
            "name": row["name"],
            "code": row["code"],
            "kind": row["kind"],
            "siren": row["siren"],
            "population": row["territory__population"],
            "territory": ref(row, "territory"),
            "territories": territories,
            "place": _place(row, "territory__"),
            "coordinates": coordinates(row["territory__longitude"], row["territory__latitude"], "territory"),
            "address": known(row["address"]),
            "telephone": known(row["telephone"]),
            "email": known(row["email"]),
            "website": known(row["website"]),
            "opening_hours": [_opening(*days) for days in row["opening_hours"]],
            "is_current": row["is_current"],
            "source": source_ref(row),
            "change": row["change"],
            "url": self.base + reverse("collectivities:detail", args=[row["code"], row["slug"]]),
        }


def _opening(first: str, last: str, spans: list) -> dict:
    """Opening hours of some days; the source writes seconds, which are always zero."""
    return {
        "first_day": first,
        "last_day": last,
        "hours": [{"opens": opens[:5], "closes": closes[:5]} for opens, closes in spans],
    }
