"""What the tests of the checklists share: a small kit in two editions, a checklist of the world's body, its agent."""

from types import SimpleNamespace

from django.urls import reverse

from observatory.accounts.enums import Role
from observatory.editing.services import Author
from observatory.territories.enums import Level
from policies.checklists import services
from policies.checklists.models import Answer, Checklist, GuestChecklist, answer_id
from policies.kits.models import Edition, EditionSheet, Kit, Lever, LeverVersion, Sheet, SheetVersion

from .factories import CollectivityFactory, CommuneFactory, InstrumentFactory, SourceFactory, TerritoryFactory
from .permissions import person

LEVELS = ["commune", "epci"]


def _sheet(kit, key, title, levers, *, themes=()):
    sheet = Sheet(kit=kit, key=key, name=title, kind="lever")
    sheet.index_words([title])
    sheet.save()
    sheet.themes.set(themes)
    made = []
    for lever_key, name, instruments in levers:
        lever = Lever(sheet=sheet, key=lever_key, name=name)
        lever.index_words([name])
        lever.save()
        lever.instruments.set(instruments)
        lever.themes.set(themes)
        made.append(lever)
    return sheet, made


def _version(sheet, source, edition, number, levers, text="Comment faire."):
    version = SheetVersion.objects.create(sheet=sheet, source=source, title=sheet.name, summary="Un résumé.")
    EditionSheet.objects.create(edition=edition, version=version, number=str(number), order=number)
    for order, lever in enumerate(levers):
        LeverVersion.objects.create(
            lever=lever, version=version, title=lever.name, text=text, levels=LEVELS, order=order
        )
    return version


def a_kit(world) -> SimpleNamespace:
    """Two editions: the second rewrites the second fiche (one lever reworded, one withdrawn, one new)."""
    kit = Kit(key="a-grille", name="Kit des grilles", audience="communes", summary="Essai.", levels=LEVELS)
    kit.save()
    old = Edition.objects.create(
        kit=kit, key="grille-2020", name="2020", year=2020, source=world.source, is_current=True
    )
    call, subvention = InstrumentFactory(), InstrumentFactory(key="subvention", name="Subvention", family="money")
    capital = InstrumentFactory(key="capital-scic", name="Capital", family="capital")
    first, (a, b) = _sheet(
        kit, "premiere", "Première fiche", [("appel", "Lancer un appel", [call]), ("aide", "Aider", [subvention])]
    )
    second, (c, d) = _sheet(
        kit, "seconde", "Seconde fiche", [("part", "Prendre une part", [capital]), ("vieux", "Vieux levier", [])],
        themes=[world.theme],
    )  # fmt: skip
    versions = [_version(first, world.source, old, 1, [a, b]), _version(second, world.source, old, 2, [c, d])]
    return SimpleNamespace(kit=kit, old=old, sheets=[first, second], versions=versions, levers=[a, b, c, d])


def a_new_edition(world, made) -> Edition:
    """The first fiche carries over; in the second, ``part`` is reworded, ``vieux`` withdrawn, ``neuf`` new."""
    source = SourceFactory(key="grille-2021", year=2021)
    Edition.objects.update(is_current=False)
    new = Edition.objects.create(
        kit=made.kit, key="grille-2021", name="2021", year=2021, source=source, is_current=True
    )
    EditionSheet.objects.create(edition=new, version=made.versions[0], number="1", order=1)
    fresh = Lever(sheet=made.sheets[1], key="neuf", name="Levier neuf")
    fresh.index_words([fresh.name])
    fresh.save()
    _version(made.sheets[1], source, new, 2, [made.levers[2], fresh], text="Autrement.")
    made.fresh = fresh
    return new


def an_agent(world, body=None):
    return person(Role.COLLECTIVITY_AGENT, territory=world.commune, record=body or world.body)


def opened(world, made, body=None):
    """The checklist of a body, begun."""
    return services.open_checklist(body or world.body, made.kit, Author())


def url(name: str, *more, body="commune-59350", kit="a-grille") -> str:
    return reverse(f"checklists:{name}", args=[body, kit, *more])


def answer(checklist, lever) -> Answer | None:
    return Answer.objects.filter(public_id=answer_id(checklist, lever)).first()


def form_of(client, address: str) -> dict[str, str]:
    """The hidden values of the form that an address shows: what it started from, its token."""
    response = client.get(address)
    return {name: response.context[name] for name in ("start", "token")}


def comparable(world, n: int) -> list:
    """Bodies near the world's: same level, population and région."""
    wider = {"region": world.region, "departement": world.departement, "epci": world.epci}
    return [CollectivityFactory(territory=CommuneFactory(population=200_000, **wider)) for _ in range(n)]


def a_region_elsewhere():
    return TerritoryFactory(level=Level.REGION, name="Ailleurs")


# What the tests of every page ask -----------------------------------------------------------------------------------

TOKEN = "un-lien-prive"
_DESK = (
    *("mine", "open", "work", "work-export", "publish", "print", "set-aside", "compare", "states", "moves", "edition"),
    *("answer", "draft", "advice", "evidence", "evidence-remove", "proposal", "guest-take-over"),
    *("proposal-back", "work-pdf"),
)
#: names of the addresses that ask a visitor to sign in
REDIRECTS = dict.fromkeys((f"checklists:{name}" for name in _DESK), "connexion demandée")
REDIRECTS["checklists:guest-new"] = "on commence par les trois questions"


def a_published_one(world) -> Checklist:
    """A published checklist of the world's own kit, answered in part, and one without an account; made once."""
    checklist = services.open_checklist(world.body, world.kit, Author())
    if not checklist.is_published:
        lever = Lever.objects.filter(sheet__kit=world.kit).order_by("pk").first()
        services.answer(checklist, lever, {"status": "done", "note": "Fait.", "is_note_public": True}, Author())
        services.add_evidence(checklist, lever, ["scheme", world.scheme.public_id, "", world.scheme.name], Author())
        services.publish(checklist, Author(), is_published=True)
        edition = checklist.edition
        guest = GuestChecklist(kit=world.kit, edition=edition, level="commune", token=GuestChecklist.hash_of(TOKEN))
        guest.save()
    return checklist


def examples(world) -> dict[str, dict]:
    """Arguments of the addresses of the checklists."""
    checklist = a_published_one(world)
    one = {"code": world.body.code, "kit": world.kit.key}
    lever = one | {"lever": checklist.answers.first().lever.public_id}
    found = {f"checklists:{name}": lever for name in _DESK[11:17]} | {f"checklists:{name}": one for name in _DESK[1:11]}
    found |= {f"checklists:{name}": one for name in ("public", "public-print")}
    found |= {f"checklists:{name}": one | {"form": "csv"} for name in ("export", "work-export")}
    found |= {f"checklists:{name}": one | {"part": "resume"} for name in ("pdf", "work-pdf")}
    found["checklists:guest-pdf"] = {"token": TOKEN, "part": "resume"}
    found |= {f"checklists:{name}": {"token": TOKEN} for name in ("guest", "guest-print", "guest-take-over")}
    found["checklists:proposal-back"] = one | {"pk": 1}
    found["checklists:of-body"] = {"code": world.body.code}
    found["api:checklists-detail"] = {"key": checklist.public_id}
    return found


def pages(world) -> list[str]:
    """Public pages, for the browser."""
    a_published_one(world)
    return [
        *("/grille/", f"/grille/?body={world.body.code}&theme={world.theme.key}&exists=appel", "/grille/?level="),
        *("/grille/commune-59350/", url("public", kit="essai"), url("public-print", kit="essai")),
        f"/grille/sans-compte/{TOKEN}/",
    ]
