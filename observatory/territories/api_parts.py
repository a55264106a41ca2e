"""The fields of a collectivité in the API that the floors above bring; each registers its own on start."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rest_framework import serializers


@dataclass(frozen=True)
class Part:
    """A field of every collectivité: its name, its shape, and its values by primary key, in one query."""

    name: str
    field: Callable[[], serializers.Field]
    read: Callable[[list[int]], dict[int, Any]]
    #: what is given for a body of which ``read`` says nothing
    empty: Callable[[], Any] = list


_parts: dict[str, Part] = {}


def register(part: Part) -> None:
    _parts[part.name] = part


def parts() -> list[Part]:
    return list(_parts.values())
