"""What the floors above do when an edition moves, renames or merges territories; each registers its own on start."""

from collections.abc import Callable

#: columns of a territory that records standing on it may copy or be found by
COPIED = {"name", "postal_codes", "longitude", "latitude", "region_id", "departement_id", "epci_id", "is_current"}

_followers: list[Callable[[list[str]], None]] = []


def register(follower: Callable[[list[str]], None]) -> None:
    """``follower`` gets the typed codes of what moved, inside the transaction of the load."""
    _followers.append(follower)


def follow(changed: dict[str, list[str]], merged: dict[str, str]) -> None:
    """Tell the followers; ``changed`` gives the columns that differ by code, ``merged`` the successors."""
    codes = sorted({code for code, columns in changed.items() if COPIED.intersection(columns)}.union(merged))
    for follower in _followers:
        follower(codes)
