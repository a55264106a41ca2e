"""What the scales and the words of a chart are made of: values in French, round steps, a sentence that sums it up."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from observatory.pages.templatetags.observatory import NBSP, euros, number, percent

Value = Decimal | int | float | None
UNKNOWN = "non précisé"


@dataclass(frozen=True)
class Series:
    """Values in the order of the labels."""

    name: str
    values: Sequence[Value]


def shown(value: Value, unit: str = "") -> str:
    """An exact value with its unit, as French readers write it; « non précisé » when it is unknown."""
    if value is None:
        return UNKNOWN
    if unit == "€":
        return euros(Decimal(value))
    if unit == "%":
        return percent(Decimal(value) if not isinstance(value, float) else Decimal(str(value)))
    text = number(
        value.normalize() if isinstance(value, Decimal) and value != value.to_integral_value() else _whole(value)
    )
    return f"{text}{NBSP}{unit}" if unit else text


def all_whole(values: Iterable[Value]) -> bool:
    return all(value is None or value == _whole(value) for value in values)


def _whole(value):
    return int(value) if value == int(value) else value


def steps_to(tallest: Value, *, whole: bool) -> list[float]:
    """0, then two to five round steps, the last at or above ``tallest``; never half a unit for whole values."""
    rough = float(tallest) / 4 or 1
    power = 10 ** math.floor(math.log10(rough))
    step = next(size * power for size in (1, 2, 5, 10) if size * power >= rough)
    step = max(step, 1) if whole else step
    return [n * step for n in range(math.ceil(float(tallest) / step - 1e-9) + 1)]


def short(value: float, unit: str) -> str:
    """A round value of the scale: ``200 k€``, ``1,5 M€``, ``40``."""
    for size, letter in ((1e9, "Md"), (1e6, "M"), (1e3, "k")):
        if unit == "€" and value >= size:
            return f"{value / size:g}".replace(".", ",") + f"{NBSP}{letter}€"
    return shown(_whole(round(value, 6)), unit)


def described(labels: Sequence, series: Sequence[Series], unit: str) -> str:
    """First and last label, then the highest value of each series."""
    said = [f"De {labels[0]} à {labels[-1]}." if len(labels) > 1 else f"{labels[0]}." if labels else "Aucune valeur."]
    for one in series:
        known = [(value, label) for value, label in zip(one.values, labels, strict=True) if value is not None]
        if known:
            value, label = max(known, key=lambda pair: pair[0])
            said.append(f"{one.name} : {shown(value, unit)} au plus haut ({label}).")
    return " ".join(said)
