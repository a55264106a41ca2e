"""Amounts, shares, counts and days as people write them; the plain value of each is exact."""

import re
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError

from observatory.pages.templatetags.observatory import NBSP

#: digits before the decimal comma that a column holds
WHOLE_DIGITS = 12
_BLANKS = re.compile(r"\s+")
_NUMBER = re.compile(r"\d{1,3}(?:([.])\d{3})*(?:,\d+)?|\d+(?:[.,]\d+)?")
_SHORT = {"inputmode": "decimal", "autocomplete": "off", "data-short": ""}


def amount_of(text: str, what: str = "un montant") -> Decimal | None:
    """An amount as people write it: ``12 500,50 €``, ``12.500,50``, ``12500.5``; None when empty; raises ValidationError."""
    typed = _BLANKS.sub("", text).lower().removesuffix("euros").removesuffix("euro").replace("€", "")
    if not typed:
        return None
    if typed.startswith(("-", "−")):
        raise ValidationError(f"{what.capitalize()} n’est pas négatif.")
    if re.fullmatch(r"\d{1,3}[.,]\d{3}", typed):
        whole, rest = re.split("[.,]", typed)
        raise ValidationError(
            f"« {text.strip()[:40]} » se lit de deux façons : écrivez {whole} {rest} pour des milliers, ou deux décimales."
        )
    if not _NUMBER.fullmatch(typed):
        raise ValidationError(f"« {text.strip()[:40]} » n’est pas {what} : écrivez par exemple 12 500,50.")
    number = typed.replace(".", "").replace(",", ".") if "," in typed or typed.count(".") > 1 else typed
    whole, _, cents = number.partition(".")
    if len(cents) > 2:
        raise ValidationError("Un montant s’arrête aux centimes : deux décimales au plus.")
    if len(whole.lstrip("0")) > WHOLE_DIGITS:
        raise ValidationError("Ce montant dépasse ce que l’observatoire sait garder : vérifiez les zéros.")
    return Decimal(number).quantize(Decimal("0.01"))


def shown_amount(value: str | None) -> str:
    """A plain amount as the form shows it: ``12 500,50``, cents only when there are some."""
    try:
        whole, _, cents = f"{Decimal(value or ''):,.2f}".partition(".")
    except ArithmeticError:
        return value or ""
    return whole.replace(",", NBSP) + (f",{cents}" if cents != "00" else "")


class AmountField(forms.CharField):
    """Euros as a plain decimal, ``"12500.50"``; None when empty."""

    def __init__(self, **kwargs):
        super().__init__(required=False, widget=forms.TextInput(_SHORT), **kwargs)

    def prepare_value(self, value):
        return shown_amount(value) if value and re.fullmatch(r"\d+\.\d\d", value) else value

    def clean(self, value):
        amount = amount_of(super().clean(value))
        return None if amount is None else str(amount)


class ShareField(forms.CharField):
    """A percentage as a plain decimal, ``"57.50"``; None when empty."""

    def __init__(self, **kwargs):
        super().__init__(required=False, widget=forms.TextInput(_SHORT), **kwargs)

    def prepare_value(self, value):
        if value and re.fullmatch(r"\d+\.\d\d", value):
            return f"{Decimal(value).normalize():f}".replace(".", ",")
        return value

    def clean(self, value):
        typed = _BLANKS.sub("", super().clean(value)).replace("%", "").replace(",", ".")
        if not typed:
            return None
        if not re.fullmatch(r"\d{1,6}(\.\d{1,2})?", typed):
            raise ValidationError("Une part s’écrit en pour cent, par exemple 57,5.")
        if Decimal(typed) > 100:
            raise ValidationError("Une part ne dépasse pas 100 %.")
        return str(Decimal(typed).quantize(Decimal("0.01")))


class DayField(forms.DateField):
    """A day as ``AAAA-MM-JJ``; None when empty. Understands 31/12/2024 where the browser has no calendar."""

    def __init__(self, **kwargs):
        super().__init__(
            required=False,
            input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y"],
            widget=forms.DateInput({"type": "date", "data-short": ""}, format="%Y-%m-%d"),
            error_messages={"invalid": "Une date s’écrit jour/mois/année, par exemple 31/12/2024."},
            **kwargs,
        )

    def clean(self, value):
        day = super().clean(value)
        if day is not None and not 1900 <= day.year <= 2100:
            raise ValidationError("L’année de cette date s’écrit en quatre chiffres.")
        return day and day.isoformat()


class CountField(forms.IntegerField):
    """A number of files or of laureates."""

    def __init__(self, **kwargs):
        super().__init__(
            required=False,
            min_value=0,
            max_value=1_000_000,
            widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off", "data-short": ""}),
            error_messages={"invalid": "Un nombre s’écrit en chiffres."},
            **kwargs,
        )
