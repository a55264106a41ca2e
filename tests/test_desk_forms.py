"""Editing at the desk, through its pages: what is typed is written once, by whoever may, and never lost."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from actors.models import Actor
from observatory.accounts.enums import Role
from observatory.editing import services
from observatory.editing.models import Draft, Revision
from observatory.editing.registry import kind_of
from observatory.editing.services import Author, Conflict
from observatory.territories.enums import Level

from .desk import at_once, filled, opened, to
from .factories import ActorFactory, CommuneFactory, TerritoryFactory, ThemeFactory
from .permissions import person

pytestmark = pytest.mark.django_db
SIRET = "732 829 320 00074"


@pytest.fixture
def editor(world):
    return person(Role.CRESS_EDITOR, territory=world.region)


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


# Writing ------------------------------------------------------------------------------------------------------


def test_a_form_sent_back_untouched_changes_nothing(desk, world):
    desk.post(to("edit", world.actor.public_id), opened(desk, world.actor))
    assert not Revision.objects.exists()


def test_a_correction_is_written_with_its_reason_locks_its_field_and_can_be_undone(desk, world, editor):
    data = opened(desk, world.actor) | {"telephone": "03 20 99 88 77", "motif": "Appelés ce matin"}
    page = desk.post(to("edit", world.actor.public_id), data, follow=True)
    assert "Enregistré." in page.text and "Annuler cette modification" in page.text
    revision = Revision.objects.get()
    assert revision.fields == {"telephone": ["03 20 11 22 33", "03 20 99 88 77"]}
    assert (revision.user, revision.comment) == (editor, "Appelés ce matin")
    form = desk.get(to("edit", world.actor.public_id)).text
    assert "protégé des chargements" in form and "Lever la protection" in form

    desk.post(to("undo", world.actor.public_id, revision.pk))
    world.actor.refresh_from_db()
    assert world.actor.telephone == "03 20 11 22 33"


def test_the_protection_of_a_field_is_lifted_and_what_was_typed_stays(desk, world):
    services.change(world.actor, {"telephone": "03 20 99 88 77"}, Author())
    data = opened(desk, world.actor) | {"lever": "telephone", "acronym": "TYPED"}
    page = desk.post(to("unlock", world.actor.public_id), data)
    assert "n’est plus protégé" in page.text and 'value="TYPED"' in page.text
    assert not world.actor.provenances.filter(field="telephone", locked=True).exists()


def test_every_field_is_written(desk, world):
    theme, network = ThemeFactory(key="textile"), ActorFactory(name="Réseau du textile", is_network=True)
    data = opened(desk, world.actor) | {
        "name": "  Nouveau   nom ",
        "other_names": "Ancien nom\n\nEnseigne\r\n",
        "siret": SIRET,
        "siren": "775672272",
        "is_ess": "false",
        "themes": [theme.key],
        "networks": [world.network.public_id],
        "networks_add": "réseau du textile",
        "labels-2-label": "ei",
        "labels-2-since": "2019",
        "territory": "",
        "territory_text": "59350",
        "point_latitude": "50,65",
        "point_longitude": "3.05",
        "website": "exemple.fr",
        "description": "Une ligne.\r\nUne autre.",
    }
    response = desk.post(to("edit", world.actor.public_id), data)
    assert response.status_code == 302, response.text
    values = kind_of(world.actor).read(Actor.objects.get(pk=world.actor.pk))
    assert values["name"] == "Nouveau nom" and values["other_names"] == ["Ancien nom", "Enseigne"]
    assert (values["siret"], values["siren"], values["is_ess"]) == ("73282932000074", "732829320", False)
    assert values["networks"] == sorted([world.network.public_id, network.public_id]) and values["themes"] == [
        "textile"
    ]
    assert ["ei", 2019, None] in values["labels"] and len(values["labels"]) == 3
    assert (values["point"], values["website"]) == ([3.05, 50.65], "https://exemple.fr")
    assert values["description"] == "Une ligne.\nUne autre."


def test_a_record_is_added_where_one_may_and_only_once(desk, world):
    data = filled(desk.get(to("add"))) | {"name": "Toute neuve"}
    refused = desk.post(to("add"), data)
    assert (
        refused.status_code == 422 and "Indiquez la commune" in refused.text and 'value="Toute neuve"' in refused.text
    )
    data |= {"territory": world.commune.code, "territory_text": world.commune.label}
    for _ in range(2):
        page = desk.post(to("add"), data, follow=True)
        assert "Enregistré." in page.text and page.redirect_chain[-1][0].endswith("-toute-neuve/")
    assert Actor.objects.filter(name="Toute neuve").count() == 1


# Bad input ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"siret": "73282932000075"}, "n’est pas un SIRET"),
        ({"siret": "73282932000074", "siren": "552100554"}, "n’est pas le début du SIRET"),
        ({"name": ""}, "Le nom est nécessaire."),
        ({"name": "Garage <script>alert(1)</script>"}, "Un nom ne contient pas de balise HTML"),
        ({"description": "é" * 2_000_000}, "000 signes : 4\u202f000 au plus"),
        ({"website": "javascript:alert(1)"}, "L’adresse d’un site"),
        ({"point_latitude": "48.1", "point_longitude": "-1.6"}, "Ce point n’est pas à Lille"),
        ({"point_latitude": "50.6"}, "La longitude s’écrit en degrés"),
        ({"labels-2-since": "2019"}, "Chaque ligne de label"),
        ({"territory": "", "territory_text": "Lile"}, "ne désigne pas un seul lieu"),
        ({"networks_add": "Inconnu au bataillon"}, "n’est pas un réseau"),
        ({"founded": "deux mille"}, "quatre chiffres"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(desk, world, typed, sentence):
    data = opened(desk, world.actor) | {"acronym": "GARDÉ"} | typed
    page = desk.post(to("edit", world.actor.public_id), data)
    assert page.status_code == 422 and sentence in page.text
    assert 'value="GARDÉ"' in page.text and "<script>alert" not in page.text
    assert not Revision.objects.exists()


def test_a_number_of_another_record_is_refused_with_a_sentence(desk, world):
    ActorFactory(siret="73282932000074", siren="732829320")
    page = desk.post(to("edit", world.actor.public_id), opened(desk, world.actor) | {"siret": SIRET, "siren": ""})
    assert page.status_code == 422 and "déjà celui de" in page.text and not Revision.objects.exists()


def test_html_in_a_text_is_shown_as_text(desk, world):
    data = opened(desk, world.actor) | {"description": "Un <b>gras</b> & <script>x()</script>"}
    page = desk.post(to("edit", world.actor.public_id), data, follow=True)
    assert "&lt;script&gt;x()&lt;/script&gt;" in page.text and "<script>x()" not in page.text


def test_a_stale_or_foreign_start_keeps_what_was_typed(desk, world):
    other = opened(desk, world.network)["start"]
    for start in ("abîmé", other):
        data = opened(desk, world.actor) | {"start": start, "acronym": "GARDÉ"}
        page = desk.post(to("edit", world.actor.public_id), data)
        assert page.status_code == 422 and "ne correspond plus à cette fiche" in page.text
        assert 'value="GARDÉ"' in page.text
    assert desk.post(to("edit", world.actor.public_id), filled(page)).status_code == 302
    assert Actor.objects.get(pk=world.actor.pk).acronym == "GARDÉ"


def test_a_session_that_ended_gives_back_what_was_typed(client, editor, world):
    client.force_login(editor)
    data = opened(client, world.actor) | {"acronym": "GARDÉ"}
    client.logout()
    address = to("edit", world.actor.public_id)
    assert client.post(address, data).status_code == 302
    session = client.session
    kept = {key: value for key, value in session.items() if key.startswith("pending:")}
    client.force_login(editor)
    session = client.session
    session.update(kept)
    session.save()
    page = client.get(address)
    assert "rien de ce que vous aviez écrit n’est perdu" in page.text and 'value="GARDÉ"' in page.text
    client.post(address, filled(page))
    assert Revision.objects.get().fields["acronym"] == ["GSL", "GARDÉ"]


def test_a_refused_csrf_token_says_how_to_get_back_what_was_typed(editor, world):
    client = Client(enforce_csrf_checks=True)
    client.force_login(editor)
    page = client.post(to("edit", world.actor.public_id), {"name": "X"})
    assert page.status_code == 403 and "vos réponses y sont encore" in page.text


def test_without_a_session_typing_goes_on(client, world):
    for name in ("verify", "draft-save"):
        answer = client.post(to(name), {"champ": "name"}, headers={"HX-Request": "true"})
        assert answer.status_code == 200 and "Votre session a pris fin" in answer.text


def test_a_button_pressed_again_after_signing_in_leads_to_the_record(desk, world):
    back = desk.get(to("check", world.actor.public_id))
    assert back.url == to("history", world.actor.public_id)


# While one types ----------------------------------------------------------------------------------------------


def check(client, field: str, **typed) -> str:
    return client.post(to("verify"), {"champ": field, **typed}, headers={"HX-Request": "true"}).text


def test_the_server_says_what_it_thinks_while_one_types(desk, world):
    assert "n’est pas un SIRET" in check(desk, "siret", siret="73282932000075")
    assert "732829320" in check(desk, "siret", siret=SIRET)
    assert "Garage solidaire de Lille" in check(desk, "siret", siret=world.actor.siret)
    alike = check(desk, "name", name="Le garage solidaire de Lille", territory=world.commune.code)
    assert "C’est le même" in alike and to("edit", world.actor.public_id) in alike
    merging = check(desk, "name", name="Garage solidaire de Lille", fiche=world.network.public_id)
    assert f"{to('merge', world.network.public_id)}?avec={world.actor.public_id}" in merging
    place = check(desk, "territory", territory_text="59350")
    assert "Lille (59)" in place and f'data-place="{world.commune.code}"' in place, "la carte suit"
    assert desk.post(to("verify"), {"champ": "description"}).status_code == 404


def test_a_draft_is_kept_offered_resumed_thrown_and_brought_back(desk, world):
    data = opened(desk, world.actor) | {"fiche": world.actor.public_id, "acronym": "BROUILLON"}
    saved = desk.post(to("draft-save"), data, headers={"HX-Request": "true"})
    assert re.search(r"Brouillon enregistré à \d+\s*h\s*\d\d", saved.text)
    address = to("edit", world.actor.public_id)
    offer = desk.get(address).text
    assert "Reprendre le brouillon" in offer and "Repartir de la fiche" in offer and "BROUILLON" not in offer
    services.change(world.actor, {"founded": 2010}, Author())
    assert "modifiée depuis" in desk.get(address).text and "modifiée depuis" in desk.get(reverse("editing:drafts")).text

    draft = Draft.objects.get()
    thrown = desk.post(reverse("editing:draft-throw", args=[draft.pk]), follow=True)
    assert "Annuler la suppression" in thrown.text and not Draft.objects.exists()
    desk.post(reverse("editing:draft-back"))
    resumed = desk.get(f"{address}?brouillon=1")
    assert 'value="BROUILLON"' in resumed.text
    conflict = desk.post(address, filled(resumed))
    assert conflict.status_code == 409
    desk.post(address, filled(conflict))
    actor = Actor.objects.get(pk=world.actor.pk)
    assert (actor.acronym, actor.founded) == ("BROUILLON", 2010) and not Draft.objects.exists()


def test_a_draft_belongs_to_one_person(client, desk, world):
    draft = Draft.objects.create(user=person(Role.CRESS_EDITOR, territory=world.region), kind="actor", data="name=X")
    assert desk.post(reverse("editing:draft-throw", args=[draft.pk])).status_code == 404


# Two people on one record ---------------------------------------------------------------------------------------


def test_the_second_of_two_editors_sees_both_versions_and_chooses(desk, world):
    mine = opened(desk, world.actor) | {"name": "Mon nom", "acronym": "MOI"}
    colleague = person(Role.CRESS_EDITOR, territory=world.region)
    services.change(world.actor, {"name": "Son nom", "founded": 1999}, Author(colleague))

    address = to("edit", world.actor.public_id)
    page = desk.post(address, mine)
    assert page.status_code == 409 and Revision.objects.count() == 1
    for text in ("Garage solidaire de Lille", "Son nom", "Mon nom", str(colleague), "1999"):
        assert text in page.text
    assert desk.post(address, filled(page)).status_code == 409, "un champ modifié des deux côtés demande un choix"
    assert 'value="Mon nom"' in desk.post(address, filled(page) | {"reprendre": "1"}).text
    services.change(world.actor, {"closed": 2023}, Author(colleague))
    again = desk.post(address, filled(page) | {"choix-name": "mine"})
    assert again.status_code == 409 and "2023" in again.text, "la fiche a encore changé"
    assert desk.post(address, filled(again) | {"choix-name": "mine"}).status_code == 302
    actor = Actor.objects.get(pk=world.actor.pk)
    assert (actor.name, actor.acronym, actor.founded, actor.closed) == ("Mon nom", "MOI", 1999, 2023)


def test_the_same_correction_by_two_people_is_no_conflict_of_choice(desk, world):
    mine = opened(desk, world.actor) | {"name": "Le bon nom"}
    services.change(world.actor, {"name": "Le bon nom"}, Author())
    page = desk.post(to("edit", world.actor.public_id), mine)
    assert "Vous avez écrit la même chose" in page.text
    assert desk.post(to("edit", world.actor.public_id), filled(page)).status_code == 302
    assert Revision.objects.count() == 1


def test_a_form_sent_twice_is_written_once(desk, world):
    data = opened(desk, world.actor) | {"acronym": "DEUX"}
    for _ in range(2):
        assert "Enregistré." in desk.post(to("edit", world.actor.public_id), data, follow=True).text
    assert Revision.objects.count() == 1


@pytest.mark.django_db(transaction=connection.vendor == "postgresql")
def test_two_concurrent_writers_cannot_undo_each_other():
    actor = ActorFactory(name="Au début", territory=CommuneFactory())
    seen, outcomes = {"name": "Au début"}, []

    def write(name):
        try:
            services.change(actor, {"name": name}, Author(token=uuid4()), expected=seen)
            outcomes.append(name)
        except Conflict as conflict:
            outcomes.append(("conflit", conflict.current["name"]))

    at_once(write, ["Le premier", "Le second"])
    winner = next(outcome for outcome in outcomes if isinstance(outcome, str))
    assert ("conflit", winner) in outcomes and Actor.objects.get().name == winner


@pytest.mark.django_db(transaction=connection.vendor == "postgresql")
def test_two_forms_sent_at_once_are_one_change_and_one_conflict(world):
    people = [Client(), Client()]
    for browser in people:
        browser.force_login(person(Role.CRESS_EDITOR, territory=world.region))
    forms = [opened(browser, world.actor) | {"name": f"Nom {n}"} for n, browser in enumerate(people)]
    answers = []
    at_once(lambda n: answers.append(people[n].post(to("edit", world.actor.public_id), forms[n]).status_code), [0, 1])
    assert sorted(answers) == [302, 409] and Revision.objects.count() == 1


# Rights ---------------------------------------------------------------------------------------------------------


def test_another_region_is_refused_everywhere(client, desk, world):
    away = TerritoryFactory(level=Level.REGION, name="Bretagne")
    brest = CommuneFactory(name="Brest", region=away)
    data = opened(desk, world.actor) | {"territory": brest.code, "territory_text": brest.label}
    page = desk.post(to("edit", world.actor.public_id), data)
    assert page.status_code == 422 and "hors de votre territoire" in page.text
    client.force_login(person(Role.CRESS_EDITOR, territory=away))
    assert "Garage solidaire" not in client.get(f"{to('records')}?state=all").text
    for name in ("edit", "archive", "merge", "history"):
        assert client.get(to(name, world.actor.public_id)).status_code == 403, name
    far = ActorFactory(name="Au loin", territory=brest)
    assert client.get(f"{to('merge', far.public_id)}?avec={world.actor.public_id}").status_code == 403


def test_the_public_page_has_its_bar_for_those_who_may(client, desk, world):
    assert "Vérifié aujourd’hui" in desk.get(world.actor.get_absolute_url()).text
    client.logout()
    assert to("edit", world.actor.public_id) not in client.get(world.actor.get_absolute_url()).text
