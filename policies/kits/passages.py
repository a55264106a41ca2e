"""The words of the kits, for search: those of each record, and the passages that the search inside the kits shows."""

from collections.abc import Iterator

from .enums import PassageKind
from .models import EditionSheet, Experience, Finding, Lever, Passage, Sheet, SheetVersion


def index_sheet(sheet: Sheet, row: dict, themes: list) -> None:
    """Whatever the fiche itself says; ``row`` is the fiche as the fixtures hold it."""
    told = [
        *(row.get("context") or []),
        *(lever["title"] for lever in row.get("levers") or []),
        *(figure["label"] for figure in row.get("figures") or []),
        *(resource["title"] for resource in row.get("resources") or []),
        *(date["text"] for date in row.get("dates") or []),
        *(f"{area['title']} {' '.join(area['actions'])}" for area in row.get("competences") or []),
    ]
    sheet.index_words([row["title"]], row["summary"], *told, *(theme.name for theme in themes))


def index_lever(lever: Lever, text: str, *, themes: list, instruments: list, actors: list) -> None:
    names = [record.name for record in (*themes, *instruments, *actors)]
    lever.index_words([lever.name], text, *names, *(instrument.acronym for instrument in instruments))


def index_experience(example: Experience, given: dict, bodies: list[dict], actors: list[dict], themes: list) -> None:
    """``bodies`` and ``actors`` name them as the document does and, when known, as they are called today."""
    example.index_words([example.name], given["text"], *_called(bodies, "body"), *_called(actors, "actor"),
                        *(place["as_written"] for place in given.get("places") or []),
                        *(theme.name for theme in themes))  # fmt: skip


def index_finding(finding: Finding, bodies: list[dict], themes: list) -> None:
    names = [theme.name for theme in themes]
    finding.index_words([finding.name], finding.text, finding.section, *_called(bodies, "body"), *names)


def _called(named: list[dict], column: str) -> list[str]:
    return [name for one in named for name in (one["name"], one[column].name if one[column] else "")]


def refresh() -> None:
    """Make the passages of the editions in force anew."""
    Passage.objects.all().delete()
    places = (
        EditionSheet.objects.filter(edition__is_current=True)
        .order_by("edition__kit__order", "order")
        .select_related("version__sheet__kit")
        .prefetch_related(
            "version__sheet__themes",
            "version__levers__lever__themes",
            "version__levers__lever__instruments",
            "version__levers__lever__actors",
            "version__experiences__experience__bodies__body",
            "version__experiences__experience__actors__actor",
            "version__figures",
            "version__resources",
            "version__findings__bodies__body",
        )
    )
    rows = [passage for place in places for passage in _of(place.version)]
    for order, passage in enumerate(rows):
        passage.order = order
    Passage.objects.bulk_create(rows)


def _of(version: SheetVersion) -> Iterator[Passage]:
    sheet = version.sheet

    def passage(kind: PassageKind, name: str, text: str, anchor: str = "", *others: str, lever: Lever | None = None):
        found = Passage(sheet=sheet, lever=lever, kind=kind, name=name[:300], text=text, anchor=anchor)
        # The title of a fiche stands above each of its facts, and would find them all.
        found.index_words([] if kind == PassageKind.FACT else [name], text, *others)
        return found

    yield passage(PassageKind.SHEET, version.title, version.summary, "", *(t.name for t in sheet.themes.all()))
    for words in version.levers.all():
        linked = (*words.lever.themes.all(), *words.lever.instruments.all(), *words.lever.actors.all())
        names = [record.name for record in linked]
        yield passage(PassageKind.LEVER, words.title, words.text, words.lever.key, *names, lever=words.lever)
    for words in version.experiences.all():
        example = words.experience
        who = [name for one in example.bodies.all() for name in (one.name, one.body.name if one.body else "")]
        who += [name for one in example.actors.all() for name in (one.name, one.actor.name if one.actor else "")]
        who += [place["name"] for place in words.places]
        yield passage(PassageKind.EXPERIENCE, words.title, words.text, f"exemple-{example.key}", *who)
    for text in version.context:
        yield passage(PassageKind.FACT, version.title, text, "contexte")
    for law in version.law:
        yield passage(PassageKind.FACT, version.title, law["text"], "textes", law["reference"] or "")
    for date in version.dates:
        yield passage(PassageKind.FACT, version.title, f"{date['year']} : {date['text']}", "dates")
    for area in version.competences:
        yield passage(PassageKind.FACT, version.title, f"{area['title']} : {', '.join(area['actions'])}", "competences")
    for figure in version.figures.all():
        yield passage(PassageKind.FIGURE, figure.label, figure.unit, "chiffres", figure.source_as_printed)
    for resource in version.resources.all():
        text = ", ".join(filter(None, (resource.author, resource.note)))
        yield passage(PassageKind.RESOURCE, resource.title, text, "ressources")
    for finding in version.findings.all():
        who = [name for one in finding.bodies.all() for name in (one.name, one.body.name if one.body else "")]
        yield passage(PassageKind.FINDING, finding.name, finding.text, f"n{finding.number}", finding.section, *who)
