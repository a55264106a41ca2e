"""What tests tell of a pole: something under every heading of its page."""

from decimal import Decimal

from observatory.records.models import Citation, Provenance
from ptce.models import Filiere, Indicator

from .factories import SourceFactory


def tell(pole, *, source, second, body, actor) -> None:
    """Members, stages, money, figures and roles of ``pole`` after ``source``; ``second`` contradicts it."""
    fact = {"source": source, "page": 9}
    pole.filieres.add(Filiere.objects.get_or_create(key="culture", defaults={"name": "culture"})[0])
    pole.project_territories.create(territory=body.territory, **fact)
    pole.milestones.create(stage="emergence", year=2008, text="Premières réunions", **fact)
    pole.milestones.create(stage="creation", year=2010, month=6, **fact)
    pole.recognitions.create(kind="laureate-2013", year=2013, **fact)
    pole.members.create(name="Garage", actor=actor, category="ess", role="mécanique", since=2010, **fact)
    pole.members.create(name="Atelier", category="ess", **fact)
    pole.members.create(name="Usine", category="enterprise", **fact)
    pole.members.create(name="Ville", body=body, category="collectivity", basis="deduced", **fact)
    pole.figures.create(key="cell_budget", value=Decimal(200_000), unit="€", year=2013, **fact)
    pole.figures.create(key="member_structures", value=18, unit="structures", is_approximate=True, **fact)
    pole.figures.create(key="other", label="visiteurs", value=300, unit="visiteurs", source=second)
    for year, amount in ((2012, 10_000), (2013, 25_000)):
        pole.money.create(name="Ville de Lille", body=body, level="commune", year=year, amount=amount, **fact)
    pole.money.create(name="État", level="state", year=2013, **fact)
    pole.roles.create(name="Ville de Lille", body=body, level="commune", kind="support", text="Prête un lieu.", **fact)
    pole.claims.create(field="created", text="2011 selon l’autre document", source=second)
    Citation.objects.create(record=pole, source=source, page=9, statement="Cité en exemple de pôle urbain.")
    Provenance.objects.create(record=pole, field="created", source=source, locator="p. 9", basis="deduced")
    pole.settle()
    pole.index_search()
    pole.save()


def tell_more(pole, *, body, actor) -> None:
    """One more row of each list, each after a source of its own."""
    fact = {"source": SourceFactory(), "page": 1}
    pole.milestones.create(year=2011, text="Encore une étape", **fact)
    pole.members.create(name=f"{actor.name} {actor.pk}", actor=actor, **fact)
    pole.members.create(name=f"{body.name} {body.pk}", body=body, **fact)
    pole.figures.create(key="employees", value=12, unit="salariés", **fact)
    pole.money.create(name=body.name, body=body, level="commune", amount=1000, **fact)
    pole.roles.create(name=body.name, body=body, level="commune", kind="emergence", text="Repère.", **fact)
    Citation.objects.create(record=pole, source=fact["source"], statement="Cité.")


def median(source, key="median-cell-budget", value=152_000, unit="€") -> None:
    """A line of the study's median profile."""
    indicator = Indicator.objects.create(
        key=key, section="median", title="Budget (médiane)", kind="median", unit=unit, year=2013, base="42 projets",
        source=source, page=8, claims=["45 projets, dit la figure."],
    )  # fmt: skip
    indicator.rows.create(label="Profil médian", value=value)
