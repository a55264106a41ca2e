"""What the API keeps of people: for the legal page, for exports and erasures, and for how long."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from observatory.accounts import personal
from observatory.accounts.personal import Finder, Item, Kept, lasting
from observatory.records.chores import Chore, register

from .models import ApiKey

#: how long a revoked key is remembered, so that a program that still bears it is told why it is refused
KEEP_REVOKED = timedelta(days=365)


def _keys(text: str) -> list[Item]:
    named = Q(user__email__icontains=text) | Q(user__label__icontains=text)
    return [
        Item(
            "Clé de l’API",
            f"{key.name} · {key.user.email}",
            "",
            {
                "intitulé": key.name,
                "commence par": key.prefix,
                "créée le": key.created,
                "dernière utilisation": key.last_used_at,
                "révoquée le": key.revoked_at,
            },
            id=key.prefix,
            email=key.user.email,
        )
        for key in ApiKey.objects.filter(named, user__closed_at=None).select_related("user")
    ]


def _erase(ids: list[str]) -> int:
    return ApiKey.objects.filter(prefix__in=ids).delete()[0]


def _forget_revoked() -> str:
    gone = ApiKey.objects.filter(revoked=True, revoked_at__lt=timezone.now() - KEEP_REVOKED).delete()[0]
    return f"clés effacées : {gone}" if gone else ""


personal.register(Finder("api-key", "Clés de l’API", _keys, _erase))
personal.register_kept(
    Kept(
        "Clés de l’API : intitulé, dates de création et de dernière utilisation ; de la clé, une empreinte seulement",
        "Donner un rythme plus large aux programmes de nos partenaires",
        lambda: f"la fermeture du compte, ou {lasting(KEEP_REVOKED)} après la révocation",
    ),
    order=5,
)
personal.register_kept(
    Kept(
        "API : nombre de demandes par adresse réseau, sous une empreinte qui ne permet pas de retrouver l’adresse",
        "Partager le service entre tous",
        lambda: "un jour",
    ),
    order=6,
)
register(Chore("api-keys", "API : effacer les clés révoquées depuis un an", _forget_revoked))
