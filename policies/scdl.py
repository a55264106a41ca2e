"""Grants as the law asks collectivités to publish them: the SCDL schema « subventions », version 2.1.1.

One line a beneficiary, comma, UTF-8 without BOM, identifiers as text, amounts with a point. What breaks a published rule
is not exported: it is listed for the agent, act by act and column by column (``Export.wanting``).

Décret n° 2017-779 du 5 mai 2017, arrêté du 17 novembre 2017; https://schema.data.gouv.fr/scdl/subventions/
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from django.db.models import Max, Min, OuterRef, Q, Subquery

from actors.models import Actor
from observatory.territories.models import Collectivity

from .checks import GRANTS
from .enums import Nature
from .models import Agreement

#: instruments whose help in kind is a grant too: premises lent
IN_KIND = frozenset({"mise-a-disposition-locaux"})
NATURES = {*(str(label) for label in Nature.labels), "aide en nature;aide en numéraire"}
#: signs that a text of the schema may hold
LONGEST = 256
_DAY = r"\d{4}-\d{2}-\d{2}"


@dataclass(frozen=True)
class Column:
    """A column of the schema: whether it must be filled, and what is wrong with a text, in a sentence (empty: nothing)."""

    name: str
    #: what the agent fills to fill it
    label: str
    required: bool = False
    wrong: Callable[[str], str] = lambda text: ""


def _siret(text: str) -> str:
    return "" if re.fullmatch(r"\d{14}", text) else "un SIRET compte quatorze chiffres"


def _rna(text: str) -> str:
    return "" if re.fullmatch(r"W\d{9}", text) else "un numéro RNA s’écrit W suivi de neuf chiffres"


def _day(text: str) -> str:
    try:
        date.fromisoformat(text if re.fullmatch(_DAY, text) else "")
    except ValueError:
        return "une date s’écrit AAAA-MM-JJ"
    return ""


def _period(text: str) -> str:
    if not re.fullmatch(rf"{_DAY}(/{_DAY})?", text):
        return "une période s’écrit AAAA-MM-JJ/AAAA-MM-JJ"
    days = text.split("/")
    return next(filter(None, map(_day, days)), "" if days == sorted(days) else "la fin de la période précède son début")


def _amount(text: str) -> str:
    return "" if re.fullmatch(r"\d+(\.\d+)?", text) else "un montant s’écrit en chiffres, avec un point"


def _share(text: str) -> str:
    try:
        inside = Decimal("0.01") <= Decimal(text) <= 1
    except InvalidOperation:
        inside = False
    return "" if inside else "une part s’écrit entre 0.01 et 1"


def _short(text: str) -> str:
    return "" if len(text) <= LONGEST else f"{LONGEST} signes au plus (ici {len(text)})"


COLUMNS = (
    Column("nomAttribuant", "Collectivité", True),
    Column("idAttribuant", "SIRET de la collectivité", True, _siret),
    Column("dateConvention", "Date de signature", True, _day),
    Column("referenceDecision", "Référence de la décision"),
    Column("nomBeneficiaire", "Nom du bénéficiaire", True),
    Column("idBeneficiaire", "SIRET du bénéficiaire", False, _siret),
    Column("rnaBeneficiaire", "RNA du bénéficiaire", False, _rna),
    Column("objet", "Objet", True, _short),
    Column("montant", "Montant total", True, _amount),
    Column(
        "nature", "Nature", True, lambda t: "" if t in NATURES else "la nature est en numéraire, en nature ou les deux"
    ),
    Column("conditionsVersement", "Conditions de versement", True, _short),
    Column("datesPeriodeVersement", "Début et fin, ou versements par année", True, _period),
    Column(
        "idRAE",
        "Numéro au répertoire des aides aux entreprises",
        False,
        lambda t: "" if len(t) <= 5 else "cinq signes au plus",
    ),
    Column(
        "notificationUE",
        "Notifiée à la Commission européenne",
        True,
        lambda t: "" if t in ("oui", "non") else "oui ou non",
    ),
    Column("pourcentageSubvention", "Part de ce bénéficiaire", True, _share),
    Column("dispositifAide", "Appel ou dispositif"),
)
NAMES = [column.name for column in COLUMNS]


@dataclass(frozen=True)
class Fault:
    """What keeps a line from the file: the column, and why."""

    column: Column
    sentence: str


def faults(row: dict[str, str]) -> list[Fault]:
    """What the published rules say against a line; empty when it may be exported."""
    found = []
    for column in COLUMNS:
        text = row[column.name]
        if not text and column.required:
            found.append(Fault(column, "valeur obligatoire"))
        elif text and (wrong := column.wrong(text)):
            found.append(Fault(column, wrong))
    # An association helped in kind alone may be known by its RNA number; every other beneficiary by its SIRET.
    by_rna = row["nature"] == Nature.KIND.label and row["rnaBeneficiaire"]
    if not row["idBeneficiaire"] and not by_rna:
        found.append(Fault(COLUMNS[NAMES.index("idBeneficiaire")], "valeur obligatoire"))
    return found


def check(text: str) -> list[str]:
    """What is wrong with a whole file, line by line; empty when it follows the schema."""
    if text.startswith("\ufeff"):
        return ["le fichier commence par une marque d’ordre des octets"]
    header, *rows = csv.reader(io.StringIO(text))
    if header != NAMES:
        return ["les colonnes ne sont pas celles du schéma, dans leur ordre"]
    return [
        f"ligne {number}, {fault.column.name} : {fault.sentence}"
        for number, row in enumerate(rows, start=2)
        for fault in faults(dict(zip(NAMES, row, strict=True)))
    ]


# From agreements to lines ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Export:
    """The grants of one body in one year: lines that follow the rules, and acts that do not yet."""

    body: Collectivity
    year: int
    lines: list[dict[str, str]] = field(default_factory=list)
    wanting: list[tuple[Agreement, list[Fault]]] = field(default_factory=list)

    def csv(self) -> str:
        file = io.StringIO()
        writer = csv.DictWriter(file, NAMES, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(self.lines)
        return file.getvalue()


def grants(bodies: Iterable[Collectivity]):
    """The published grants of some bodies, in money or in kind: not what pays a service, nor a loan."""
    rows = Agreement.objects.published().filter(body__in=bodies)
    return rows.filter(Q(instrument__key__in=GRANTS) | Q(instrument__key__in=IN_KIND, nature=Nature.KIND))


def is_grant(agreement: Agreement) -> bool:
    """The same question, asked of one agreement."""
    key = agreement.instrument.key
    return key in GRANTS or (key in IN_KIND and agreement.nature == Nature.KIND)


def in_year(year: int) -> Q:
    """Signed in the year; without a date of signature, said to be of the year."""
    return Q(signed_on__year=year) | Q(signed_on__isnull=True, year=year)


def export(body: Collectivity, year: int) -> Export:
    made = Export(body, year)
    for agreement in with_parts(grants([body]).filter(in_year(year))).order_by("signed_on", "pk"):
        line = line_of(agreement)
        if found := faults(line):
            made.wanting.append((agreement, found))
        else:
            made.lines.append(line)
    return made


def _sirets():
    """The SIRET of a body, from the organisation of the directory that is the same; the earliest known of several."""
    return Actor.objects.published().filter(siret__isnull=False).order_by("pk")


def siret_of(body: Collectivity) -> str:
    """The SIRET of a body; empty when no organisation of the directory says it."""
    return _sirets().filter(collectivity=body).values_list("siret", flat=True).first() or ""


def with_parts(rows):
    """Agreements with all that a line reads, in one query: parties, source, SIRET of the body, years of payment."""
    siret = _sirets().filter(collectivity=OuterRef("body")).values("siret")[:1]
    return rows.select_related("instrument", "body", "actor", "scheme", "call").annotate(
        body_siret=Subquery(siret), paid_from=Min("instalments__year"), paid_to=Max("instalments__year")
    )


def exportable(agreements: Iterable[Agreement]) -> list[tuple[Collectivity, int, int]]:
    """``(body, year, lines)`` of the files that hold something, the latest first, from agreements ``with_parts``."""
    bodies, counts = {}, Counter()
    for agreement in agreements:
        if is_grant(agreement) and agreement.signed_on and not faults(line_of(agreement)):
            bodies[agreement.body_id] = agreement.body
            counts[agreement.body_id, agreement.signed_on.year] += 1
    return [(bodies[pk], year, n) for (pk, year), n in sorted(counts.items(), key=lambda row: (-row[0][1], row[0][0]))]


def line_of(agreement: Agreement) -> dict[str, str]:
    """An agreement ``with_parts`` in the columns of the schema; empty where nothing is known, never guessed."""
    actor, source = agreement.actor, agreement.call or agreement.scheme
    return {
        "nomAttribuant": agreement.body.name,
        "idAttribuant": agreement.body_siret or "",
        "dateConvention": agreement.signed_on.isoformat() if agreement.signed_on else "",
        "referenceDecision": agreement.reference,
        "nomBeneficiaire": agreement.beneficiary,
        "idBeneficiaire": (actor and actor.siret) or "",
        "rnaBeneficiaire": (actor and actor.rna) or "",
        "objet": agreement.name,
        "montant": "" if agreement.total is None else f"{agreement.total:.2f}",
        "nature": agreement.get_nature_display(),
        "conditionsVersement": _conditions(agreement),
        "datesPeriodeVersement": _dates(agreement),
        "idRAE": agreement.rae_number,
        "notificationUE": {True: "oui", False: "non"}.get(agreement.eu_notified, ""),
        # Alone, a beneficiary receives the whole; ``montant`` is what is granted before any sharing.
        "pourcentageSubvention": _part(agreement),
        "dispositifAide": source.name if source else "",
    }


def _part(agreement: Agreement) -> str:
    """The part of the beneficiary between 0.01 and 1.00, with two decimals or as many as it has."""
    text = f"{(agreement.beneficiary_share or Decimal(100)) / 100:.4f}"
    return text.removesuffix("00") if text.endswith("00") else text.rstrip("0")


def _conditions(agreement: Agreement) -> str:
    """« unique », « échelonné », or what is written; several years of instalments say « échelonné » by themselves."""
    written = agreement.conditions.strip()
    if (word := written.rstrip(".").lower()) in ("unique", "échelonné"):
        return word
    return written or ("échelonné" if agreement.paid_from != agreement.paid_to else "")


def _dates(agreement: Agreement) -> str:
    """The period of payment: the years of the instalments, else the agreement's own dates."""
    if agreement.paid_from:
        return f"{agreement.paid_from}-01-01/{agreement.paid_to}-12-31"
    if agreement.start and agreement.end:
        return f"{agreement.start.isoformat()}/{agreement.end.isoformat()}"
    return ""


def years_of(bodies: Iterable[Collectivity]) -> dict[tuple[int, int], int]:
    """How many grants each body made in each year: ``{(body key, year): count}``."""
    rows = grants(bodies).order_by().values_list("body_id", "signed_on", "year")
    return Counter((body, of) for body, signed, year in rows if (of := signed.year if signed else year))
