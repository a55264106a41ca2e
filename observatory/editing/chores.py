"""What the desk does by itself every day."""

from observatory.records.chores import Chore, register

from . import suggestions


def _prune() -> str:
    return ", ".join(f"{deed} : {count}" for deed, count in suggestions.prune().items() if count)


register(Chore("suggestions", "Suggestions : oublier courriels et empreintes d’adresse, reclasser", _prune))
