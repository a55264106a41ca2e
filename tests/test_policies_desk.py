"""Schemes, calls, agreements and stakes at the desk: who writes them, what the law says of them, what is refused."""

from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from actors.models import Actor
from observatory.accounts.enums import Role
from observatory.editing import services
from observatory.editing.models import Revision
from observatory.editing.registry import kind_of
from observatory.editing.services import Author
from policies.editing import KINDS
from policies.models import Agreement, Call, Stake, SupportScheme, Threshold

from .desk import filled
from .factories import ActorFactory, AgreementFactory, CallFactory, CollectivityFactory, SchemeFactory, StakeFactory
from .permissions import person

pytestmark = pytest.mark.django_db
#: key → (unit, period and value by day of effect)
LIMITS = {
    "de-minimis": [(200_000, None, date(2023, 12, 31), "3 exercices fiscaux"), (300_000, date(2024, 1, 1), None, "3 ans glissants")],
    "de-minimis-sieg": [(500_000, None, date(2023, 12, 31), "3 exercices fiscaux"), (750_000, date(2024, 1, 1), None, "3 ans glissants")],
    "convention-ecrite": [(23_000, date(2001, 6, 10), None, "1 an")],
}  # fmt: skip


def to(name: str, slug: str, *args) -> str:
    return reverse(f"editing:{name}", args=[slug, *args])


@pytest.fixture
def law(world):
    for key, values in LIMITS.items():
        limit = Threshold.objects.create(key=key, name=key, unit="euros", scope="aides", consequence="motif")
        for value, since, until, period in values:
            limit.values.create(value=value, since=since, until=until, period=period, legal_source=f"Texte {value}")


@pytest.fixture
def desk(client, world):
    client.force_login(person(Role.CRESS_EDITOR, territory=world.region))
    return client


@pytest.fixture
def agent(client, world):
    client.force_login(person(Role.COLLECTIVITY_AGENT, territory=world.commune, record=world.body))
    return client


def blank(client, slug: str, **typed) -> dict:
    return filled(client.get(to("add", slug))) | typed


def an_agreement(client, world, **typed) -> dict:
    given = {
        "name": "Aide au garage",
        "instrument": "subvention",
        "body": world.body.code,
        "actor": world.actor.public_id,
    }
    return (
        blank(client, "conventions", **given) | {"body_text": world.body.name, "actor_text": world.actor.name} | typed
    )


# Writing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.slug)
def test_a_form_sent_back_untouched_changes_nothing_and_the_pages_around_it_answer(desk, world, kind):
    record = {
        "dispositifs": world.scheme, "appels": world.call, "conventions": world.agreement, "parts": world.stake,
        "referents": world.referent,
    }[kind.slug]  # fmt: skip
    address = to("edit", kind.slug, record.public_id)
    assert desk.post(address, filled(desk.get(address))).status_code == 302
    assert not Revision.objects.exists()
    assert record.name in desk.get(to("records", kind.slug)).text
    assert desk.get(to("history", kind.slug, record.public_id)).status_code == 200
    # The page of a collectivité, where its referents stand, is the same for every reader.
    public = to("records", kind.slug) if kind.slug == "referents" else record.get_absolute_url()
    assert address in desk.get(public).text


def test_an_agreement_is_written_as_people_write_it(agent, world):
    data = an_agreement(
        agent, world, total="12\u202f500,50 €", signed_on="31/12/2025", end="2026-12-31", nature="money", share="57,5 %",
        **{"instalments-0-year": "2025", "instalments-0-amount": "10 000", "instalments-1-year": "2026"},
        **{"instalments-1-amount": "2.500,50", "documents-0-label": "Délibération", "documents-0-url": "lille.invalid/d"},
    )  # fmt: skip
    page = agent.post(to("add", "conventions"), data, follow=True)
    assert "Enregistré." in page.text and "12\u202f500,50\u00a0€" in page.text
    made = Agreement.objects.get(name="Aide au garage")
    assert (made.total, made.share, made.signed_on, made.year) == (
        Decimal("12500.50"),
        Decimal("57.50"),
        date(2025, 12, 31),
        2025,
    )
    assert [(i.year, i.amount) for i in made.instalments.all()] == [(2025, 10_000), (2026, Decimal("2500.50"))]
    assert (made.beneficiary, made.body_then, made.documents[0]["url"]) == (
        world.actor.name,
        world.body.name,
        "https://lille.invalid/d",
    )
    assert Revision.objects.get().fields["total"] == [None, "12500.50"]
    agent.post(to("add", "conventions"), data)
    assert Agreement.objects.filter(name="Aide au garage").count() == 1


def test_a_beneficiary_outside_the_directory_keeps_the_name_written(agent, world):
    data = an_agreement(agent, world, actor="", actor_text="Les Zébulons du canal")
    assert agent.post(to("add", "conventions"), data).status_code == 302
    made = Agreement.objects.get(name="Aide au garage")
    assert (made.actor, made.beneficiary) == (None, "Les Zébulons du canal")


def test_a_name_near_those_of_the_directory_is_asked_about(agent, world):
    data = an_agreement(agent, world, actor="", actor_text="Garage solidaire")
    page = agent.post(to("add", "conventions"), data)
    assert page.status_code == 422 and world.actor.public_id in page.text and "garder le nom écrit" in page.text
    agent.post(to("add", "conventions"), data | {"actor_near": "aucune"})
    assert Agreement.objects.get(name="Aide au garage").beneficiary == "Garage solidaire"


def test_a_scheme_and_its_call_are_added_by_the_agent_of_the_body(agent, world):
    form = agent.get(to("add", "dispositifs"))
    assert world.body.code in form.text
    data = filled(form) | {"name": "Coup de pouce", "instrument": "appel-a-projets", "summary": "Un coup de pouce."}
    assert agent.post(to("add", "dispositifs"), data | {"gives": ["money"], "ceiling": "5 000"}).status_code == 302
    scheme = SupportScheme.objects.get(name="Coup de pouce")
    assert [offer.body for offer in scheme.offers.all()] == [world.body] and scheme in SupportScheme.objects.search(
        "pouce"
    )
    data = blank(agent, "appels", scheme="", scheme_text="Coup de pouce", closes="2030-03-31", envelope="40 000 €") | {
        "laureates-0-actor": world.actor.public_id, "laureates-0-actor_text": world.actor.name, "laureates-1-name": "Le Relais", "laureates-1-amount": "1 500",
    }  # fmt: skip
    assert agent.post(to("add", "appels"), data).status_code == 302
    call = Call.objects.get(scheme=scheme)
    assert (call.name, call.year, call.envelope) == ("Coup de pouce, 2030", 2030, 40_000)
    assert [(row.name, row.actor, row.amount) for row in call.laureates.order_by("name")] == [
        (world.actor.name, world.actor, None), ("Le Relais", None, 1500),
    ]  # fmt: skip
    services.archive(call, Author())
    assert agent.get(call.get_absolute_url()).status_code == 404
    assert call.name not in agent.get(scheme.get_absolute_url()).text


# Bad input -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "typed", "sentence"),
    [
        ("conventions", {"total": "douze mille"}, "n’est pas un montant"),
        ("conventions", {"total": "12.500"}, "se lit de deux façons"),
        ("conventions", {"total": "12,505"}, "se lit de deux façons"),
        ("conventions", {"total": "-5"}, "n’est pas négatif"),
        ("conventions", {"total": "1,2345"}, "deux décimales au plus"),
        ("conventions", {"signed_on": "le 3 mai"}, "Une date s’écrit"),
        ("conventions", {"start_field": "2024-05-01", "end": "2024-04-30"}, "La fin précède le début."),
        ("conventions", {"share": "101"}, "ne dépasse pas 100 %"),
        ("conventions", {"actor": "", "actor_text": ""}, "Qui reçoit ?"),
        ("conventions", {"body": "", "body_text": ""}, "Quelle collectivité ?"),
        ("conventions", {"body": "", "body_text": "Atlantide"}, "n’est pas une collectivité connue"),
        ("conventions", {"name": "<b>Aide</b>"}, "balise HTML"),
        ("conventions", {"instrument": ""}, "Choisissez l’instrument"),
        ("conventions", {"total": "100", "instalments-0-year": "2024", "instalments-0-amount": "90"}, "il manque 10\u00a0€"),
        ("conventions", {"instalments-0-year": "2024"}, "n’a pas de montant"),
        ("conventions", {"documents-0-url": "javascript:alert(1)"}, "commence par https://"),
        ("appels", {"opens": "2024-05-01", "closes": "2024-04-30"}, "La clôture précède l’ouverture."),
        ("appels", {"received": "4", "eligible": "5"}, "dépasse le précédent"),
        ("appels", {"laureates-0-amount": "5"}, "porte un nom"),
        ("parts", {"percent": "85"}, "les collectivités détiendraient 105"),
        ("parts", {"percent": "101"}, "ne dépasse pas 100 %"),
        ("dispositifs", {"since": "2020", "until": "2019"}, "précède celle du début"),
        ("dispositifs", {"bodies-0-code": "", "bodies-0-code_text": "Atlantide"}, "n’est pas connu ici"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(desk, world, slug, typed, sentence):
    body, actor = {"body": world.body.code}, {"actor": world.actor.public_id}
    given = {
        "conventions": {"name": "Aide", "instrument": "subvention", "reference": "GARDÉE", **body, **actor},
        "appels": {"scheme": world.scheme.public_id, "name": "GARDÉE"},
        "parts": {"name": "GARDÉE", "taken_on": "2017-05-01", "body": "", "body_then": "Un syndicat", **actor},
        "dispositifs": {"name": "GARDÉE", "instrument": "subvention", "summary": "S", "bodies-0-code": world.body.code},
    }[slug]
    data = {key: value for key, value in blank(desk, slug).items() if not key.endswith("_text")} | given | typed
    page = desk.post(to("add", slug), data)
    assert page.status_code == 422 and sentence in page.text.replace("&#x27;", "'"), page.text
    assert 'value="GARDÉE"' in page.text and 'role="alert"' in page.text
    assert not Revision.objects.exists()


# The law ---------------------------------------------------------------------------------------------------------


def given_by(body, actor, day: date, total: int) -> Agreement:
    return AgreementFactory(body=body, actor=actor, signed_on=day, year=day.year, total=total, is_de_minimis=True)


@pytest.mark.parametrize(
    ("day", "known", "ceiling", "end"),
    [
        ("2023-12-31", "180\u202f000", "200\u202f000", "il serait dépassé de 10\u202f000"),
        ("2024-01-02", "60\u202f000", "300\u202f000", "il resterait 210\u202f000"),
    ],
)
def test_de_minimis_across_two_bodies_before_and_after_2024(agent, world, law, day, known, ceiling, end):
    other = CollectivityFactory()
    given_by(other, world.actor, date(2021, 1, 2), 120_000)
    given_by(other, world.actor, date(2020, 12, 31), 90_000)
    given_by(world.body, world.actor, date(2023, 12, 30), 60_000)
    data = an_agreement(agent, world, total="30 000", signed_on=day, is_de_minimis="true")
    live = agent.post(reverse("policies:limits", args=["conventions"]), data, headers={"HX-Request": "true"})
    without_script = agent.post(to("add", "conventions"), data | {"reprendre": "1"})
    for page in (live, without_script):
        assert page.status_code == 200 and f"{known}\u00a0€ connus de l’observatoire" in page.text
        assert f"plafond de {ceiling}" in page.text and end in page.text
        assert "ne connaît pas forcément tout" in page.text
    assert Agreement.objects.filter(name="Aide au garage").count() == 0


def test_a_breach_asks_for_a_reason_and_never_forbids(agent, world, law):
    given_by(CollectivityFactory(), world.actor, date(2024, 2, 1), 290_000)
    data = an_agreement(agent, world, total="30 000", signed_on="2024-06-01", is_de_minimis="true")
    page = agent.post(to("add", "conventions"), data)
    assert (
        page.status_code == 422 and "le plafond serait dépassé" in page.text and "Enregistrer sans motif" in page.text
    )
    assert agent.post(to("add", "conventions"), data | {"exception": "RGEC, article 22"}).status_code == 302
    assert Agreement.objects.get(name="Aide au garage").exception == "RGEC, article 22"
    again = an_agreement(agent, world, total="30 000", signed_on="2024-06-02", is_de_minimis="true", name="Une autre")
    assert agent.post(to("add", "conventions"), again | {"sans_motif": "1"}).status_code == 302


def test_an_aid_counts_against_its_own_ceiling_and_before_2024_against_both(agent, world, law):
    given_by(CollectivityFactory(), world.actor, date(2023, 3, 1), 210_000)
    sieg = {"signed_on": "2023-12-20", "is_de_minimis": "true", "is_sieg": "true"}
    data = an_agreement(agent, world, total="290 000,01", **sieg)
    page = agent.post(to("add", "conventions"), data)
    assert page.status_code == 422 and "500\u202f000,01\u00a0€, pour un plafond de 500\u202f000" in page.text
    assert "elle est comptée à part" in page.text and "est déjà dépassé de 10\u202f000" in page.text
    # At its own ceiling it passes, though general aid had passed the general one before: that is said, no reason asked.
    assert agent.post(to("add", "conventions"), data | {"total": "290 000"}).status_code == 302
    other = an_agreement(agent, world, name="Un achat", total="1", signed_on="2023-12-21", is_de_minimis="false")
    assert agent.post(to("add", "conventions"), other).status_code == 302
    general = an_agreement(agent, world, name="Une autre", total="10", signed_on="2023-12-28", is_de_minimis="true")
    live = agent.post(reverse("policies:limits", args=["conventions"]), general).text
    assert "500\u202f010\u00a0€, pour un plafond de 500\u202f000" in live
    assert (
        "plafond de 750"
        not in agent.post(reverse("policies:limits", args=["conventions"]), general | {"signed_on": "2024-01-02"}).text
    )


def test_an_aid_without_day_of_signature_still_counts_and_is_reckoned_in_its_own_year(agent, world, law):
    begun = AgreementFactory(actor=world.actor, start=date(2023, 5, 2), total=120_000, is_de_minimis=True)
    AgreementFactory(actor=world.actor, year=2022, total=50_000, is_de_minimis=True)
    AgreementFactory(actor=world.actor, year=2020, total=7_000, is_de_minimis=True)
    data = an_agreement(agent, world, total="40 000", year="2023", is_de_minimis="true")
    live = agent.post(reverse("policies:limits", args=["conventions"]), data).text
    assert "210\u202f000\u00a0€, pour un plafond de 200\u202f000" in live and "au 31 décembre 2023" in live
    assert f"{begun.body.name}, 2 mai 2023" in live


def test_a_written_agreement_is_due_above_its_threshold_in_the_year(agent, world, law):
    AgreementFactory(body=world.body, actor=world.actor, signed_on=date(2024, 3, 1), total=20_000)
    data = an_agreement(agent, world, total="3 000,01", signed_on="2024-06-01")
    address = reverse("policies:limits", args=["conventions"])
    assert "une convention écrite est due" in agent.post(address, data).text
    assert "n’exige pas de convention écrite" in agent.post(address, data | {"total": "3 000"}).text


def test_the_public_capital_of_a_cooperative_is_shown_and_its_ceiling_asks_for_a_reason(agent, world):
    # The world's cooperative: 20 % by its commune, 10 % by another body.
    StakeFactory(actor=world.actor, year=2019, percent=Decimal(15))
    data = blank(agent, "parts", actor=world.actor.public_id, percent="30", taken_on="2020-01-01")
    data |= {"actor_text": world.actor.name}
    page = agent.post(to("add", "parts"), data)
    assert page.status_code == 422 and "Avec cette part : 55\u00a0%" in page.text and "plus que la loi" in page.text
    assert "demandez à la coopérative la liste de ses associés" in page.text
    assert agent.post(to("add", "parts"), data | {"percent": "25"}).status_code == 302
    made = Stake.objects.get(percent=25)
    assert (made.body, made.name, made.year) == (world.body, f"{world.body.name} dans {world.actor.name}", 2020)


# Rights ----------------------------------------------------------------------------------------------------------


def test_an_agent_cannot_hand_an_act_to_another_body_nor_write_actors(agent, world):
    other = CollectivityFactory()
    address = to("edit", "conventions", world.agreement.public_id)
    data = filled(agent.get(address)) | {"body": other.code, "body_text": other.name, "sans_motif": "1"}
    page = agent.post(address, data)
    assert page.status_code == 422 and "Vos droits portent sur une autre collectivité" in page.text
    assert Agreement.objects.get(pk=world.agreement.pk).body == world.body and not Revision.objects.exists()
    assert agent.get(to("add", "acteurs")).status_code == 403
    assert agent.get(to("edit", "acteurs", world.actor.public_id)).status_code == 403
    assert world.actor.name not in agent.get(to("records", "acteurs")).text
    assert AgreementFactory(name="Ailleurs").name not in agent.get(to("records", "conventions")).text


# Merging, reminders, report ----------------------------------------------------------------------------------------


def test_two_schemes_become_one_with_their_calls_and_part_again(desk, world):
    twin = SchemeFactory(name="Appel à projets de Lille", bodies=[world.body])
    call = CallFactory(scheme=twin, closes=date(2030, 1, 1))
    kind = kind_of(twin)
    assert kind.lookalikes(kind.read(twin), twin.public_id) == [world.scheme]
    page = desk.get(f"{to('merge', 'dispositifs', world.scheme.public_id)}?avec={twin.public_id}")
    assert "1\u00a0appel" in page.text
    services.merge(world.scheme, twin, {}, Author())
    assert Call.objects.get(pk=call.pk).scheme == world.scheme
    assert desk.get(twin.get_absolute_url()).url == world.scheme.get_absolute_url()
    services.separate(SupportScheme._base_manager.get(pk=twin.pk), Author())
    assert Call.objects.get(pk=call.pk).scheme == twin


def test_the_acts_of_an_actor_follow_it_into_a_merge_and_back(world):
    twin = ActorFactory(name="Garage solidaire")
    agreement, stake = AgreementFactory(actor=twin), StakeFactory(actor=twin)
    services.merge(world.actor, twin, {}, Author())
    assert {Agreement.objects.get(pk=agreement.pk).actor, Stake.objects.get(pk=stake.pk).actor} == {world.actor}
    services.separate(Actor._base_manager.get(pk=twin.pk), Author())
    assert {Agreement.objects.get(pk=agreement.pk).actor, Stake.objects.get(pk=stake.pk).actor} == {twin}


def test_the_desk_recalls_what_ends_soon_where_i_write(agent, world):
    today = timezone.localdate()
    AgreementFactory(name="Finit bientôt", body=world.body, end=today + timedelta(days=90))
    AgreementFactory(name="Finit plus tard", body=world.body, end=today + timedelta(days=91))
    AgreementFactory(name="Finit ailleurs", end=today)
    CallFactory(name="Se clôt bientôt", scheme=world.scheme, closes=today + timedelta(days=14))
    CallFactory(name="Se clôt plus tard", scheme=world.scheme, closes=today + timedelta(days=15))
    page = agent.get(reverse("editing:desk")).text
    assert "Finit bientôt" in page and "Se clôt bientôt" in page
    assert not [name for name in ("Finit plus tard", "Finit ailleurs", "Se clôt plus tard") if name in page]
    for slug in ("dispositifs", "appels", "conventions", "parts"):
        assert to("records", slug) in page


def test_the_report_counts_by_instrument_body_source_and_sheet(world):
    out = StringIO()
    call_command("policies_report", stdout=out)
    text = out.getvalue()
    for line in ("Appel à projets", world.body.name, "Document d’essai (2020)", "fiche 12"):
        assert line in text, text
