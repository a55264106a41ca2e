"""People find what they look for with the words they use, and no text breaks the search; the same on both engines."""

import pytest
from django.urls import reverse
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from actors.enums import Family, Label, LegalForm
from actors.models import Actor
from observatory.search import analysis, words
from observatory.search.models import Word
from observatory.search.registry import ranked

from .factories import ActorFactory, CollectivityFactory, CommuneFactory, PoleFactory, ThemeFactory

pytestmark = pytest.mark.django_db

NAMES = {
    "ressourcerie": "La Ressourcerie du Pays de Bray",
    "garage": "Garage solidaire de l’Artois",
    "solidarite": "Solidarité Garages",
    "jeunesse": "Coopérative Jeunesse de Services",
    "tiers_lieu": "Le Tiers-Lieu des Possibles",
    "velo": "Atelier Vélo",
    "oeuvre": "L’Œuvre d’Élise",
    "epicerie": "Épicerie sociale et solidaire",
    "insertion": "L’École d’aujourd’hui",
}


@pytest.fixture
def directory(db):
    actors = {key: ActorFactory(name=name) for key, name in NAMES.items()}
    words.refresh()
    return actors


def names(response) -> list[str]:
    assert response.status_code == 200
    return [actor.name for actor in response.context["page"]]


def search(client, text: str) -> list[str]:
    return names(client.get("/annuaire/", {"q": text}))


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (["ressourceries", "ressourcerie", "RESSOURCERIES", "ressourc", "bray ressourcerie"], {"ressourcerie"}),
        (["garage solidaire", "garages solidaires", "solidaire garage", "artois gara"], {"garage"}),
        (["coopératives jeunesse", "cooperative jeunesses", "jeunesse coopérative"], {"jeunesse"}),
        (["tiers-lieu", "tiers lieux", "tiers-lieux", "Tiers Lieu", "lieux tiers"], {"tiers_lieu"}),
        (["velo", "vélos", "VÉLO", "VELOS", "vél"], {"velo"}),
        (["oeuvre", "œuvre", "ŒUVRES", "œuv"], {"oeuvre"}),
        (["l'école", "l’école", "ecole d'aujourd'hui", "école aujourd’hui"], {"insertion"}),
        (["solidaire"], {"garage", "epicerie"}),
        (["garage"], {"garage", "solidarite"}),
        (["garage inconnu"], set()),
    ],
)
def test_words_as_people_type_them(client, directory, texts, found):
    wanted = {NAMES[key] for key in found}
    assert {text: set(search(client, text)) for text in texts} == dict.fromkeys(texts, wanted)


@pytest.mark.parametrize("text", ["", " ", "le la de du", "d’un", "!?… — « »", "' \" ; --", "*"])
def test_without_a_word_everything_is_listed(client, directory, text):
    assert set(search(client, text)) == set(NAMES.values())


@pytest.mark.parametrize(
    "text",
    [
        "AND OR NEAR( * \" : & | ! ' --",
        '"garage solidaire"',
        "garage AND solidaire",
        "garage:*",
        "garage & !solidaire",
        "search_text : garage",
        "NEAR(garage solidaire, 5)",
        "garage') OR ('1'='1",
        "\\garage\\",
        "%garage_",
        "<script>alert(1)</script>",
        "garage\x00solidaire",
    ],
)
def test_operators_of_the_engines_are_mere_text(client, directory, text):
    for page in ("/annuaire/", "/recherche/", "/recherche/suggestions/", "/collectivites/", "/ptce/"):
        assert client.get(page, {"q": text}).status_code in (200, 400), page


@pytest.mark.parametrize("page", ["/annuaire/", "/carte/", "/collectivites/", "/ptce/", "/api/v1/actors/"])
def test_a_text_of_two_thousand_characters_gets_a_sentence(client, directory, page):
    response = client.get(page, {"q": "garage " * 286})
    assert response.status_code == 400
    assert "200 caractères" in response.text


def test_the_one_box_cuts_a_long_text(client, directory):
    assert client.get("/recherche/", {"q": "garage " * 286}).status_code == 200
    assert client.get("/recherche/suggestions/", {"q": "garage " * 286}).status_code == 200


# Where words stand ------------------------------------------------------------------------------------------


def test_the_exact_name_comes_first_then_names_that_begin_with_it_then_the_rest(client):
    ActorFactory(name="Autre chose", description="On y parle de Garage.")
    ActorFactory(name="Le Grand Garage")
    ActorFactory(name="Garage de Lille")
    ActorFactory(name="Zoé Services", acronym="Garage")
    ActorFactory(name="Garage")
    assert search(client, "garage") == [
        "Garage", "Zoé Services", "Garage de Lille", "Le Grand Garage", "Autre chose",
    ]  # fmt: skip


def test_of_two_names_of_one_stem_the_one_typed_comes_first(client):
    for name in ("Mane", "Le Mans", "Manes"):
        ActorFactory(name=name)
    assert [search(client, text)[0] for text in ("le mans", "Mans", "mane")] == ["Le Mans", "Le Mans", "Mane"]


def test_an_actor_is_found_by_what_it_is_and_where_it_is(client):
    lille = CommuneFactory(name="Lille", official_code="59350", postal_codes=["59000", "59800"])
    actor = ActorFactory(
        name="Alpha",
        acronym="ALP",
        other_names=["Ancienne Alpha"],
        activities=["maraîchage"],
        description="Vend des paniers.",
        themes=[ThemeFactory(key="mobilite", name="Mobilité durable")],
        labels=[Label.ESAT],
        family=Family.COOPERATIVE,
        legal_form=LegalForm.SCIC,
        territory=lille,
    )
    ActorFactory(name="Bêta")
    for text in (
        "ALP",
        "ancienne",
        "maraichage",
        "panier",
        "mobilité",
        "esat",
        "coopérative",
        "scic",
        "lille",
        "59800",
    ):
        assert search(client, text) == [actor.name], text


def test_the_index_follows_every_change(client):
    actor = ActorFactory(name="Avant")
    actor.name = "Après"
    actor.index_words([actor.name])
    actor.save()
    assert (search(client, "avant"), search(client, "après")) == ([], ["Après"])
    Actor.objects.filter(pk=actor.pk).update(search_text="ailleurs")
    assert (search(client, "après"), search(client, "ailleurs")) == ([], ["Après"])
    actor.delete()
    assert search(client, "ailleurs") == []


def test_the_one_box_leads_to_every_kind(client):
    lille = CommuneFactory(name="Lille")
    CollectivityFactory(territory=lille)
    ActorFactory(name="Lille Insertion")
    PoleFactory(name="Pôle de Lille")
    groups = client.get("/recherche/", {"q": "lille"}).context["groups"]
    assert [group["kind"].key for group in groups] == ["actor", "pole", "collectivity", "territory"]
    proposed = client.get("/recherche/suggestions/", {"q": "lil", "kind": "territory"}).json()["groups"]
    assert [result["code"] for group in proposed for result in group["results"]] == [lille.code]


def test_a_name_is_proposed_before_its_last_word_is_long_enough_to_be_looked_up(client):
    for name, population in (("Saint-Ouen", 50_000), ("Saint-Étienne", 170_000), ("Saint-Égrève", 15_000)):
        CommuneFactory(name=name, population=population)

    def proposed(q):
        (group,) = client.get("/recherche/suggestions/", {"q": q, "kind": "territory"}).json()["groups"]
        return group["label"], [result["label"].split(" (")[0] for result in group["results"]]

    assert proposed("saint-e") == ("Territoires", ["Saint-Étienne", "Saint-Égrève"])
    assert proposed("Saint-Ét") == ("Territoires", ["Saint-Étienne", "Saint-Ouen", "Saint-Égrève"])


def test_a_place_in_words_becomes_the_most_populous_place_of_that_name(client):
    CommuneFactory(name="Saint-Denis", official_code="11339", population=300)
    large = CommuneFactory(name="Saint-Denis", official_code="93066", population=149_000)
    response = client.get("/annuaire/", {"place": "saint denis"})
    assert response["Location"] == f"/annuaire/?territory={large.code}"


# Typing errors ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "proposed"),
    [("ressourserie", "ressourcerie"), ("garrage solidère", "garage solidaire"), ("épissrie", "épicerie")],
)
def test_a_typing_error_proposes_the_nearest_words(client, directory, typed, proposed):
    response = client.get("/annuaire/", {"q": typed})
    assert proposed in [choice.label for choice in response.context["suggestions"]]
    assert proposed in words.nearest(typed)


@pytest.mark.parametrize("typed", ["", "le la", "garage", "xyzxyzxyz", "12345"])
def test_nothing_is_proposed_without_reason(directory, typed):
    assert words.nearest(typed) == []


def test_an_unknown_code_proposes_near_places(client):
    CommuneFactory(name="Lille", official_code="59350")
    for code in ("commune-lile", "commune-59351"):
        response = client.get("/annuaire/", {"territory": code})
        assert [choice.label for choice in response.context["suggested_places"]] == ["Lille (59)"], code


# Facets -----------------------------------------------------------------------------------------------------


def test_the_count_beside_a_choice_is_what_choosing_it_gives(client):
    themes = [ThemeFactory(key="culture"), ThemeFactory(key="energie")]
    place = CommuneFactory()
    for i in range(12):
        ActorFactory(
            name=f"Garage {i}" if i % 4 else f"Vélo {i}",
            family=[Family.ASSOCIATION, Family.COOPERATIVE, None][i % 3],
            themes=themes[: i % 3],
            labels=[Label.ACI] if i % 2 else [],
            territory=place if i % 5 else None,
        )
    for query in ({}, {"q": "garage"}, {"theme": "culture", "q": "garage"}, {"territory": place.region.code}):
        context = client.get("/annuaire/", query).context
        assert context["total"] == context["page"].paginator.count
        choices = [(facet.name, value) for facet in context["facets"] for value in facet.values if not value.selected]
        assert choices
        for name, value in choices:
            chosen = client.get("/annuaire/", {**query, name: value.value}).context
            within = [v.count for facet in chosen["facets"] if facet.name == name for v in facet.values if v.selected]
            assert value.count in within
            if name not in query:
                assert chosen["total"] == value.count, (query, name, value)


# Any text ---------------------------------------------------------------------------------------------------

anything = st.text(max_size=250)
hostile = st.text(alphabet="aà'’\"*:&|!()-<>%_\\; \x00œe", max_size=60)
property_test = settings(
    deadline=None, max_examples=60, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@property_test
@given(anything | hostile)
@example("ﬁ ẞ İ ﷺ")
def test_the_analysis_of_any_text_is_clean_and_idempotent(text):
    query = analysis.parse(text)
    tokens = analysis.index_tokens(text).split()
    assert len(query.terms) <= 12
    assert all(token.isalnum() and len(token) <= 40 for token in tokens)
    assert all(set(term.alternatives) <= set(tokens) for term in query.terms)


@property_test
@given(text=anything | hostile)
@example(text="ﬁ ẞ İ ﷺ")
def test_any_text_finds_the_record_that_bears_it_and_breaks_nothing(directory, text):
    actor = directory["velo"]
    actor.index_words([text])
    Actor.objects.filter(pk=actor.pk).update(search_names=actor.search_names, search_text=actor.search_text)
    if analysis.parse(text):
        assert ranked(Actor.objects.order_by("sort_key"), text).filter(pk=actor.pk).exists()
    words.nearest(text)


@property_test
@given(text=anything | hostile, page=st.sampled_from(["actors:list", "pages:search", "pages:suggestions", "ptce:list"]))
def test_any_text_gives_a_page(client, directory, text, page):
    assert client.get(reverse(page), {"q": text}).status_code in (200, 400)


@property_test
@given(
    value=anything | hostile,
    parameter=st.sampled_from(["territory", "place", "bbox", "theme", "family", "page", "sort", "ess"]),
)
def test_any_value_gives_a_page(client, directory, value, parameter):
    assert client.get("/annuaire/", {parameter: value}).status_code in (200, 302, 400, 404)


def test_a_null_character_beside_a_place_breaks_nothing(client, directory):
    assert client.get("/annuaire/", {"place": "Lille", "territory": "\x00"}).status_code == 302


def test_of_words_as_near_the_one_that_begins_alike_comes_first(db):
    for word in ("drouais", "crouais", "prouais", "roubaix"):
        Word.objects.create(text=word, display=word, count=1)
    assert words.nearest("roubais")[0] == "roubaix"
