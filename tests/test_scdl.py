"""The official file of grants (SCDL « subventions »): its published rules, and what keeps a grant from it."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from observatory.accounts.enums import Role
from policies import scdl
from policies.models import Agreement

from .factories import ActorFactory, AgreementFactory, CollectivityFactory, InstrumentFactory
from .permissions import person

pytestmark = pytest.mark.django_db
GOOD = {
    "nomAttribuant": "Région d’essai", "idAttribuant": "23350001600040", "dateConvention": "2024-06-27",
    "referenceDecision": "2024-03-103", "nomBeneficiaire": "Association d’essai", "idBeneficiaire": "04991000000014",
    "rnaBeneficiaire": "W123456789", "objet": "Aide", "montant": "47800.20", "nature": "aide en numéraire",
    "conditionsVersement": "échelonné", "datesPeriodeVersement": "2024-03-14/2025-03-14", "idRAE": "12345",
    "notificationUE": "non", "pourcentageSubvention": "1.00", "dispositifAide": "Appel 2024",
}  # fmt: skip


def a_grant(world, **kwargs) -> Agreement:
    given = {
        "body": world.body, "signed_on": date(2024, 6, 1), "total": Decimal("12500.50"), "nature": "money",
        "eu_notified": False, "conditions": "Unique", "start": date(2024, 6, 1), "end": date(2024, 12, 31),
    }  # fmt: skip
    return AgreementFactory(**given | kwargs)


def association(number: int, **kwargs):
    return ActorFactory(siret=f"{number:014}", siren=f"{number:014}"[:9], **kwargs)


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("nomAttribuant", ""),
        ("idAttribuant", "4991E+13"),
        ("idAttribuant", "23 350 001 600 040"),
        ("dateConvention", "27/06/2024"),
        ("dateConvention", "2024-02-30"),
        ("idBeneficiaire", "499100000001"),
        ("idBeneficiaire", ""),
        ("rnaBeneficiaire", "W12345678"),
        ("objet", "x" * 257),
        ("montant", "47800,20"),
        ("montant", "47 800.20"),
        ("nature", "argent"),
        ("conditionsVersement", ""),
        ("datesPeriodeVersement", "2025-03-14/2024-03-14"),
        ("datesPeriodeVersement", "2024-03-14_2025-03-14"),
        ("idRAE", "123456"),
        ("notificationUE", "true"),
        ("pourcentageSubvention", "100"),
        ("pourcentageSubvention", ""),
    ],
)
def test_each_column_has_its_published_rule(column, text):
    assert scdl.faults(GOOD) == []
    assert [fault.column.name for fault in scdl.faults(GOOD | {column: text})] == [column]


def test_help_in_kind_may_name_an_association_by_its_rna_alone():
    assert scdl.faults(GOOD | {"idBeneficiaire": "", "nature": "aide en nature"}) == []


def test_the_file_of_a_body_and_a_year_follows_the_schema(client, world):
    a_grant(
        world, name='Aide « au départ », dite "amorçage"', actor=association(4991, name="Le Garage"), call=world.call
    )
    several = a_grant(world, actor=association(5000), start=None, end=None, conditions="")
    for year in (2024, 2025):
        several.instalments.create(year=year, amount=Decimal("6250.25"))
    a_grant(world, actor=association(5001), signed_on=date(2023, 6, 1))
    market = InstrumentFactory(key="marche-public", name="Marché public", family="purchase")
    a_grant(world, actor=association(5002), instrument=market)
    a_grant(world, actor=association(5003), state="archived")
    address = reverse("policies:scdl", args=[world.body.code, 2024])
    response = client.get(address)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    text = response.content.decode("utf-8")
    assert scdl.check(text) == [] and not text.startswith("\ufeff")
    first, second = csv.DictReader(io.StringIO(text))
    assert list(first) == scdl.NAMES and len(scdl.NAMES) == 16
    assert (first["idAttribuant"], first["idBeneficiaire"]) == (world.actor.siret, "00000000004991")
    assert (first["montant"], first["conditionsVersement"], first["dispositifAide"]) == (
        "12500.50",
        "unique",
        "Appel 2019",
    )
    assert first["datesPeriodeVersement"] == "2024-06-01/2024-12-31" and first["notificationUE"] == "non"
    assert second["datesPeriodeVersement"] == "2024-01-01/2025-12-31" and second["conditionsVersement"] == "échelonné"
    assert f'href="{address}"' in client.get(world.body.get_absolute_url()).text


def test_what_lacks_a_mandatory_value_is_listed_for_the_agent_instead(client, world):
    a_grant(world, name="Sans identifiant", actor=ActorFactory(siret=None))
    a_grant(world, name="Sans date", actor=association(5005), signed_on=None, year=2024)
    a_grant(world, name="Sans réponse", actor=association(5006), eu_notified=None, nature="")
    assert client.get(reverse("policies:scdl", args=[world.body.code, 2024])).status_code == 404
    desk = reverse("policies:scdl-detail", args=[world.body.code, 2024])
    assert client.get(desk).status_code == 302
    client.force_login(person(Role.COLLECTIVITY_AGENT, territory=world.commune, record=world.body))
    page = client.get(desk).text
    for name, column in (
        ("Sans identifiant", "idBeneficiaire"),
        ("Sans date", "dateConvention"),
        ("Sans réponse", "notificationUE"),
    ):
        line = page[page.index(name) :].split("</tr>")[0]
        assert column in line and "valeur obligatoire" in line
    assert desk in client.get(reverse("policies:scdl-desk")).text


def test_the_list_of_what_is_wanting_is_that_of_my_body(client, world):
    other = CollectivityFactory()
    AgreementFactory(body=other, year=2024)
    client.force_login(person(Role.COLLECTIVITY_AGENT, territory=world.commune, record=world.body))
    assert client.get(reverse("policies:scdl-detail", args=[other.code, 2024])).status_code == 403
    assert other.code not in client.get(reverse("policies:scdl-desk")).text
    client.force_login(person(Role.CONTRIBUTOR, territory=world.commune, record=world.actor))
    assert client.get(reverse("policies:scdl-desk")).status_code == 403


def test_a_body_without_a_known_siret_exports_nothing_and_the_page_says_how_to_mend_it(client, world):
    body = CollectivityFactory(territory=world.commune, code="commune-59351", name="Sans SIRET")
    a_grant(world, body=body, actor=association(5007))
    assert client.get(reverse("policies:scdl", args=[body.code, 2024])).status_code == 404
    client.force_login(person(Role.CRESS_EDITOR, territory=world.region))
    page = client.get(reverse("policies:scdl-detail", args=[body.code, 2024])).text
    assert "SIRET de la collectivité n’est pas connu" in page
    for year in (0, 99999):
        assert client.get(f"/conventions/scdl/{body.code}/{year}.csv").status_code == 404
