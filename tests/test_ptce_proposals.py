"""What a pole's staff and the public propose and the CRESS decides row by row; poles that are merged; the desk's reminder."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from actors.models import Actor
from observatory.accounts.enums import Role
from observatory.editing import services
from observatory.editing.models import Revision, Suggestion
from observatory.editing.registry import kind_of
from observatory.editing.services import Author
from observatory.records.models import Citation
from observatory.territories.enums import Level
from ptce.editing import KIND
from ptce.models import Pole

from .factories import ActorFactory, PoleFactory, TerritoryFactory
from .permissions import person
from .pole_desk import opened, signed_in, to, told_pole

pytestmark = pytest.mark.django_db


@pytest.fixture
def pole(world):
    return told_pole(world)


@pytest.fixture
def desk(client, world):
    return signed_in(client, world)


# What a pole's staff proposes ------------------------------------------------------------------------------------


@pytest.fixture
def staff(pole, world):
    return person(Role.POLE_STAFF, territory=world.region, record=pole)


def proposed(client, pole, staff, **typed) -> Suggestion:
    client.force_login(staff)
    assert to("propose", pole.public_id) in client.get(reverse("editing:desk")).text
    response = client.post(to("propose", pole.public_id), opened(client, pole, "propose") | typed)
    assert response.status_code == 302, response.text
    return Suggestion.objects.get()


def decide(client, suggestion, fields, action="ticked"):
    address = reverse("editing:suggestion", args=[suggestion.pk])
    seen = re.search(r'name="seen" value="(\d+)"', client.get(address).text)[1]
    return client.post(address, {"field": fields, "action": action, "seen": seen})


def test_the_staff_of_a_pole_proposes_and_the_cress_decides_row_by_row(client, pole, staff, world):
    typed = {"members-2-name": "Une école", "members-3-name": "Un inconnu", "members-1-out": "1", "carrier": "La SCIC"}
    typed |= {"figures-1-year": "2024", "figures-1-posts": "3", "figures-1-employees": "80"}
    suggestion = proposed(client, pole, staff, **typed)
    assert set(suggestion.values) == {"members", "figures", "carrier"} and suggestion.territory == world.commune
    assert not Revision.objects.exists()
    client.force_login(person(Role.CRESS_EDITOR, territory=TerritoryFactory(level=Level.REGION)))
    assert client.get(reverse("editing:suggestion", args=[suggestion.pk])).status_code == 403
    client.force_login(person(Role.CRESS_MODERATOR, territory=world.region))
    assert pole.name in client.get(reverse("editing:queue")).text
    page = client.get(reverse("editing:suggestion", args=[suggestion.pk]))
    assert page.text.count("ligne à ajouter") == 4 and page.text.count("ligne à retirer") == 1
    wanted = [row.field for row in page.context["rows"] if "Une école" in row.proposed or "Équivalents" in row.proposed]
    # Meanwhile somebody adds a member, who stays.
    KIND.write(
        pole, {"members": [*KIND.read(pole)["members"], ["Arrivé depuis", None, None, "", "", None, None, None]]}
    )
    assert decide(client, suggestion, wanted).status_code == 302
    assert {m.name for m in pole.members.all()} == {"Le réseau", "Ville de Lille", "Une école", "Arrivé depuis"}
    assert {f.key for f in pole.figures.filter(year=2024)} == {"posts"}
    assert Pole.objects.get(pk=pole.pk).carrier == ""
    suggestion.refresh_from_db()
    assert (suggestion.decision, len(suggestion.accepted)) == ("partly", 2)
    assert "laissé de côté" in client.get(reverse("editing:suggestion", args=[suggestion.pk])).text


def test_what_staff_proposes_is_checked_like_what_the_desk_writes(client, pole, staff):
    client.force_login(staff)
    data = opened(client, pole, "propose") | {
        "members-2-name": "Le Réseau",
        "figures-1-year": "2024",
        "figures-1-posts": "-1",
    }
    page = client.post(to("propose", pole.public_id), data)
    assert page.status_code == 422 and "n’est pas négatif" in page.text and 'value="Le Réseau"' in page.text
    page = client.post(to("propose", pole.public_id), data | {"figures-1-posts": "1"})
    assert page.status_code == 422 and "figure deux fois" in page.text
    page = client.post(to("propose", pole.public_id), data | {"reprendre": "1"})
    assert page.status_code == 200 and "members-4-name" in page.text and not Suggestion.objects.exists()
    for name in ("edit", "history", "merge", "archive"):
        assert client.get(to(name, pole.public_id)).status_code == (200 if name == "history" else 403)


def test_rows_proposed_while_others_are_added_take_nothing_away(client, pole, staff, world):
    client.force_login(staff)
    data = opened(client, pole, "propose") | {"members-2-name": "Une école"}
    KIND.write(
        pole, {"members": [*KIND.read(pole)["members"], ["Arrivé depuis", None, None, "", "", None, None, None]]}
    )
    assert client.post(to("propose", pole.public_id), data).status_code == 302
    client.force_login(person(Role.CRESS_MODERATOR, territory=world.region))
    decide(client, Suggestion.objects.get(), [], "all")
    assert {m.name for m in pole.members.all()} == {"Le réseau", "Ville de Lille", "Une école", "Arrivé depuis"}


def test_anyone_reports_an_error_of_a_pole_or_a_pole_that_is_missing(client, pole, world, monkeypatch):
    monkeypatch.setattr("observatory.editing.suggestions_forms.QUICKEST", 0)
    for address in (reverse("suggest:report", kwargs={"kind": "pole", "public_id": pole.public_id}), "/ptce/proposer/"):
        form = client.get(address).context["form"]
        sent = {field.html_name: field.value() for field in form if field.value() is not None}
        sent |= {"name": "Pôle Vélo", "departement": world.departement.code, "message": "Vu sur place."}
        assert client.post(address, sent).status_code == 302
    report, new = Suggestion.objects.order_by("pk")
    assert report.values == {"name": "Pôle Vélo", "departement": world.departement.code}
    assert new.is_new and new.territory == world.departement
    client.force_login(person(Role.CRESS_MODERATOR, territory=world.region))
    assert decide_new(client, new).status_code == 302
    assert Pole.objects.get(name="Pôle Vélo").region == world.region


def decide_new(client, suggestion):
    return client.post(reverse("editing:suggestion", args=[suggestion.pk]), {"action": "all"})


# Merging, reminders ----------------------------------------------------------------------------------------------


def test_two_poles_become_one_with_what_documents_say_and_part_again(desk, pole, world):
    twin = PoleFactory(name="PTCE Textile", region=world.region)
    twin.members.create(name="Le Réseau", role="autre")
    twin.members.create(name="Le jumeau")
    Citation.objects.create(record=twin, source=world.source, statement="Déjà là.")
    assert KIND.lookalikes(KIND.read(twin), twin.public_id) == [pole]
    assert KIND.lookalikes({"name": "", "actor": pole.actor.public_id}, "") == [pole]
    address = to("merge", pole.public_id)
    page = desk.get(f"{address}?avec={twin.public_id}")
    assert "1\u00a0mention" in page.text
    starts = [(n, v) for n, v in re.findall(r'name="(start-\w+)" value="([^"]*)"', page.text)]
    choices = {f"choix-{row.field}": "both" if row.field == "members" else "one" for row in page.context["rows"]}
    data = {"avec": twin.public_id, "garder": pole.public_id, **dict(starts), **choices}
    assert desk.post(address, data).status_code == 302
    assert {m.name for m in pole.members.all()} == {"Le réseau", "Ville de Lille", "Le jumeau"}
    assert pole.citations.count() == 2
    assert desk.get(twin.get_absolute_url()).url == pole.get_absolute_url()
    services.separate(Pole._base_manager.get(pk=twin.pk), Author())
    assert (pole.members.count(), twin.members.count(), twin.citations.count()) == (2, 2, 1)


def test_the_rows_of_an_actor_follow_it_into_a_merge_but_where_the_other_is_a_member_too(pole, world):
    twin, other = ActorFactory(name="Réseau garages"), PoleFactory(name="Autre pôle", carrier_actor=world.network)
    mine, both = other.members.create(name="Jumeau", actor=twin), pole.members.create(name="Jumeau", actor=twin)
    money = pole.money.create(name="Jumeau", actor=twin, level="private")
    services.merge(world.network, twin, {}, Author())
    for row in (mine, both, money):
        row.refresh_from_db()
    assert (mine.actor, both.actor, money.actor) == (world.network, twin, world.network)
    services.separate(Actor._base_manager.get(pk=twin.pk), Author())
    mine.refresh_from_db()
    assert mine.actor == twin


def test_the_desk_recalls_the_poles_of_my_territory_to_check_or_without_figures(desk, pole, world):
    today = timezone.localdate()
    fresh = PoleFactory(name="Tenu à jour", region=world.region, checked_on=today)
    fresh.figures.create(key="posts", value=2, unit="ETP", year=today.year - 2)
    old = PoleFactory(name="Chiffres anciens", region=world.region, checked_on=today - timedelta(days=30))
    old.figures.create(key="posts", value=2, unit="ETP", year=today.year - 3)
    PoleFactory(name="Pôle lointain")
    PoleFactory(name="Pôle fermé", region=world.region, stage="closed")
    (panel,) = [p for p in desk.get(reverse("editing:desk")).context["panels"] if p.title.startswith("Pôles")]
    assert [(name, why) for name, _, why in panel.rows if name != world.pole.name] == [
        (pole.name, f"jamais vérifié · aucun chiffre depuis {today.year - 2}"),
        ("Chiffres anciens", f"aucun chiffre depuis {today.year - 2}"),
    ]
    assert kind_of(pole) is KIND
