"""One cell of a list to one plain value: each reader takes stripped, non-empty text and raises ``Wrong``. No database."""

import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from stdnum.fr import siret as siret_number

from observatory.editing.fields import refuse_tags
from observatory.records.identity import fold

from ..enums import INSEE_CATEGORIES, Family, Label, LegalForm


class Wrong(ValueError):
    """A cell that says nothing usable; the message is a French sentence."""


_NOT_DIGIT = re.compile(r"[\s.\-\u00a0\u202f]+")
_WORDS = re.compile(r"[^a-z0-9]+")
_URL = URLValidator(schemes=["http", "https"])
_EMAIL = EmailValidator()
#: what most addresses look like: Django's validators, which are slow, are asked about the others alone
_PLAIN_URL = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?\.){1,5}[a-z]{2,24}(?:/[\w./~%&=?#+,;:@!-]*)?", re.ASCII
)
_PLAIN_EMAIL = re.compile(r"[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?\.){1,5}[a-z]{2,24}")
_YEAR = re.compile(r"(?:^|\D)(1[2-9]\d\d|20\d\d)(?=\D|$)")
_PARTS = re.compile(r"\s*[|;\n]\s*")
_PARTS_OR_COMMA = re.compile(r"\s*[|;,\n]\s*")
#: what lists write for "unknown"
NOTHING = {"", "-", "–", "—", "nc", "n.c.", "n/c", "nr", "nd", "n.d.", "na", "n/a", "neant", "inconnu", "non renseigne", "?", "null", "none", "#n/a"}  # fmt: skip

#: how such words begin: a cheap question first, since every cell is asked
_NOTHING_STARTS = frozenset("".join(word[:1] + word[:1].upper() for word in NOTHING))
#: numbers that need no tidying
_TIDY_TELEPHONE = re.compile(r"0\d(?: \d\d){4}", re.ASCII)
_TIDY_COUNT = re.compile(r"\d{1,7}", re.ASCII)
_TIDY_YEAR = re.compile(r"(1[2-9]\d\d|20\d\d)", re.ASCII)


def words(text: str) -> str:
    """Folded words separated by one space: how headers and terms are compared."""
    return _WORDS.sub(" ", fold(text)).strip()


def says_nothing(text: str) -> bool:
    return text[0] in _NOTHING_STARTS and len(text) < 16 and fold(text) in NOTHING


def _digits(text: str) -> str:
    if text.isdigit():
        return text
    digits = _NOT_DIGIT.sub("", text)
    if "," in digits or "e+" in digits.lower():
        raise Wrong(f"« {text[:40]} » a été abrégé par le tableur : mettez la colonne au format texte.")
    return digits


_ONCE = {str(digit): digit for digit in range(10)}
_TWICE = {str(digit): sum(map(int, str(2 * digit))) for digit in range(10)}


def _luhn(digits: str) -> bool:
    return (sum(map(_ONCE.__getitem__, digits[-1::-2])) + sum(map(_TWICE.__getitem__, digits[-2::-2]))) % 10 == 0


def siren(text: str) -> str:
    digits = _digits(text)
    if len(digits) == 9 and digits.isascii() and digits.isdigit() and _luhn(digits):
        return digits
    raise Wrong(f"« {text[:40]} » n’est pas un SIREN : neuf chiffres dont le dernier est une clé.")


def siret(text: str) -> str:
    digits = _digits(text)
    if len(digits) == 13 and digits.isdigit():
        digits = f"0{digits}"  # a spreadsheet drops the leading zero
    # The establishments of La Poste follow a rule of their own, which stdnum knows.
    if (
        len(digits) == 14
        and digits.isascii()
        and digits.isdigit()
        and ((_luhn(digits) and _luhn(digits[:9])) or siret_number.is_valid(digits))
    ):
        return digits
    raise Wrong(f"« {text[:40]} » n’est pas un SIRET : quatorze chiffres dont le dernier est une clé.")


def rna(text: str) -> str:
    number = _NOT_DIGIT.sub("", text).upper()
    if len(number) == 10 and number[0] == "W" and number[1:].isalnum() and number.isascii():
        return number
    raise Wrong(f"« {text[:40]} » n’est pas un numéro RNA : W suivi de neuf caractères.")


def _terms(choices, more: dict[str, str]) -> dict[str, str]:
    """Every way of writing a choice: its word, its label, and the other words of ``more``, separated by ``|``."""
    found = {}
    for value, label in choices.choices:
        others = more.get(value, "")
        found |= {words(term): str(value) for term in (value, label, *others.split("|")) if term}
    return found


_FAMILIES = _terms(
    Family,
    {
        "association": "associations|asso|association loi 1901|association loi 1908",
        "cooperative": "coopératives|coop|scop|scic|société coopérative",
        "mutual": "mutuelles",
        "foundation": "fondations|fonds de dotation",
        "company": "société commerciale|sociétés commerciales|société|entreprise|entreprise ESUS|entreprise sociale"
        "|sociétés commerciales de l'ESS|société de l'ESS|société commerciale d'utilité sociale",
    },
)
_FORMS = _terms(
    LegalForm,
    {
        "association": "association|asso|association loi 1901|association loi 1908|association de droit local"
        "|association reconnue d'utilité publique",
        "scic": "société coopérative d'intérêt collectif",
        "scop": "société coopérative et participative|société coopérative de production"
        "|société coopérative ouvrière de production",
        "cuma": "coopérative d'utilisation de matériel agricole",
        "cooperative": "coopérative|société coopérative|coopérative agricole|société coopérative agricole",
        "mutual": "mutuelle",
        "sas": "société par actions simplifiée",
        "sarl": "société à responsabilité limitée",
        "sa": "société anonyme",
        "endowment_fund": "fonds de dotation",
        "gip": "groupement d'intérêt public",
        "ge": "groupement d'employeurs",
    },
)
_LABELS = _terms(
    Label,
    {
        "esus": "entreprise solidaire d'utilité sociale|agrément entreprise solidaire d'utilité sociale|agrément esus",
        "aci": "chantier d'insertion|atelier chantier d'insertion|ateliers et chantiers d'insertion",
        "iae": "siae|insertion",
        "esat": "établissement et service d'aide par le travail",
    },
)


@lru_cache(maxsize=2_000)
def family(text: str) -> str:
    found = _FAMILIES.get(words(text))
    if found is None:
        raise Wrong(f"« {text[:60]} » n’est pas une famille de l’ESS : {', '.join(Family.labels)}.")
    return found


@lru_cache(maxsize=2_000)
def legal_form(text: str) -> str:
    code = text.split(" ")[0].removesuffix(".0")
    if len(code) == 4 and code.isdigit():
        if code in INSEE_CATEGORIES:
            return str(INSEE_CATEGORIES[code])
        raise Wrong(f"La catégorie juridique {code} de l’Insee n’est pas de celles que l’annuaire distingue.")
    found = _FORMS.get(words(text))
    if found is None:
        raise Wrong(f"« {text[:60]} » n’est pas une forme juridique connue de l’annuaire.")
    return str(found)


@lru_cache(maxsize=2_000)
def labels(text: str) -> tuple[str, ...]:
    found = []
    for part in _PARTS_OR_COMMA.split(text):
        if not part:
            continue
        if (term := words(part)) not in _LABELS:
            raise Wrong(f"« {part[:60]} » n’est pas un label connu : {', '.join(Label.labels)}.")
        found.append(str(_LABELS[term]))
    return tuple(sorted(set(found)))


@lru_cache(maxsize=2_000)
def activities(text: str) -> tuple[str, ...]:
    """Several are separated by ``|``, ``;`` or a line; a comma belongs to the sentence."""
    return tuple(dict.fromkeys(part[:200] for part in _PARTS.split(text) if part))


def themes_reader(names: dict[str, str]) -> Callable[[str], tuple[str, ...]]:
    """A reader of themes: ``names`` gives the key by folded name or key."""

    @lru_cache(maxsize=2_000)
    def themes(text: str) -> tuple[str, ...]:
        whole = names.get(words(text))
        if whole:
            return (whole,)
        found = []
        for part in _PARTS.split(text):
            if part and words(part) not in names:
                raise Wrong(f"« {part[:60]} » n’est pas une thématique de l’annuaire.")
            if part:
                found.append(names[words(part)])
        return tuple(sorted(set(found)))

    return themes


def line(most: int) -> Callable[[str], str]:
    """A reader of one line of text."""

    def read(text: str) -> str:
        text = " ".join(text.split())
        if len(text) > most:
            raise Wrong(f"Le texte compte {len(text)} caractères : {most} au plus.")
        return text

    return read


def name(most: int) -> Callable[[str], str]:
    """A reader of a name, under the rule of the forms."""
    one_line = line(most)

    def read(text: str) -> str:
        try:
            refuse_tags(text)
        except ValidationError as fault:
            raise Wrong(fault.message) from fault
        return one_line(text)

    return read


def description(text: str) -> str:
    text = "\n".join(" ".join(part.split()) for part in text.splitlines()).strip()
    if len(text) > 4000:
        raise Wrong(f"La description compte {len(text)} caractères : 4 000 au plus.")
    return text


def telephone(text: str) -> str:
    if _TIDY_TELEPHONE.fullmatch(text):
        return text
    text = " ".join(text.split())
    digits = "".join(filter(str.isdigit, text))
    if len(digits) == 9 and digits[0] != "0" and text.isdigit():
        digits = text = f"0{digits}"  # a spreadsheet drops the leading zero
    if not 4 <= len(digits) <= 15 or len(text) > 40:
        raise Wrong(f"« {text[:40]} » n’est pas un numéro de téléphone.")
    return " ".join(text[i : i + 2] for i in range(0, 10, 2)) if text.isdigit() and len(text) == 10 else text


def email(text: str) -> str:
    text = text.removeprefix("mailto:").lower()
    if not _PLAIN_EMAIL.fullmatch(text):
        try:
            _EMAIL(text)
        except ValidationError:
            raise Wrong(f"« {text[:60]} » n’est pas une adresse de courriel.") from None
    if len(text) > 254:
        raise Wrong("L’adresse de courriel est trop longue.")
    return text


def website(text: str) -> str:
    address = text if text.lower().startswith(("http://", "https://")) else f"https://{text}"
    if not _PLAIN_URL.fullmatch(address):
        try:
            _URL(address)
        except ValidationError:
            raise Wrong(f"« {text[:60]} » n’est pas l’adresse d’un site.") from None
    if len(address) > 300:
        raise Wrong("L’adresse du site dépasse 300 caractères.")
    return address


def year(text: str) -> int:
    """A year, alone or in a date."""
    found = _TIDY_YEAR.fullmatch(text) or _YEAR.search(text)
    if not found or len(text) > 40 or int(found[1]) > date.today().year + 1:
        raise Wrong(f"« {text[:40]} » n’est pas une année.")
    return int(found[1])


def count(text: str) -> int:
    if _TIDY_COUNT.fullmatch(text):
        return int(text)
    digits = re.sub(r"[\s\u00a0\u202f]", "", text)
    if re.fullmatch(r"\d{1,7}(?:[.,]\d{1,3})?", digits):
        return round(float(digits.replace(",", ".")))
    raise Wrong(f"« {text[:40]} » n’est pas un nombre de personnes.")


def degrees(most: int) -> Callable[[str], float]:
    def read(text: str) -> float:
        try:
            value = float(text.replace(",", ".").replace("\u00a0", ""))
        except ValueError:
            value = float("nan")
        if not -most <= value <= most:
            raise Wrong(f"« {text[:40]} » n’est pas une coordonnée en degrés.")
        return round(value, 7)

    return read


def key(text: str) -> str:
    text = text.removesuffix(".0")
    if len(text) > 100:
        raise Wrong("L’identifiant de la liste dépasse 100 caractères.")
    return text
