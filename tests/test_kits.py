"""The kits: what the documents say, whole, with identities that last; pages, search and API of a small one."""

from copy import deepcopy
from functools import cache
from io import StringIO

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command

from actors.models import Actor
from observatory.editing import services as editing
from observatory.records.files import BrokenFile
from observatory.records.models import Tombstone
from observatory.search.passages import cut
from policies.kits import selectors
from policies.kits.importers import fixtures
from policies.kits.models import Edition, Experience, Kit, Lever, LeverVersion, Passage, Sheet

from . import kits
from .factories import ActorFactory

KITS = sorted(path for path in kits.DIRECTORY.glob("*.yaml") if path.name not in fixtures.OTHERS)


@cache
def sheets() -> list[dict]:
    read = [yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader) for path in KITS]
    return [sheet for sheet in read if "levers" in sheet]


# What was read ------------------------------------------------------------------------------------------


def test_every_fiche_of_the_kit_is_there_with_its_levers():
    numbers = {sheet["number"] for sheet in sheets() if sheet["kit"] == "kit-2020" and sheet.get("number")}
    assert numbers == {str(n) for n in range(1, 25)}
    assert sum(len(sheet["levers"]) for sheet in sheets()) > 100


def codes(value) -> set[str]:
    """The typed codes that rows of a fixture name as ``code``, however deep."""
    if isinstance(value, dict):
        own = {value["code"]} if isinstance(value.get("code"), str) and "then" in value else set()
        return own.union(*(codes(inner) for inner in value.values()))
    return set().union(*(codes(inner) for inner in value)) if isinstance(value, list) else set()


def test_project_territories_that_the_documents_name_exist():
    def read(path):
        return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)

    known = {
        f"{row.get('kind', path.stem)}-{row['key']}"
        for path in (settings.FIXTURES_DIR / "territories").glob("*.yaml")
        for row in read(path)
        if path.stem in ("pnr", "pays")
    }
    named = set().union(*(codes(read(p)) for p in [*KITS, *(settings.FIXTURES_DIR / "policies").glob("*.yaml")]))
    assert {code for code in named if code.startswith(("pnr-", "pays-"))} <= known
    assert any(code.startswith("pnr-") for code in named)


def test_the_database_agrees_with_the_second_reading(db):
    kits.load_fixtures()
    said = StringIO()
    call_command("kit_report", check=True, stdout=said)
    assert "sont d’accord" in said.getvalue()
    in_force = Edition.objects.get(kit__key="municipaless", is_current=True)
    assert (in_force.key, in_force.places.count()) == ("animer-2021", 26)
    assert Sheet.objects.filter(kit__key="municipaless", versions__source__key="animer-2021").get().number == "17"


# Loading ------------------------------------------------------------------------------------------------


def numbers() -> list[int]:
    return [model.objects.order_by("-change").first().change for model in (Kit, Sheet, Lever, Experience)]


def test_a_second_load_changes_nothing(world):
    kits.load()
    before = numbers()
    kits.load()
    assert numbers() == before


def test_an_edition_takes_over_what_it_does_not_rewrite(world):
    old, new = Edition.objects.order_by("year")
    assert set(new.sheets.values_list("source__key", "sheet__key")) == {
        ("kit-2020", "mobilite"), ("kit-2020", "deniche"), ("animer-2021", "animer"),
    }  # fmt: skip
    moves = {lever.key: move.value for lever, move in selectors.moves(old, new)}
    assert moves == {
        "garages": "same", "velos": "same", "reunir": "reworded", "ancien": "withdrawn", "nouveau": "new",
    }  # fmt: skip
    assert Lever.objects.filter(key="reunir").count() == 1


def test_what_leaves_the_fixtures_goes_and_leaves_a_tombstone(world):
    first = deepcopy(kits.FIRST)
    gone = Lever.objects.get(key="velos")
    first["levers"] = first["levers"][:1]
    first["references"] = []
    kits.load([first, kits.SECOND, kits.SECOND_REWRITTEN, kits.LISTED])
    assert not LeverVersion.objects.filter(lever__key="velos").exists()
    assert Tombstone.objects.filter(kind="lever", public_id=gone.public_id).exists()


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"lever": "inconnu"}, r"ligne \d+ : mobilite : levier inconnu : inconnu"),
        ({"actors": [{"name": "X", "key": "inconnu"}]}, r"ligne \d+ : mobilite : acteur inconnu : inconnu"),
        ({"bodies": [{"then": "X", "code": "commune-00000"}]}, r"ligne \d+ : mobilite : collectivité inconnue"),
        ({"texte": "X"}, r"ligne \d+ : lille-garage : champ inconnu : texte"),
        ({"title": ""}, r"ligne \d+ : lille-garage : champ absent : title"),
        ({"title": "X" * 201}, r"ligne \d+ : mobilite : name"),
    ],
)
def test_a_broken_row_names_its_file_and_line_and_loads_nothing(world, tmp_path, row, sentence):
    first, before = deepcopy(kits.FIRST) | {"title": "Un autre titre"}, numbers()
    first["experiences"][0] |= row
    for name in ("dates", "competences"):  # they have files of their own
        del first[name]
    (tmp_path / "essai-1.yaml").write_text(yaml.safe_dump(kits.written(first)), encoding="utf-8")
    with pytest.raises(BrokenFile, match=f"essai-1.yaml, {sentence}"):
        kits.load(fixtures.sheets(tmp_path, editions={"essai-2020"}, sources={"document-2021"}))
    assert numbers() == before


def test_a_merged_actor_is_followed_and_the_next_load_knows_it(world):
    twin = ActorFactory(name="Garage solidaire lillois")
    Lever.objects.get(key="garages").actors.add(world.actor)
    editing.merge(twin, world.actor, {}, editing.Author())
    assert Experience.objects.get(key="lille-garage").actors.get().actor == twin
    assert Lever.objects.get(key="garages").actors.get() == twin


# Pages --------------------------------------------------------------------------------------------------


def test_a_fiche_shows_all_that_it_holds(client, world):
    page = client.get("/kit/essai/mobilite/").text
    for words in (
        "Se déplacer à moindre coût.", "Soutenir les garages solidaires", "Dix cantonniers", "50,5", "Trajets courts", "Enquête",
        "près de", "2019", "Guide des mobilités", "avril\u00a02019", "24\u00a0décembre\u00a02019", "Un trajet sur deux", "prêter des vélos",
        "Loi sur les mobilités", "pages\u00a03 à\u00a04", "CC BY-NC-SA", "Fiche 9 de ce kit, absente du portail", "Mobilités", "emplois",
        world.body.get_absolute_url(), world.actor.get_absolute_url(), "/kit/essai/animer/", "Y renvoient",
    ):  # fmt: skip
        assert words in page, words


def test_an_older_edition_is_read_as_it_was(client, world):
    now, then = client.get("/kit/essai/animer/").text, client.get("/kit/essai/animer/?edition=essai-2020").text
    assert "Levier d’autrefois" in then and "Levier d’autrefois" not in now
    assert "Vous lisez l’édition «&nbsp;2020&nbsp;»" in then and "un levier" in now
    assert "/kit/essai/animer/reunir/?edition=essai-2020" in then
    assert "L’édition en vigueur ne l’a plus" in client.get("/kit/essai/animer/ancien/").text
    assert client.get("/kit/essai/animer/ancien/?edition=essai-2020").status_code == 200
    assert client.get("/kit/essai/animer/ancien/?edition=essai-2021").status_code == 404
    assert "nouveau" in client.get("/kit/essai/").text


def test_a_lever_says_who_and_with_what_money_on_a_territory(client, world):
    for code, here in ((world.commune.code, True), ("region-00", False)):
        page = client.get(f"/kit/essai/mobilite/garages/?territory={code}").text
        assert (world.actor.get_absolute_url() in page.partition("Sur mon territoire")[2]) is here
        assert (world.scheme.get_absolute_url() in page) is here
    assert "n’est pas connu" in client.get("/kit/essai/mobilite/garages/?territory=commune-59351").text
    typed = client.get("/kit/essai/mobilite/garages/?place=Lille")
    assert typed.headers["Location"].endswith("?territory=commune-59350")


def test_words_find_passages_whatever_their_accents_and_plurals(client, world):
    def found(query):
        return [passage.name for passage in client.get(f"/kit/?{query}").context["page"]]

    assert found("q=garage+solidaires")[0] == "Soutenir les garages solidaires"
    assert "Un garage à Lille" in found("q=CANTONNIER")
    assert found("q=enquete") == ["Trajets courts"] and found("q=guide+mobilite") == ["Guide des mobilités"]
    assert "Prêter des vélos" in found("q=velo&level=departement") and "Soutenir les garages solidaires" not in found(
        "q=garage&level=departement"
    )
    page = client.get("/kit/?q=cantonnier").text
    assert "<mark>cantonniers</mark>" in page
    assert "Rien ne répond" in client.get("/kit/?q=introuvable").text
    assert client.get("/kit/?kind=lune").status_code == 400


def test_a_passage_is_cut_around_the_word(db):
    text = "Un début. " * 60 + "La commune aide les crèches, et la suite. " + "Une fin. " * 60
    pieces = cut(text, "creche", length=120)
    assert ("crèches", True) in pieces and len("".join(piece for piece, _ in pieces)) <= 124
    assert cut("Peu de mots.", "") == [("Peu de mots.", False)]


def test_an_old_number_leads_to_its_fiche_and_a_slip_to_near_ones(client, world):
    assert client.get("/kit/essai/2/").headers["Location"] == "/kit/essai/animer/"
    for address, near in (
        ("/kit/essai/mobilites/", "/kit/essai/mobilite/"),
        ("/kit/essai/mobilite/garage/", "garages/"),
    ):
        response = client.get(address)
        assert response.status_code == 404 and near in response.text


def test_who_is_named_says_so_on_its_page(client, world):
    for record in (world.body, world.actor):
        page = client.get(record.get_absolute_url()).text
        assert "Cité dans le Kit" in page and "/kit/essai/mobilite/#exemple-lille-garage" in page
        assert "/kit/deniche-pour-vous/#n7" in page


def test_the_list_is_filtered_by_words_and_theme(client, world):
    assert client.get("/kit/deniche-pour-vous/?q=garages&theme=mobilite").context["total"] == 1
    assert client.get("/kit/deniche-pour-vous/?theme=energie").context["total"] == 0
    assert client.get("/kit/essai/deniche/").headers["Location"] == "/kit/deniche-pour-vous/"


def test_the_one_box_and_the_site_map_know_the_kits(client, world):
    assert "Soutenir les garages solidaires" in client.get("/recherche/?q=soutenir+garages").text
    assert "/kit/essai/mobilite/garages/" in client.get("/sitemap-kits.xml").text
    assert Passage.objects.exists() and "leviers dans le Kit" in client.get("/").text


# API ----------------------------------------------------------------------------------------------------


def test_the_api_gives_whole_fiches_levers_and_examples(client, world):
    def get(query):
        return client.get(f"/api/v1/{query}").json()

    sheet = get("sheets/?kit=essai&kind=thematic")["results"][0]
    assert (sheet["figures"][0]["value"], sheet["number"], sheet["references"][1]["sheet"]) == ("50.50", "1", None)
    assert [place["edition"]["key"] for place in sheet["editions"]] == ["essai-2021", "essai-2020"]
    lever = get("levers/?q=garages&level=commune")["results"][0]
    assert lever["deduced"][0]["field"] == "levels" and lever["experiences"][0]["name"] == "Un garage à Lille"
    assert get("levers/?level=region")["count"] == 0
    example = get(f"experiences/?body={world.body.code}&territory=region-32&actor={world.actor.public_id}")["results"][
        0
    ]
    assert example["actors"][0]["actor"]["id"] == world.actor.public_id and example["amounts"][0]["value"] == 10
    assert get("kits/essai/")["editions"][0]["sheets"][0]["number"] == "1"
    Actor.objects.update(state="draft")
    assert get(f"experiences/{example['id']}/")["actors"] == [{"actor": None, "name": "Le Garage"}]
