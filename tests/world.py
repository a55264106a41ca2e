"""A small portal with something behind every address: territories, contours, bodies, actors, poles, links."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from actors.enums import Family, Label, LegalForm, Precision
from actors.models import Actor, Theme
from observatory.accounts.enums import Role
from observatory.accounts.models import Grant, User
from observatory.records.models import Citation, Provenance, Source
from observatory.search import words
from observatory.territories.contours import layer
from observatory.territories.enums import BodyKind, Detail, Level
from observatory.territories.models import Collectivity, Contour, ContourLayer, Territory
from policies.kits.models import Kit
from policies.models import Agreement, Call, Referent, Stake, SupportScheme, Threshold
from ptce.models import Pole

from . import kits, poles
from .factories import (
    ActorFactory,
    AgreementFactory,
    CallFactory,
    CollectivityFactory,
    CommuneFactory,
    InstrumentFactory,
    PoleFactory,
    SchemeFactory,
    SourceFactory,
    StakeFactory,
    TerritoryFactory,
    ThemeFactory,
)

SQUARE = '{"type":"Polygon","coordinates":[[[3,50.6],[3.1,50.6],[3.1,50.7],[3,50.7],[3,50.6]]]}'
EXTENT = {"west": 3.0, "south": 50.6, "east": 3.1, "north": 50.7}


@dataclass
class World:
    """The records that pages are asked for; each bears links to many others."""

    region: Territory
    departement: Territory
    epci: Territory
    commune: Territory
    park: Territory
    theme: Theme
    network: Actor
    actor: Actor
    pole: Pole
    body: Collectivity
    source: Source
    user: User
    scheme: SupportScheme
    call: Call
    agreement: Agreement
    stake: Stake
    referent: Referent
    kit: Kit

    def addresses(self) -> dict[str, str]:
        """The pages and lists whose queries are counted."""
        return {
            "accueil": "/",
            "recherche": "/recherche/?q=garage+solidaire",
            "suggestions": "/recherche/suggestions/?q=garage",
            "données": "/donnees/",
            "annuaire": "/annuaire/",
            "annuaire, mots et filtres": (
                f"/annuaire/?q=garage&family=association&theme={self.theme.key}&territory={self.epci.code}"
            ),
            "annuaire, sans résultat": "/annuaire/?q=garrage+solidere",
            "acteur": self.actor.get_absolute_url(),
            "réseau": self.network.get_absolute_url(),
            "carte": f"/carte/?territory={self.region.code}",
            "points de la carte": "/carte/points.json?bbox=2,50,4,51&zoom=9",
            "export CSV": "/annuaire/export/csv/",
            "collectivités": "/collectivites/?q=territoire",
            "collectivité": self.body.get_absolute_url(),
            "pôles": "/ptce/",
            "pôles, filtrés": "/ptce/?q=mobilité&stage=creation&sort=-budget",
            "pôles, fichier": "/ptce/export/csv/",
            "repères": "/ptce/reperes/",
            "pôle": self.pole.get_absolute_url(),
            "dispositifs": "/dispositifs/",
            "dispositifs, filtrés": f"/dispositifs/?q=projets&theme={self.theme.key}&territory={self.epci.code}",
            "dispositif": self.scheme.get_absolute_url(),
            "appels": "/dispositifs/appels/",
            "dispositifs, fichier": "/dispositifs/telecharger/csv/",
            "appel": self.call.get_absolute_url(),
            "échéances": "/dispositifs/echeances.ics",
            "instruments": "/dispositifs/instruments/",
            "seuils": "/dispositifs/seuils/",
            "conventions": "/conventions/",
            "conventions, fichier": "/conventions/telecharger/csv/",
            "convention": self.agreement.get_absolute_url(),
            "kits": "/kit/",
            "kits, mots et filtres": f"/kit/?q=garages&theme={self.theme.key}&level=commune",
            "kit": "/kit/essai/",
            "fiche": "/kit/essai/mobilite/",
            "fiche, édition ancienne": "/kit/essai/animer/?edition=essai-2020",
            "levier": f"/kit/essai/mobilite/garages/?territory={self.commune.code}",
            "déniché pour vous": "/kit/deniche-pour-vous/",
            "parts de SCIC": "/parts-de-scic/",
            "part de SCIC": self.stake.get_absolute_url(),
            "API, acteurs": "/api/v1/actors/?page_size=100",
            "API, acteurs filtrés": f"/api/v1/actors/?q=garage&theme={self.theme.key}&territory={self.region.code}",
            "API, acteur": f"/api/v1/actors/{self.actor.public_id}/",
            "API, territoires": "/api/v1/territories/?level=commune&page_size=100",
            "API, territoire": f"/api/v1/territories/{self.commune.code}/",
            "API, collectivités": "/api/v1/collectivities/?page_size=100",
            "API, collectivité": f"/api/v1/collectivities/{self.body.code}/",
            "API, pôles": "/api/v1/ptce/?page_size=100",
            "API, pôle": f"/api/v1/ptce/{self.pole.public_id}/",
            "API, dispositifs": "/api/v1/schemes/?page_size=100",
            "API, dispositifs filtrés": f"/api/v1/schemes/?q=appel&theme={self.theme.key}&territory={self.region.code}",
            "API, dispositif": f"/api/v1/schemes/{self.scheme.public_id}/",
            "API, appels": "/api/v1/calls/?page_size=100",
            "API, appels filtrés": f"/api/v1/calls/?q=appel&territory={self.region.code}&sort=closes",
            "API, appel": f"/api/v1/calls/{self.call.public_id}/",
            "API, conventions": "/api/v1/agreements/?page_size=100",
            "API, convention": f"/api/v1/agreements/{self.agreement.public_id}/",
            "API, kits": "/api/v1/kits/?page_size=100",
            "API, kit": "/api/v1/kits/essai/",
            "API, fiches": "/api/v1/sheets/?page_size=100",
            "API, fiches filtrées": f"/api/v1/sheets/?q=mobilité&theme={self.theme.key}&kit=essai",
            "API, leviers": "/api/v1/levers/?page_size=100",
            "API, leviers filtrés": "/api/v1/levers/?q=garages&level=commune&instrument=appel-a-projets",
            "API, exemples": "/api/v1/experiences/?page_size=100",
            "API, exemples filtrés": f"/api/v1/experiences/?q=garage&territory={self.region.code}",
            "API, parts de SCIC": "/api/v1/stakes/?page_size=100",
            "API, part de SCIC": f"/api/v1/stakes/{self.stake.public_id}/",
            "API, instruments": "/api/v1/instruments/?page_size=100",
            "API, instrument": f"/api/v1/instruments/{self.scheme.instrument.key}/",
            "API, seuils": "/api/v1/thresholds/?page_size=100",
            "API, seuil": "/api/v1/thresholds/scic-capital-public/",
        }


def _layer(place: Territory, detail: Detail, within: str = "") -> None:
    digest, body = layer([(place.code, place.name, SQUARE)])
    ContourLayer.objects.create(level=place.level, detail=detail, within=within, digest=digest, body=body)


def build() -> World:
    source = SourceFactory(key="document", short_title="Document d’essai")
    region = TerritoryFactory(level=Level.REGION, official_code="32", name="Hauts-de-France", **EXTENT)
    departement = TerritoryFactory(level=Level.DEPARTEMENT, official_code="59", name="Nord", region=region, **EXTENT)
    epci = TerritoryFactory(
        level=Level.EPCI, official_code="200093201", name="Métropole", region=region, departement=departement, **EXTENT
    )
    wider = {"region": region, "departement": departement, "epci": epci}
    commune = CommuneFactory(official_code="59350", name="Lille", population=236_000, **wider, **EXTENT)
    park = TerritoryFactory(level=Level.PNR, official_code="scarpe", name="Parc de la Scarpe", region=region)
    park.members.add(commune)
    former = TerritoryFactory(
        level=Level.FORMER_REGION, official_code="31", name="Nord-Pas-de-Calais", is_current=False
    )
    former.successors.add(region)
    for place in (region, departement, epci, commune):
        Contour.objects.bulk_create(Contour(territory=place, detail=detail, geometry=SQUARE) for detail in Detail)
    for place in (region, departement, epci):
        for detail in (Detail.COUNTRY, Detail.REGION):
            _layer(place, detail)
    _layer(commune, Detail.LOCAL, within=departement.code)
    body = CollectivityFactory(
        territory=commune,
        telephone="03 20 00 00 00",
        email="mairie@lille.invalid",
        website="https://lille.invalid/",
        address="Place de la Mairie\n59000 Lille",
        opening_hours=[["lundi", "vendredi", [["09:00:00", "12:00:00"], ["14:00:00", "17:30:00"]]]],
    )
    region_body = CollectivityFactory(territory=region, kind=BodyKind.REGION, name="Région Hauts-de-France")
    theme = ThemeFactory(key="mobilite", name="Mobilité durable")
    network = ActorFactory(name="Réseau des garages", acronym="RDG", is_network=True, territory=region)
    actor = ActorFactory(
        name="Garage solidaire de Lille",
        acronym="GSL",
        other_names=["Le Garage"],
        siren="775672272",
        siret="77567227221138",
        family=Family.COOPERATIVE,
        legal_form=LegalForm.SCIC,
        activities=["réparation de voitures", "location"],
        description="Répare des voitures. Loue des vélos à petit prix.",
        founded=2009,
        closed=2022,
        workforce=12,
        workforce_unit="équivalents temps plein",
        workforce_year=2020,
        address="1, rue de l’Essai",
        territory=commune,
        collectivity=body,
        precision=Precision.COMMUNE,
        telephone="03 20 11 22 33",
        email="contact@garage.invalid",
        website="https://garage.invalid/",
        themes=[theme],
        networks=[network],
        labels=[Label.ESUS, Label.ACI],
        mentions=["Un garage cité en exemple."],
    )
    Provenance.objects.create(record=actor, field="territory", source=source, basis="deduced", note="d’après l’adresse")
    pole = PoleFactory(
        name="Pôle Mobilité", region=region, region_then=former, actor=actor, website="https://pole.invalid/", rank=1,
        pages=[12], note="étudié en 2014",
    )  # fmt: skip
    poles.tell(pole, source=pole.source, second=source, body=body, actor=actor)
    poles.median(pole.source)
    user = User.objects.create_user("agent@essai.invalid", "un long mot de passe", label="Agente")
    Grant.objects.create(
        user=user, role=Role.COLLECTIVITY_AGENT, territory=commune, record_kind="collectivity", record_id=body.public_id
    )
    scheme = SchemeFactory(
        name="Appel à projets de Lille", bodies=[body], themes=[theme], gives=["money"], gives_text="Une subvention.",
        audience="Associations", amount=Decimal(5000), rate=Decimal("57.5"), ceiling=Decimal("12500.50"), since=2018,
        website="https://lille.invalid/appel", contact_service="Service de l’ESS",
    )  # fmt: skip
    call = CallFactory(
        scheme=scheme, name="Appel 2019", year=2019, opens=date(2019, 1, 1), closes=date(2019, 3, 31), received=12,
        eligible=8, laureates_count=3, envelope=Decimal(40_000), text="Troisième édition.",
    )  # fmt: skip
    call.laureates.create(name=actor.name, actor=actor, amount=Decimal(10_000))
    agreement = AgreementFactory(
        name="Aide au démarrage", body=body, actor=actor, scheme=scheme, call=call, year=2019, total=Decimal(30_000),
        signed_on=date(2019, 6, 1), start=date(2019, 6, 1), end=date(2021, 5, 31), nature="money", reference="D-12",
        conditions="En deux fois.", documents=[{"label": "Délibération", "url": "https://lille.invalid/d12"}],
        evaluation="Objectifs atteints.", summary="Une aide de trois ans.", exception="Régime d’exemption.",
        eu_notified=False,
    )  # fmt: skip
    agreement.instalments.create(year=2019, amount=Decimal(30_000))
    stake = StakeFactory(
        name="Lille dans le garage", body=body, actor=actor, year=2016, taken_on=date(2016, 5, 2), summary="Parts.",
        amount=Decimal(15_000), percent=Decimal(20),
    )  # fmt: skip
    StakeFactory(actor=actor, body=region_body, year=2018, percent=Decimal(10))
    referent = Referent.objects.create(
        body=body, name="Mission économie solidaire", service="Direction de l’emploi", email="ess@lille.invalid"
    )
    for record in (scheme, agreement, stake):
        Citation.objects.create(record=record, source=source, locator="12", page=25, statement="Cité en exemple.")
    threshold = Threshold.objects.create(
        key="scic-capital-public", name="Capital d’une SCIC", unit="percent", scope="parts", consequence="interdit"
    )
    threshold.values.create(value=Decimal(50), since=date(2014, 8, 2), legal_source="Loi de 2014", note="moitié")
    threshold.instruments.add(scheme.instrument)
    world = World(
        region, departement, epci, commune, park, theme, network, actor, pole, body, source, user, scheme, call,
        agreement, stake, referent, kits.small(actor),
    )  # fmt: skip
    words.refresh()
    return world


def grow(world: World, n: int) -> None:
    """Add ``n`` of everything, linked to what the world's pages show."""
    wider = {"region": world.region, "departement": world.departement, "epci": world.epci}
    for i in range(n):
        commune = CommuneFactory(name=f"Territoire garage {i}", **wider)
        commune_body = CollectivityFactory(territory=commune)
        theme = ThemeFactory()
        actor = ActorFactory(
            name=f"Garage associatif {i} avec un nom",
            territory=(commune, world.commune, world.region)[i % 3],
            themes=[theme, world.theme],
            networks=[world.network, world.actor],
            labels=[Label.ACI],
            mentions=["Une phrase.", "Une autre."],
        )
        world.actor.themes.add(theme)
        world.actor.networks.add(actor)
        world.actor.mentions.create(source=SourceFactory(), statement="Encore une phrase.")
        world.actor.flags.create(label=Label.EI, source=world.source)
        Provenance.objects.create(record=world.actor, field=f"champ-{i}", source=SourceFactory())
        PoleFactory(region=world.region, actor=actor)
        poles.tell_more(PoleFactory(region=world.region, actor=world.actor), body=world.body, actor=world.actor)
        poles.tell_more(world.pole, body=commune_body, actor=actor)
        world.park.members.add(commune)
        scheme = SchemeFactory(name=f"Appel {i}", bodies=[world.body, commune_body], themes=[theme, world.theme])
        call = CallFactory(scheme=scheme, closes=date(2030, 1, 1))
        CallFactory(scheme=world.scheme, closes=date(2030, 1, 1))
        for one in (call, world.call):
            one.laureates.create(name=f"Lauréat {actor.pk}", actor=actor)
        AgreementFactory(body=world.body, actor=actor, year=2019 + i % 3, total=Decimal("0.10"))
        Referent.objects.create(body=world.body, name=f"Fonction {i}", service="Service")
        StakeFactory(body=commune_body, actor=world.actor, year=2019, percent=Decimal("0.1"))
        world.agreement.instalments.create(year=2030 + actor.pk, amount=Decimal(1))
        for record in (world.scheme, world.agreement, world.stake):
            Citation.objects.create(record=record, source=SourceFactory(), statement="Encore.")
        instrument = InstrumentFactory(key=f"instrument-{actor.pk}", name=f"Instrument {i}")
        threshold = Threshold.objects.create(
            key=f"seuil-{actor.pk}", name=f"Seuil {i}", unit="euros", scope="aides", consequence="convention"
        )
        threshold.values.create(value=Decimal(23_000), legal_source="Loi de 2000")
        threshold.instruments.set([instrument, world.scheme.instrument])
        for record in (instrument, call):
            Citation.objects.create(record=record, source=world.source, statement="Cité.")
            Provenance.objects.create(record=record, field="name", source=world.source)
    kits.grow(world.actor, n)
    words.refresh()
