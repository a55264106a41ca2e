"""The resources of the API; each app registers its own on start, by dotted path, as ``urls.py`` includes."""

from dataclasses import dataclass

from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Resource:
    """A list and its records under ``/api/v1/<prefix>/``."""

    prefix: str
    #: dotted path of its viewset, imported when the addresses are built
    viewset: str
    #: what it gives, in French, for the guide
    label: str
    order: int

    @property
    def view(self) -> type:
        return import_string(self.viewset)


_resources: dict[str, Resource] = {}


def register(prefix: str, viewset: str, *, label: str, order: int) -> None:
    _resources[prefix] = Resource(prefix, viewset, label, order)


def resources() -> list[Resource]:
    return sorted(_resources.values(), key=lambda resource: resource.order)
