"""What every form of the desk has in common: plain values in, plain values out, sections, errors with links."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model

#: what the page of a form sends beside its fields
PAGE_SENDS = frozenset({"token", "start", "seen", "fiche", "motif", "champ", "lever", "reprendre"})
Sections = tuple[tuple[str, str, tuple[str, ...]], ...]


class DeskForm(forms.Form):
    """``Form(data, initial=plain values, record=…, user=…)``; the name of a field is that of its plain value.

    A view may take fields out (``del form.fields[name]``): ``plain()`` gives those that remain.
    """

    #: (key, title, fields) in the order of the page
    SECTIONS: Sections = ()
    #: fields that the server checks while one types
    CHECKED: tuple[str, ...] = ()
    #: template of what the form holds beside plain values
    beside_template = ""
    #: (anchor, title) of that part, for the list of the parts of the form
    beside_part: tuple[str, str] = ("", "")
    use_required_attribute = False

    def __init__(self, data=None, *, initial: Mapping[str, Any], record: Model | None = None, user=None):
        super().__init__(data, initial=dict(initial), label_suffix="")
        self.record, self.user = record, user

    def add_prefix(self, field_name):
        """The name of an input; a field that bears the name of something the page itself sends gets another."""
        return super().add_prefix(f"{field_name}_field" if field_name in PAGE_SENDS else field_name)

    def plain(self) -> dict[str, Any]:
        """The plain values typed, once the form is valid."""
        return {name: self.cleaned_data[name] for name in self.fields}

    def was_typed(self, name: str) -> bool:
        """Whether anything was typed in a field, so that an empty one is not blamed while one types elsewhere."""
        value = self[name].data
        return any(value.values()) if isinstance(value, dict) else bool(value)

    def understood(self, name: str) -> str:
        """What the server understood of a field that is checked while one types; empty when there is nothing to say."""
        return ""

    @property
    def warnings(self) -> list[str]:
        """What is written all the same, but looks odd enough to be said once it is."""
        return []

    def quiet(self) -> None:
        """Show what was typed without judging it yet."""
        self._errors = forms.utils.ErrorDict()

    def normal(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Plain values as the form would give them back untouched: without stray blanks, rounded."""
        return {name: _normal(field, values.get(name)) for name, field in self.fields.items()}

    def open_beside(self) -> None:
        """Add what the desk edits beside plain values; suggestions do without."""

    def beside(self, record: Model) -> str:
        """Write what is no plain value; says what was done, without values."""
        return ""

    @property
    def sections(self) -> list[dict]:
        """The sections that still have fields, with their bound fields."""
        found = []
        for key, title, names in self.SECTIONS:
            if fields := [self[name] for name in names if name in self.fields]:
                found.append({"key": key, "title": title, "fields": fields})
        return found

    def _anchor(self, name: str) -> str:
        """The id of the first input of a field."""
        boxes = isinstance(self.fields[name].widget, forms.CheckboxSelectMultiple)
        return f"{self[name].auto_id}_0" if boxes else self[name].auto_id

    @property
    def problems(self) -> list[dict]:
        """Every error with the anchor and the label of its field, for the summary at the top."""
        return [
            {"anchor": self._anchor(name), "label": self.fields[name].label, "error": error}
            for name, errors in self.errors.items()
            if name in self.fields
            for error in errors
        ]


def _normal(field: forms.Field, value):
    try:
        return field.clean(field.prepare_value(value))
    except ValidationError:
        return value
