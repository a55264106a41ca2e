"""The desk's first page: what there is to do on one's own territories, in a constant number of queries."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from actors.desk import WEIGHTS
from observatory.accounts.enums import Role
from observatory.editing import alike, services, suggestions
from observatory.editing.desk_registry import work_of
from observatory.editing.models import Draft
from observatory.editing.registry import kind_by_key
from observatory.editing.services import Author

from .factories import ActorFactory, CommuneFactory
from .suggesting import person

pytestmark = pytest.mark.django_db
DESK = "/bureau/"


@pytest.fixture
def lille():
    return CommuneFactory(official_code="59350", name="Lille")


@pytest.fixture
def editor(lille):
    return person(territory=lille.region)


def work(slug: str) -> str:
    return reverse("editing:work", args=["acteurs", slug])


def names(response) -> list[str]:
    return [record.name for record in response.context["page"].object_list]


def pairs(actors) -> set:
    """The pairs that look alike among the actors of a person, by name, with their marks."""
    found = alike.pairs(work_of("actor"), work_of("actor").records(), len(cache.__dict__) + actors)
    by_pk = {actor.pk: actor.name for actor in work_of("actor").records()}
    return {(frozenset((by_pk[p.one], by_pk[p.other])), p.marks) for p in found}


# The first page -----------------------------------------------------------------------------------------------


def test_an_editor_sees_what_there_is_to_do_here_and_not_elsewhere(client, lille, editor):
    here = ActorFactory(name="Ici", territory=lille)
    ActorFactory(name="Sans point", territory=lille.region)
    far = ActorFactory(name="Ailleurs", territory=CommuneFactory())
    colleague = person(Role.CRESS_MODERATOR, lille.region)
    services.change(here, {"telephone": "03 20 00 00 00"}, Author(colleague))
    services.change(far, {"telephone": "02 98 00 00 00"}, Author(colleague))
    suggestions.propose(kind_by_key("actor"), here, {"name": "Ici même"})
    suggestions.propose(kind_by_key("actor"), far, {"name": "Très loin"})
    Draft.objects.create(user=editor, kind="actor", public_id=here.public_id, data="name=x")
    client.force_login(editor)
    response = client.get(DESK)
    (view,) = response.context["overviews"]
    assert (view.total, [task.count for task in view.tasks]) == (2, [2, 1])
    assert response.context["suggestions"]["waiting"] == 1
    assert [revision.record.name for revision in response.context["changes"]] == ["Ici"]
    assert [draft.name for draft in response.context["drafts"]] == ["Ici"]
    assert "Ailleurs" not in response.text


def test_the_desk_asks_few_queries_whatever_the_data(client, lille, editor):
    colleague = person(Role.CRESS_MODERATOR, lille.region)

    def fill(n):
        for i in range(n):
            actor = ActorFactory(name=f"Même nom {i % 3}", territory=lille, email=f"{i % 4}@essai.invalid")
            services.check(actor, Author(colleague))
            suggestions.propose(kind_by_key("actor"), actor, {"telephone": "03"})
            Draft.objects.create(user=editor, kind="actor", public_id=actor.public_id, data="")

    def count() -> int:
        cache.clear()
        with CaptureQueriesContext(connection) as queries:
            assert client.get(DESK).status_code == 200
        return len(queries)

    client.force_login(editor)
    fill(4)
    few = count()
    fill(16)
    # Each floor brings one panel or two of its own.
    assert count() == few <= 18


def test_those_who_speak_for_a_record_see_theirs_and_their_proposals(client, lille):
    mine = ActorFactory(name="Ma fiche à moi", territory=lille)
    ActorFactory(name="Une autre", territory=lille)
    author = person(Role.CONTRIBUTOR, lille, record_kind="actor", record_id=mine.public_id)
    suggestion = suggestions.propose(kind_by_key("actor"), mine, {"telephone": "03"}, user=author)
    suggestions.refuse(suggestion, person(territory=lille.region), reason="Numéro incomplet")
    client.force_login(author)
    response = client.get(DESK)
    assert "Ma fiche à moi" in response.text and "Une autre" not in response.text
    assert "Refusée" in response.text and not response.context["overviews"]
    assert client.get(work("a-verifier")).status_code == 403
    assert client.get(reverse("editing:alike", args=["acteurs"])).status_code == 403
    assert client.get(reverse("editing:queue")).status_code == 403


def test_an_agent_and_a_pole_have_a_desk_too(client, world):
    client.force_login(world.user)
    world.user.is_demonstration = True
    world.user.save()
    assert world.body.name in client.get(DESK).text
    staff = person(Role.POLE_STAFF, world.commune, record_kind="pole", record_id=world.pole.public_id)
    client.force_login(staff)
    assert world.pole.name in client.get(DESK).text


def test_a_partner_has_no_desk(client, lille):
    client.force_login(person(Role.PARTNER, lille.region))
    assert client.get(DESK).status_code == 403


# Work lists ---------------------------------------------------------------------------------------------------


def test_never_checked_first_then_the_oldest_the_largest_first(client, lille, editor):
    today = timezone.localdate()
    ActorFactory(name="Vieille", territory=lille, checked_on=today - timedelta(days=400))
    ActorFactory(name="Récente", territory=lille, checked_on=today - timedelta(days=30))
    ActorFactory(name="Jamais, petite", territory=lille, workforce=2)
    ActorFactory(name="Jamais, grande", territory=lille, workforce=200)
    ActorFactory(name="Jamais, inconnue", territory=lille)
    ActorFactory(name="Ailleurs", territory=CommuneFactory())
    client.force_login(editor)
    address = work("a-verifier")
    assert names(client.get(address)) == ["Jamais, grande", "Jamais, petite", "Jamais, inconnue", "Vieille"]
    assert names(client.get(f"{address}?territory={CommuneFactory().code}")) == []
    assert client.get(work("nulle-part")).status_code == 404
    assert client.get(reverse("editing:work", args=["lunes", "a-verifier"])).status_code == 404


def test_checked_today_in_one_click_leaves_the_list(client, lille, editor):
    actor = ActorFactory(name="À vérifier", territory=lille)
    client.force_login(editor)
    address = work("a-verifier")
    assert reverse("editing:check", args=["acteurs", actor.public_id]) in client.get(address).text
    response = client.post(reverse("editing:check", args=["acteurs", actor.public_id]), {"next": address}, follow=True)
    assert response.redirect_chain == [(address, 302)] and names(response) == []
    actor.refresh_from_db()
    assert actor.checked_on == timezone.localdate()


def test_completeness_follows_the_weights(client, lille, editor):
    assert sum(weight.weight for weight in WEIGHTS) == 100
    ActorFactory(name="Nue", territory=lille, family=None, legal_form=None)
    full = ActorFactory(
        name="Pleine", territory=lille, description="Trie.", telephone="03", email="a@essai.invalid",
        siret="73282932000074", siren="732829320", activities=["tri"], address="1, rue X",
        website="https://essai.invalid/", workforce=3,
    )  # fmt: skip
    client.force_login(editor)
    response = client.get(work("a-completer"))
    assert [(row.name, row.complete) for row in response.context["page"].object_list] == [("Nue", 10), ("Pleine", 90)]
    assert client.get(DESK).context["overviews"][0].complete == 50
    assert "Description" in response.text and full.name in response.text


# Look-alikes --------------------------------------------------------------------------------------------------


def test_look_alikes_share_a_mark_that_few_share(lille):
    roubaix = CommuneFactory(name="Roubaix")
    ActorFactory(name="Le Relais", territory=lille, telephone="03 20 11 22 33")
    ActorFactory(name="RELAIS", territory=lille, email="A@essai.invalid")
    ActorFactory(name="Relais", territory=roubaix, telephone="+33 3.20.11.22.33")
    ActorFactory(name="Autre", territory=roubaix, email="a@essai.invalid", website="https://www.essai.invalid/")
    ActorFactory(name="Encore", territory=lille, website="http://essai.invalid")
    for n in range(6):
        ActorFactory(name=f"Fédérée {n}", territory=lille, telephone="01 00 00 00 00")
    assert pairs(1) == {
        (frozenset(("Le Relais", "RELAIS")), ("même nom, même commune",)),
        (frozenset(("Le Relais", "Relais")), ("même téléphone",)),
        (frozenset(("RELAIS", "Autre")), ("même courriel",)),
        (frozenset(("Autre", "Encore")), ("même site",)),
    }


def test_a_pair_comes_once_with_all_that_it_shares(client, lille, editor):
    one, other = (ActorFactory(name="Le Relais", territory=lille, email="a@essai.invalid") for _ in range(2))
    client.force_login(editor)
    address = reverse("editing:alike", args=["acteurs"])
    response = client.get(address)
    assert [marks for *_, marks in response.context["pairs"]] == [("même nom, même commune", "même courriel")]
    client.post(
        reverse("editing:tell-apart", args=["acteurs", one.public_id]), {"avec": other.public_id, "next": address}
    )
    assert client.get(address).context["pairs"] == []


def test_look_alikes_stay_within_reach(client, lille, editor):
    ActorFactory(name="Ici", territory=lille, email="a@essai.invalid")
    ActorFactory(name="Ailleurs", territory=CommuneFactory(), email="a@essai.invalid")
    client.force_login(editor)
    assert client.get(reverse("editing:alike", args=["acteurs"])).context["pairs"] == []
    client.force_login(person(Role.ADMINISTRATOR))
    assert len(client.get(reverse("editing:alike", args=["acteurs"])).context["pairs"]) == 1


def test_a_merged_record_makes_no_pair(lille):
    one, other = (ActorFactory(name="Le Relais", territory=lille) for _ in range(2))
    assert len(pairs(2)) == 1
    services.merge(one, other, {}, Author())
    assert pairs(3) == set()
