"""History, archiving, merging and contacts at the desk: nothing is ever lost, and every deed has its way back."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from observatory.accounts import personal
from observatory.accounts.enums import Role
from observatory.accounts.models import AccessLog
from observatory.editing import services
from observatory.editing.enums import Deed
from observatory.editing.models import Draft, Revision
from observatory.editing.services import Author

from .desk import filled, opened, to
from .factories import ActorFactory
from .permissions import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(world):
    return person(Role.CRESS_EDITOR, territory=world.region)


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


# History, archiving, merging ------------------------------------------------------------------------------------


def test_history_tells_everything_is_filtered_and_leads_back(desk, world):
    first = services.change(world.actor, {"name": "Deuxième nom"}, Author())
    long = "Répare des voitures et des vélos. Loue des vélos à petit prix, le samedi matin, devant la gare de Lille."
    services.change(world.actor, {"description": long}, Author())
    services.change(
        world.actor, {"name": "Troisième nom", "description": long.replace("petit", "tout petit")}, Author()
    )
    page = desk.get(to("history", world.actor.public_id)).text
    assert "Troisième nom" in page and "<ins>tout </ins>" in page
    filtered = desk.get(f"{to('history', world.actor.public_id)}?champ=name").text
    assert "Deuxième nom" in filtered and "samedi" not in filtered
    address = to("go-back", world.actor.public_id, first.pk)
    confirmation = desk.get(address).text
    assert "Troisième nom" in confirmation and "Deuxième nom" in confirmation
    desk.post(address, {"token": uuid4()})
    world.actor.refresh_from_db()
    assert world.actor.name == "Deuxième nom" and "petit prix" in world.actor.description
    assert Revision.objects.first().deed == Deed.REVERTED


def test_archiving_asks_for_a_reason_hides_and_comes_back(client, desk, world):
    address = to("archive", world.actor.public_id)
    assert desk.post(address, {}).status_code == 422
    page = desk.post(address, {"motif": "Dissoute en 2024"}, follow=True)
    assert "Fiche archivée." in page.text and "Dissoute en 2024" in page.text
    assert client.get(world.actor.get_absolute_url()).status_code == 404
    assert "Archivée" in desk.get(f"{to('records')}?state=archived").text
    desk.post(to("restore", world.actor.public_id))
    assert client.get(world.actor.get_absolute_url()).status_code == 200


def test_two_records_are_merged_field_by_field_then_separated(desk, world):
    twin = ActorFactory(
        name="Garage solidaire", territory=world.commune, telephone="03 20 00 00 01", labels=["ei"], mentions=["X."]
    )
    address = to("merge", world.actor.public_id)
    assert "Garage solidaire" in desk.get(f"{address}?q=garage").text
    page = desk.get(f"{address}?avec={twin.public_id}")
    assert "1\u00a0mention" in page.text
    starts = dict(re.findall(r'name="(start-[a-z]+)" value="([^"]*)"', page.text))
    chosen = dict(re.findall(r'name="(choix-[a-z_]+)" value="([a-z]+)" checked', page.text))
    assert chosen["choix-name"] == "one" and chosen["choix-labels"] == "both"
    data = {"avec": twin.public_id, "garder": world.actor.public_id, "token": uuid4(), **starts, **chosen}
    incomplete = {name: value for name, value in data.items() if name != "choix-telephone"}
    assert "Choisissez la valeur à garder" in desk.post(address, incomplete).text
    done = desk.post(address, data | {"choix-telephone": "other"}, follow=True)
    assert "n’en font plus qu’une" in done.text and "03 20 00 00 01" in done.text
    assert desk.post(address, data | {"choix-telephone": "other"}).status_code == 302, "envoyé deux fois"
    world.actor.refresh_from_db()
    assert world.actor.flags.count() == 3 and desk.get(twin.get_absolute_url()).status_code == 301
    assert "sur l’autre fiche de la fusion" in desk.get(to("history", world.actor.public_id)).text

    desk.post(to("separate", twin.public_id))
    world.actor.refresh_from_db()
    assert (world.actor.telephone, world.actor.flags.count()) == ("03 20 11 22 33", 2)
    assert desk.get(twin.get_absolute_url()).status_code == 200


def test_a_merge_of_what_changed_meanwhile_is_shown_again(desk, world):
    twin = ActorFactory(name="Garage solidaire", territory=world.commune)
    page = desk.get(f"{to('merge', world.actor.public_id)}?avec={twin.public_id}")
    starts = dict(re.findall(r'name="(start-[a-z]+)" value="([^"]*)"', page.text))
    chosen = dict(re.findall(r'name="(choix-[a-z_]+)" value="([a-z]+)" checked', page.text))
    services.change(twin, {"founded": 1980}, Author())
    page = desk.post(to("merge", world.actor.public_id), {"avec": twin.public_id, "token": uuid4(), **starts, **chosen})
    assert page.status_code == 409 and "a changé entre-temps" in page.text and "1980" in page.text


def test_two_records_told_apart_are_remembered(desk, world):
    desk.post(to("tell-apart", world.actor.public_id), {"avec": world.network.public_id})
    assert services.told_apart(world.network) == {world.actor.public_id}
    assert "deux fiches différentes" in desk.get(to("history", world.actor.public_id)).text


def test_verified_today_in_one_click(desk, world):
    listed = desk.get(f"{to('records')}?q=garage&sort=checked")
    assert "Vérifié aujourd’hui" in listed.text
    back = desk.post(to("check", world.actor.public_id), {"next": f"{to('records')}?q=garage"})
    assert back.url == f"{to('records')}?q=garage"
    assert "Vérifiée le" in desk.post(to("check", world.actor.public_id), headers={"HX-Request": "true"}).text
    away = desk.post(to("check", world.actor.public_id), {"next": "https://ailleurs.invalid/"})
    assert away.url == world.actor.get_absolute_url()


# Contacts -------------------------------------------------------------------------------------------------------

CONTACT = {
    "contacts-0-name": "Camille Essai",
    "contacts-0-email": "camille@essai.invalid",
    "contacts-0-telephone": "06 00 00 00 00",
}
CONSENT = {
    "contacts-0-consent_on": "2026-01-05",
    "contacts-0-consent_how": "par courriel",
    "contacts-0-show_name": "on",
}


def test_a_person_is_held_only_with_consent_and_shown_field_by_field(client, desk, world):
    address = to("edit", world.actor.public_id)
    refused = desk.post(address, opened(desk, world.actor) | CONTACT)
    assert refused.status_code == 422 and "Sans accord daté" in refused.text and "Camille Essai" in refused.text
    desk.post(address, opened(desk, world.actor) | CONTACT | CONSENT)
    revision = Revision.objects.get()
    assert (revision.fields, revision.comment) == ({}, "1 contact ajouté.")
    assert "Annuler cette modification" not in desk.get(to("history", world.actor.public_id)).text
    page = desk.get(address)
    assert AccessLog.objects.filter(record_id=world.actor.public_id).exists()
    client.logout()
    public = client.get(world.actor.get_absolute_url()).text
    assert "Camille Essai" in public and "camille@essai.invalid" not in public and "06 00 00" not in public
    answer = client.get(f"/api/v1/actors/{world.actor.public_id}/").json()
    assert answer["contacts"] == [{"name": "Camille Essai", "role": None, "telephone": None, "email": None}]

    client.force_login(person(Role.CRESS_EDITOR, territory=world.region))
    stale = filled(page) | {"contacts-0-role": "Direction"}
    world.actor.contacts.update(telephone="07")
    assert "a modifié les contacts" in desk.post(address, stale).text
    desk.post(address, opened(desk, world.actor) | {"contacts-0-DELETE": "on"})
    assert not world.actor.contacts.exists() and Revision.objects.first().comment == "1 contact retiré."
    after = client.get(f"/api/v1/actors/{world.actor.public_id}/").json()
    assert after["contacts"] == [] and after["change"] > answer["change"], "les partenaires l’apprennent"


def test_a_person_is_found_and_erased_wherever_a_contact_was_typed(desk, world):
    address = to("edit", world.actor.public_id)
    desk.post(address, opened(desk, world.actor) | CONTACT | CONSENT)
    desk.post(to("draft-save"), {"fiche": world.actor.public_id, **CONTACT})
    found = personal.find("camille@essai")
    assert {item.kind for item in found} == {"contact", "brouillon"}
    assert personal.erase([item.key for item in found]) == 2
    assert not world.actor.contacts.exists() and not Draft.objects.exists()
    assert "Camille" not in str(list(Revision.objects.values()))


def test_a_name_written_in_a_text_leaves_it_and_its_history(desk, world):
    to_edit = to("edit", world.actor.public_id)
    desk.post(to_edit, opened(desk, world.actor) | {"description": "Recyclerie tenue par Éléonore Essai, à Lille."})
    desk.post(to_edit, opened(desk, world.actor) | {"description": "Recyclerie tenue par éléonore essai."})
    found = personal.find("éléonore essai")
    assert {item.kind for item in found} == {"texte", "historique"}
    assert personal.erase([item.key for item in found if item.kind == "texte"]) == 1
    world.actor.refresh_from_db()
    assert world.actor.description == "Recyclerie tenue par [retiré]."
    assert not personal.find("Éléonore") and Revision.objects.of(world.actor).count() == 3


def test_the_administration_only_reads_actors(client, world):
    admin = person(Role.ADMINISTRATOR)
    admin.is_staff = admin.is_superuser = True
    admin.save()
    client.force_login(admin)
    page = client.get(reverse("admin:actors_actor_change", args=[world.actor.pk]), follow=True)
    assert to("edit", world.actor.public_id) in page.text and 'name="_save"' not in page.text
    assert client.get(reverse("admin:actors_actor_add")).status_code == 403
