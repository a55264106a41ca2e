"""Evidence of a checklist: found by the rules, added by hand, kept when its record is gone."""

import pytest

from observatory.editing import services as doors
from observatory.editing.services import Author
from policies.checklists import finders, services
from policies.checklists.models import Dismissal, Evidence
from policies.kits.models import hold_links

from .checklists import a_kit, an_agent, answer, opened, url
from .factories import AgreementFactory, CollectivityFactory, StakeFactory

WORK = url("work")


@pytest.fixture
def kit(world):
    return a_kit(world)


@pytest.fixture
def checklist(world, kit):
    return opened(world, kit)


@pytest.fixture
def agent(world, client, checklist):
    user = an_agent(world)
    client.force_login(user)
    return user


def lever_url(lever, name="answer"):
    return url(name, lever.public_id)


def test_evidence_finds_itself_and_one_click_accepts_or_dismisses_it(client, world, kit, agent, checklist):
    a, b, c, _ = kit.levers
    page = client.get(WORK)
    found = {(p.lever.key, p.rule.key, p.record.name) for p in page.context["fiche"].proposals}
    assert found == {
        ("appel", "dispositif", "Appel à projets de Lille"),
        ("aide", "convention", "Aide au démarrage"),
        ("part", "part", "Lille dans le garage"),
    }
    stake, grant = f"part:stake:{world.stake.public_id}", f"convention:agreement:{world.agreement.public_id}"
    client.post(lever_url(c, "proposal"), {"proposition": stake, "reponse": "oui"})
    held = answer(checklist, c)
    assert (held.status, held.evidence.get().label) == ("done", "Lille dans le garage")
    services.answer(checklist, b, {"status": "planned"}, Author(agent))
    client.post(lever_url(b, "proposal"), {"proposition": grant, "reponse": "oui"})
    assert answer(checklist, b).status == "planned", "a state that was chosen stays"
    scheme = f"dispositif:scheme:{world.scheme.public_id}"
    client.post(lever_url(a, "proposal"), {"proposition": scheme, "reponse": "non"})
    page = client.get(WORK)
    assert page.context["fiche"].proposals == []
    assert world.stake.get_absolute_url() in page.text
    aside = client.get(url("set-aside")).text
    assert "Appel à projets de Lille" in aside
    client.post(url("proposal-back", Dismissal.objects.get().pk))
    assert len(client.get(WORK).context["fiche"].proposals) == 1
    assert client.post(lever_url(a, "proposal"), {"proposition": stake, "reponse": "oui"}).status_code == 302
    assert "Cette proposition n’est plus là" in client.get(WORK).text


def test_rules_speak_of_the_body_alone_and_of_shared_themes(world, kit):
    elsewhere = CollectivityFactory()
    AgreementFactory(body=elsewhere)
    StakeFactory(body=world.body, name="Sans thème")
    hold_links(kit.levers)
    found = finders.proposals(world.body, kit.levers)
    told = {p.record.name for proposals in found.values() for p in proposals}
    assert "Sans thème" not in told, "the lever is of a thematic fiche, the co-operative of none"
    assert {p.lever.key for proposals in finders.proposals(elsewhere, kit.levers).values() for p in proposals} == {
        "aide"
    }


def test_evidence_is_added_by_name_or_address_and_removed_records_stay_named(client, world, kit, agent, checklist):
    lever = kit.levers[0]
    address = lever_url(lever, "evidence")
    results = client.get(f"{address}?nature=actor&q=garages solidaires").context["results"]
    assert [record.name for record in results] == ["Garage solidaire de Lille"]
    client.post(address, {"nature": "actor", "fiche": world.actor.public_id})
    client.post(address, {"url": "https://lille.invalid/d12", "label": "Délibération"})
    assert [e.label for e in Evidence.objects.all()] == ["Garage solidaire de Lille", "Délibération"]
    for typed, sentence in [
        ({"url": "lille.invalid/x", "label": "x"}, "L’adresse d’une page s’écrit"),
        ({"url": "javascript:alert(1)", "label": "x"}, "L’adresse d’une page s’écrit"),
        ({"url": "https://lille.invalid/x"}, "Nommez cette page"),
        ({"nature": "actor", "fiche": "0000000000"}, "Cette fiche n’existe pas"),
        ({}, "Choisissez une fiche"),
    ]:
        response = client.post(address, typed)
        assert response.status_code == 422
        assert sentence in response.text
        assert typed.get("url", "") in response.text
    doors.archive(world.actor, Author())
    page = client.get(WORK).text
    assert "Garage solidaire de Lille" in page
    assert "fiche retirée depuis" in page
    client.post(lever_url(lever, "evidence-remove"), {"nature": "url", "fiche": "", "url": "https://lille.invalid/d12"})
    assert Evidence.objects.get().kind == "actor"
