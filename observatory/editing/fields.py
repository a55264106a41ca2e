"""Form fields whose cleaned value is a plain value (see ``registry``), and which say in French what is wrong."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from observatory.records.identity import fold, slug_for
from observatory.search import analysis
from observatory.search.registry import ranked
from observatory.territories import selectors
from observatory.territories.models import Collectivity, Territory

_TAG = re.compile(r"<\s*[a-zA-Z/!?]")
_BLANKS = re.compile(r"\s+")
LINE_LENGTH = 200


def refuse_tags(value: str) -> None:
    """A name is no place for HTML; everywhere else it is shown as it was typed."""
    if _TAG.search(value):
        raise ValidationError("Un nom ne contient pas de balise HTML : retirez ce qui suit le signe « < ».")


class LineField(forms.CharField):
    """One line of text; inner blanks are made one."""

    def __init__(self, *, longest: int, name: bool = False, **kwargs):
        super().__init__(**kwargs)
        self.longest, self.name = longest, name

    def clean(self, value):
        value = _BLANKS.sub(" ", super().clean(value))
        refuse_longer(value, self.longest)
        if self.name:
            refuse_tags(value)
        return value


class TextField(forms.CharField):
    """Several lines; what is too long is refused with its length and never cut, so nothing typed is lost."""

    def __init__(self, *, longest: int, rows: int, counted: bool = False, **kwargs):
        attributes = {"rows": rows, **({"data-counter": longest} if counted else {})}
        super().__init__(widget=forms.Textarea(attributes), **kwargs)
        self.longest = longest

    def clean(self, value):
        value = super().clean(value).replace("\r\n", "\n").replace("\r", "\n")
        refuse_longer(value, self.longest)
        return value


def refuse_longer(value: str, longest: int) -> None:
    if len(value) > longest:
        held, most = (f"{n:,}".replace(",", "\u202f") for n in (len(value), longest))
        raise ValidationError(f"Ce texte compte {held} signes : {most} au plus.")


class NumberField(forms.CharField):
    """An identifier as people copy it, with spaces, dots or hyphens; None when empty."""

    def __init__(self, *, validator, **kwargs):
        super().__init__(widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}), **kwargs)
        self.validator = validator

    def clean(self, value):
        value = re.sub(r"[\s.\-]", "", super().clean(value)).upper()
        if value:
            self.validator(value)
        return value or None


class LinesField(forms.CharField):
    """A list, one item a line."""

    def __init__(self, *, name: bool = False, **kwargs):
        super().__init__(widget=forms.Textarea({"rows": 3}), **kwargs)
        self.name = name

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list) else value

    def clean(self, value):
        lines = [_BLANKS.sub(" ", line).strip() for line in super().clean(value).splitlines()]
        lines = list(dict.fromkeys(line for line in lines if line))
        for line in lines:
            refuse_longer(line, LINE_LENGTH)
            if self.name:
                refuse_tags(line)
        return lines


class ManyField(forms.MultipleChoiceField):
    """Several keys, sorted as plain values are."""

    widget = forms.CheckboxSelectMultiple

    def clean(self, value):
        return sorted(super().clean(value))


class OneField(forms.TypedChoiceField):
    """One key of an enumeration; None when the source is silent."""

    def __init__(self, *, choices, **kwargs):
        super().__init__(choices=[("", "non précisé"), *choices], empty_value=None, **kwargs)


class PartsWidget(forms.Widget):
    """Several inputs of one field, ``<name>_<part>``; a part named ``code`` is called by the name itself."""

    def __init__(self, *parts: str):
        super().__init__()
        self.parts = parts

    def _name(self, name, part):
        return name if part == "code" else f"{name}_{part}"

    def value_from_datadict(self, data, files, name):
        return {part: data.get(self._name(name, part)) for part in self.parts}

    def value_omitted_from_data(self, data, files, name):
        return not any(self._name(name, part) in data for part in self.parts)


class PickField(forms.Field):
    """A record chosen by typing: a hidden code when a suggestion was picked, else words that must mean one record.

    Inputs: ``name`` (the code), ``name_text`` (the words), ``name_near`` (one of those proposed after an error).
    """

    template = "editing/fields/pick.html"
    #: kind of the suggestions (``search.registry``)
    kind: str
    #: column of the record that is its code
    column = "code"
    not_known = "« {} » n’est pas connu ici. Essayez un autre nom ou le code postal."
    not_clear = "« {} » ne désigne pas un seul lieu : choisissez ci-dessous, ou précisez."

    def __init__(self, **kwargs):
        super().__init__(widget=PartsWidget("code", "text", "near"), **kwargs)
        self.near = []
        self.record = None
        #: code → record, of those read at once (``prime``)
        self.primed = {}

    def records(self) -> QuerySet:
        raise NotImplementedError

    def named(self) -> QuerySet:
        """The records that a code may name, those that are no longer proposed included."""
        return self.records()

    def label_of(self, record) -> str:
        return str(record)

    def prime(self, codes) -> None:
        """Read at once the records of many codes."""
        found = self.named().filter(**{f"{self.column}__in": {code for c in codes if (code := _clean(c))}})
        self.primed = {self.code_of(record): record for record in found}

    def known(self, code: str | None):
        code = _clean(code)
        if not code or code in self.primed:
            return self.primed.get(code)
        return self.named().filter(**{self.column: code}).first()

    def code_of(self, record) -> str:
        return getattr(record, self.column)

    def prepare_value(self, value):
        if isinstance(value, dict):
            if value["text"] is None and (record := self.known(value["code"])):
                return {**value, "text": self.label_of(record)}
            return value
        record = self.known(value)
        return {"code": value or "", "text": self.label_of(record) if record else value or "", "near": None}

    def clean(self, value):
        value = value or {}
        text = _clean(value.get("text"))
        if value.get("near"):
            self.record = self.known(value["near"])
        else:
            self.record = self.known(value.get("code"))
            if text is not None and text != (self.label_of(self.record) if self.record else ""):
                self.record = self.meant(text) if text else None
            elif value.get("code") and self.record is None:
                raise ValidationError(f"« {value['code']} » n’est pas connu ici.")
        if self.record is None and self.required:
            raise ValidationError(self.error_messages["required"])
        return self.code_of(self.record) if self.record else None

    def meant(self, text: str):
        """The record that the words name; raises ValidationError and proposes near ones when it is not clear."""
        found = self.candidates(text)
        exact = [record for record in found if self.names(record, text)]
        if len(exact) == 1:
            return exact[0]
        self.near = [(self.code_of(record), self.label_of(record)) for record in (exact or found)[:8]]
        raise ValidationError((self.not_clear if self.near else self.not_known).format(text[:80]))

    def candidates(self, text: str) -> list:
        return list(ranked(self.records(), text[:200])[:20]) if analysis.parse(text[:200]) else []

    def names(self, record, text: str) -> bool:
        return fold(text) in {fold(self.label_of(record)), fold(record.name), fold(self.code_of(record))}


def _clean(text: str | None) -> str | None:
    return None if text is None else text.replace("\x00", "").strip()


class PlaceField(PickField):
    """A territory as its typed code."""

    kind = "territory"

    def records(self):
        return Territory.objects.order_by("-is_current", "-population", "sort_key")

    def label_of(self, record):
        return record.label

    def candidates(self, text):
        current = Territory.objects.current().order_by("-population", "sort_key")
        found = list(ranked(current, text[:200])[:20]) if analysis.parse(text[:200]) else []
        return found or selectors.near_codes(f"commune-{slug_for(text[:80]).replace('-', '')}")

    def names(self, record, text):
        return super().names(record, text) or text in record.postal_codes


class BodyField(PickField):
    """A collectivité as its typed code."""

    kind = "collectivity"

    def records(self):
        return Collectivity.objects.order_by("-territory__population", "sort_key")


class PointField(forms.Field):
    """A point as ``[longitude, latitude]`` in degrees, typed as two numbers (comma or full stop)."""

    template = "editing/fields/point.html"

    def __init__(self, **kwargs):
        super().__init__(widget=PartsWidget("latitude", "longitude"), **kwargs)

    def prepare_value(self, value):
        if isinstance(value, list):
            return {"longitude": f"{value[0]:.6f}".rstrip("0"), "latitude": f"{value[1]:.6f}".rstrip("0")}
        return value or {"longitude": "", "latitude": ""}

    def clean(self, value):
        typed = {part: (value or {}).get(part) or "" for part in ("longitude", "latitude")}
        if not any(text.strip() for text in typed.values()):
            return None
        point = [_degrees(typed["longitude"], "longitude", 180), _degrees(typed["latitude"], "latitude", 90)]
        return [round(degrees, 6) for degrees in point]


def _degrees(text: str, name: str, limit: int) -> float:
    try:
        value = float(text.strip().replace(",", "."))
    except ValueError:
        value = float("nan")
    if not abs(value) <= limit:
        raise ValidationError(f"La {name} s’écrit en degrés, par exemple {'3,0573' if limit == 180 else '50,6292'}.")
    return value
