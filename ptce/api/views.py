"""Poles: list and detail."""

from observatory.api.parts import RECORD, iso, record_ref, statements
from observatory.api.schema import documented
from observatory.api.shapes import SOURCE, address_of, coordinates, known, ref, source_ref, through
from observatory.api.views import PUBLIC_ID, Key, RecordViewSet
from observatory.records.models import FormerSlug

from ..filters import PoleFilter
from ..models import Pole
from . import rows
from .shapes import PoleShape

KEYS = (PUBLIC_ID, Key("[-a-z0-9_]{1,80}", "slug", "l’adresse courte du pôle, comme dans l’adresse de sa page"))
#: lists that every answer holds, empty when nothing is known
LISTS = (*("project_territories", "milestones", "recognitions", "members", "figures", "money", "roles", "claims"),)
#: columns that answers give as they are
_PLAIN = (
    *("slug", "other_names", "description", "is_active", "stage", "carrier", "legal_form", "created", "perimeter"),
    *("impulsion", "dynamic", "objectives", "website", "website_as_written", "rank", "pages", "note"),
)
_SHARED = ("place_name", "place_address", "place_area", "place_opened", "place_shares")
_COLUMNS = [
    *("pk", "public_id", "name", "change", "checked_on", *_PLAIN, *_SHARED),
    *through("actor", *RECORD, "longitude", "latitude", "precision"),
    *through("carrier_actor", *RECORD),
    *(
        column
        for target in ("region", "region_then", "departement", "actor__commune", "actor__epci", "actor__departement")
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
        "Les pôles territoriaux de coopération économique (loi du 31 juillet 2014, article 9) : membres, étapes, "
        "reconnaissances, chiffres datés, financements, rôles des collectivités. Chaque fait porte le document et la "
        "page qui le disent ; ce que les documents taisent est null ou vide ; ce sur quoi ils ne s’accordent pas est "
        "dans `claims`.",
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
        found = Pole.objects.filter(pk__in=pks).order_by().values(*_COLUMNS)
        facts, links, said = rows.facts(pks), rows.links(pks), statements((Pole, pks))
        page = address_of("ptce:detail", "slug")
        return {
            row["pk"]: _pole(row)
            | {name: facts[row["pk"]][name] for name in LISTS}
            | {name: links[row["pk"]][name] for name in ("filieres", "themes")}
            | said[Pole, row["pk"]]
            | {"url": self.base + page(row["slug"])}
            for row in found
        }


def _pole(row: dict) -> dict:
    return {
        "id": row["public_id"],
        "name": row["name"],
        **{column: known(row[column]) for column in _PLAIN},
        "actor": record_ref(row, "actor"),
        "carrier_actor": record_ref(row, "carrier_actor"),
        "region_then": ref(row, "region_then"),
        "region": ref(row, "region"),
        "place": {
            "commune": ref(row, "actor__commune"),
            "epci": ref(row, "actor__epci"),
            "departement": ref(row, "departement") or ref(row, "actor__departement"),
            "region": ref(row, "region"),
        },
        "coordinates": coordinates(row["actor__longitude"], row["actor__latitude"], row["actor__precision"]),
        "shared_place": _shared(row),
        "source": source_ref(row),
        "checked_on": iso(row["checked_on"]),
        "change": row["change"],
    }


def _shared(row: dict) -> dict | None:
    """The place that the members share; None when nothing is known of it."""
    place = {column.removeprefix("place_"): known(row[column]) for column in _SHARED}
    return place if any(place.values()) else None
