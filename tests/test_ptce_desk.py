"""Poles at the desk: what is written, what keeps its source, what is refused."""

from decimal import Decimal

import pytest
from django.utils import timezone

from observatory.editing import services
from observatory.editing.models import Draft, Revision
from observatory.editing.services import Author
from observatory.territories.enums import Level
from ptce.editing import KIND
from ptce.models import Pole
from ptce.services import load_reference

from .desk import filled
from .factories import ActorFactory, PoleFactory, TerritoryFactory
from .pole_desk import opened, row_of, signed_in, to, told_pole

pytestmark = pytest.mark.django_db


@pytest.fixture
def pole(world):
    return told_pole(world)


@pytest.fixture
def desk(client, world):
    return signed_in(client, world)


# Writing ---------------------------------------------------------------------------------------------------------


def test_a_form_sent_back_untouched_changes_nothing_and_the_pages_around_it_answer(desk, pole):
    assert desk.post(to("edit", pole.public_id), opened(desk, pole)).status_code == 302
    assert not Revision.objects.exists()
    assert pole.members.exclude(source=None).count() == 2
    assert pole.name in desk.get(to("records")).text
    assert desk.get(to("history", pole.public_id)).status_code == 200
    assert to("edit", pole.public_id) in desk.get(pole.get_absolute_url()).text


def test_a_pole_is_added_as_people_write_it(desk, world):
    data = filled(desk.get(to("add"))) | {
        "name": "Pôle du canal", "departement": world.departement.code, "created": "2021", "filieres": "Lin\nlin\nvélo",
        "carrier_actor": world.network.public_id, "carrier_actor_text": world.network.name, "place_area": "1200",
        "members-0-actor": world.actor.public_id, "members-0-actor_text": world.actor.name, "members-0-since": "2021",
        "members-1-name": "Une école", "members-1-category": "training",
        "figures-0-year": "2024", "figures-0-cell_budget": "env. 120 000 €", "figures-0-self_financing": "32,5 %",
        "figures-0-posts": "2,5", "figures_autres-0-label": "Ateliers", "figures_autres-0-value": "7", "figures_autres-0-year": "2024",
        "milestones-0-stage": "emergence", "milestones-0-year": "2020", "milestones-1-stage": "creation", "milestones-1-year": "2021",
        "money-0-body": world.body.code, "money-0-body_text": world.body.name, "money-0-amount": "12 500,50",
        "roles-0-body": world.body.code, "roles-0-body_text": world.body.name, "roles-0-kind": "emergence", "roles-0-text": "A repéré le projet.",
        "project_territories-0-territory": world.epci.code, "project_territories-0-territory_text": world.epci.label,
        "recognitions-0-kind": "ami-2021",
    }  # fmt: skip
    page = desk.post(to("add"), data, follow=True)
    assert "Enregistré." in page.text, page.context["form"].problems
    made = Pole.objects.get(name="Pôle du canal")
    assert (made.region, made.stage, made.carrier, made.created) == (world.region, "creation", world.network.name, 2021)
    assert [filiere.name for filiere in made.filieres.all()] == ["Lin", "vélo"]
    assert [(m.name, m.actor, m.category, m.source) for m in made.members.all()] == [
        (world.actor.name, world.actor, "", None),
        ("Une école", None, "training", None),
    ]
    figures = {f.key: (f.value, f.unit, f.year, f.is_approximate) for f in made.figures.all()}
    assert figures["cell_budget"] == (120_000, "€", 2024, True)
    assert figures["self_financing"] == (Decimal("32.50"), "%", 2024, False)
    assert figures["other"] == (7, "", 2024, False)
    (money,), (role,), (territory,) = made.money.all(), made.roles.all(), made.project_territories.all()
    assert (money.name, money.level, money.amount) == (world.body.name, "commune", Decimal("12500.50"))
    assert (role.level, role.kind, territory.name) == ("commune", "emergence", world.epci.name)
    assert made in Pole.objects.search("velo")
    desk.post(to("add"), data)
    assert Pole.objects.filter(name="Pôle du canal").count() == 1


def test_a_row_that_is_not_changed_keeps_its_source_and_one_that_is_loses_it(desk, pole, world):
    data = opened(desk, pole)
    changed = row_of(data, "members", "name", "Le réseau")
    blank = row_of(data, "members", "name", "")
    data |= {f"{changed}since": "2011", f"{blank}name": "Une coopérative", "figures-0-employees": "12"}
    assert desk.post(to("edit", pole.public_id), data).status_code == 302
    assert {m.name: m.source for m in pole.members.all()} == {
        "Le réseau": None,
        "Une coopérative": None,
        "Ville de Lille": world.source,
    }
    assert {f.key: (f.year, f.source) for f in pole.figures.all()} == {
        "cell_budget": (2013, world.source),
        "employees": (2013, None),
        "other": (None, world.source),
    }
    assert pole.provenances.filter(field__in=["members", "figures"], locked=True).count() == 2
    assert set(Revision.objects.get().fields) == {"members", "figures"}
    history = desk.get(to("history", pole.public_id)).text
    assert "Une coopérative" in history and "Ville de Lille" not in history
    desk.post(to("undo", pole.public_id, Revision.objects.get().pk))
    assert [m.source for m in pole.members.all()] == [world.source, world.source]


def test_rows_are_struck_out_and_added_without_javascript(desk, pole):
    data = opened(desk, pole)
    out = row_of(data, "members", "name", "Ville de Lille")
    page = desk.post(
        to("edit", pole.public_id), data | {f"{out}out": "1", "members-2-name": "Un de plus", "reprendre": "1"}
    )
    assert page.status_code == 200 and "members-4-name" in page.text and not Revision.objects.exists()
    data = filled(page)
    assert data[f"{out}out"] == ["1"] and "p. 15" in page.text
    assert desk.post(to("edit", pole.public_id), data).status_code == 302
    assert [m.name for m in pole.members.all()] == ["Le réseau", "Un de plus"]


def test_two_people_on_two_members_both_stay(desk, pole):
    data = opened(desk, pole)
    rows = KIND.read(pole)["members"]
    services.change(pole, {"members": [[*rows[0][:4], "porteur", *rows[0][5:7], None], rows[1]]}, Author())
    data[f"{row_of(data, 'members', 'name', '')}name"] = "Une coopérative"
    page = desk.post(to("edit", pole.public_id), data)
    assert page.status_code == 409 and "les siennes et les vôtres sont gardées" in page.text
    assert desk.post(to("edit", pole.public_id), filled(page)).status_code == 302
    assert {(m.name, m.role) for m in pole.members.all()} == {
        ("Le réseau", "porteur"), ("Ville de Lille", ""), ("Une coopérative", ""),
    }  # fmt: skip


def test_what_the_desk_wrote_survives_the_next_load(world):
    """A list that the desk corrected is the desk's until its protection is lifted; the others follow the documents."""
    row = {
        "pole": "essai", "name": "Pôle du livre", "source": "document", "__file__": "essai.yaml", "__line__": 1,
        "departement": world.departement.code, "facts": [{"field": "carrier", "value": "Le porteur", "page": 3}],
        "members": [{"name": "Une librairie", "page": 3}], "money": [{"name": "Région", "level": "region", "page": 4}],
    }  # fmt: skip

    def load() -> Pole:
        load_reference(panel=[], poles=[dict(row)], indicators=[], sources={"document": world.source})
        return Pole.objects.get(name="Pôle du livre")

    services.change(
        load(), {"carrier": "Un autre", "members": [["Une école", None, None, "", "", None, None, None]]}, Author()
    )
    row["money"] = [{"name": "Région", "level": "region", "amount": 5, "page": 4}]
    kept = load()
    assert (kept.carrier, [m.name for m in kept.members.all()]) == ("Un autre", ["Une école"])
    assert kept.money.get().amount == 5
    services.unlock(kept, "members")
    assert [m.name for m in load().members.all()] == ["Une librairie"]


def test_a_draft_is_kept_and_a_pole_is_checked_today(desk, pole):
    desk.post(to("draft-save"), opened(desk, pole, carrier="À moitié") | {"fiche": pole.public_id})
    assert Draft.objects.get().public_id == pole.public_id
    assert 'value="À moitié"' in desk.get(f"{to('edit', pole.public_id)}?brouillon=1").text
    desk.post(to("check", pole.public_id))
    assert Pole.objects.get(pk=pole.pk).checked_on == timezone.localdate()


# Bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"members-2-name": "LE RESEAU"}, "Ce membre figure deux fois"),
        ({"members-2-name": "Autre nom", "members-2-actor": "network"}, "Ce membre figure deux fois"),
        ({"members-2-name": "Autre nom", "members-2-body": "body"}, "Ce membre figure deux fois"),
        ({"members-2-name": "Moi", "members-2-actor": "actor"}, "est le pôle lui-même"),
        ({"members-2-name": "Pôle textile"}, "est le pôle lui-même"),
        ({"actor": "network", "actor_text": "Réseau des garages"}, "est le pôle lui-même"),
        ({"members-2-name": "X", "members-2-since": "2015", "members-2-until": "2014"}, "quitterait le pôle (2014) avant d’y entrer"),
        ({"members-2-name": "X", "members-2-since": "l’an dernier"}, "n’est pas une année"),
        ({"members-2-actor_text": "Zébulon"}, "n’est pas connu ici"),
        ({"members-2-role": "voisin"}, "Chaque ligne porte un nom"),
        ({"members-2-name": "<b>X</b>"}, "balise HTML"),
        ({"created": "2016", "milestones-1-stage": "closed", "milestones-1-year": "2015"}, "serait créé (2016) après sa fin (2015)"),
        ({"milestones-1-year": "2015"}, "Une étape dit ce qui s’est passé"),
        ({"milestones-1-text": "Fête", "milestones-1-month": "13"}, "n’est pas un mois"),
        ({"milestones-1-text": "Fête", "milestones-1-month": "3"}, "Un mois demande son année"),
        ({"figures-1-year": "2024", "figures-1-self_financing": "101"}, "Une part ne dépasse pas 100 %"),
        ({"figures-1-year": "2024", "figures-1-posts": "-2"}, "Un chiffre n’est pas négatif"),
        ({"figures-1-year": "2024", "figures-1-posts": "deux"}, "n’est pas un chiffre"),
        ({"figures-1-posts": "2"}, "De quelle année sont ces chiffres"),
        ({"figures-1-year": "2024"}, "n’a aucun chiffre"),
        ({"figures-1-year": "2013", "figures-1-cell_budget": "5"}, "figure deux fois pour 2013"),
        ({"figures_autres-1-value": "3"}, "Que compte ce chiffre"),
        ({"money-1-name": "Région", "money-1-level": "region", "money-1-amount": "-5"}, "Un montant n’est pas négatif"),
        ({"money-1-name": "Quelqu’un", "money-1-amount": "5"}, "de quel niveau vient cet argent"),
        ({"roles-1-name": "Région", "roles-1-level": "region", "roles-1-text": "Aide"}, "lequel des trois rôles"),
        ({"recognitions-1-year": "2020"}, "Quelle reconnaissance"),
        ({"project_territories-1-territory": "epci"}, "Ce territoire figure deux fois"),
        ({"name": "Pôle voisin"}, "Un autre pôle porte déjà ce nom"),
        ({"region": "away", "departement": ""}, "Vos droits portent sur un autre territoire"),
        ({"region": "away", "departement": "departement"}, "est dans la région Hauts-de-France"),
        ({"created": "12"}, "quatre chiffres"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(desk, pole, world, typed, sentence):
    PoleFactory(name="Pôle voisin")
    away = TerritoryFactory(level=Level.REGION, name="Ailleurs")
    codes = {
        "network": world.network.public_id, "actor": pole.actor.public_id, "body": world.body.code,
        "epci": world.epci.code, "away": away.code, "departement": world.departement.code,
    }  # fmt: skip
    data = opened(desk, pole, place_name="GARDÉE") | {name: codes.get(value, value) for name, value in typed.items()}
    for name, value in typed.items():
        if value in ("network", "actor", "body", "epci") and name != "actor":
            data.pop(f"{name}_text", None)
    if "away" in typed.values():
        Pole.objects.filter(pk=pole.pk).update(actor=None)
        data = opened(desk, pole, place_name="GARDÉE") | {
            name: codes.get(value, value) for name, value in typed.items()
        }
    page = desk.post(to("edit", pole.public_id), data)
    assert page.status_code == 422 and sentence in page.text, page.context["form"].problems
    assert 'value="GARDÉE"' in page.text and 'role="alert"' in page.text
    for name, value in typed.items():
        if name.endswith(("-name", "-posts", "-month", "-amount")):
            assert filled(page)[name] == [codes.get(value, value)]
    assert not Revision.objects.exists()


def test_stages_against_their_order_are_written_with_a_warning(desk, pole):
    data = opened(desk, pole) | {"milestones-1-stage": "consolidation", "milestones-1-year": "2005"}
    page = desk.post(to("edit", pole.public_id), data, follow=True)
    assert "Enregistré." in page.text and "consolidation (2005), puis création (2010)" in page.text
    assert pole.milestones.count() == 2


def test_a_pole_of_two_hundred_members_is_written_in_few_queries(desk, pole, django_assert_max_num_queries):
    members = [
        [f"Membre {n:03}", ActorFactory().public_id if n % 9 == 0 else None, None, "ess", "", None, None, None]
        for n in range(200)
    ]
    services.change(pole, {"members": members}, Author())
    with django_assert_max_num_queries(90):
        data = opened(desk, pole)
    with django_assert_max_num_queries(150):
        assert desk.post(to("edit", pole.public_id), data | {"carrier": "Quelqu’un"}).status_code == 302
    assert pole.members.count() == 200
