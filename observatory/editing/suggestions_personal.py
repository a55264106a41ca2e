"""What suggestions hold about people, for exports and erasures: the address and the words of those who wrote."""

from django.db.models import Q
from django.urls import reverse

from observatory.accounts.personal import Finder, Item, Kept, lasting, register, register_kept

from .models import Suggestion
from .suggestions import KEEP_EMAIL, KEEP_ORIGIN, reference

ERASED = "(message effacé à la demande de son auteur)"


def find(text: str) -> list[Item]:
    """Suggestions whose author's address, or account, holds ``text``."""
    text = text.strip()
    if not text:
        return []
    held = Q(author_email__icontains=text) | Q(user__email__icontains=text) | Q(user__label__icontains=text)
    return [_item(row) for row in Suggestion.objects.filter(held).select_related("user").order_by("pk")[:500]]


def _item(row: Suggestion) -> Item:
    email = row.author_email or (row.user.email if row.user else "")
    data = {
        "référence": reference(row.token),
        "proposée le": row.created_at,
        "courriel": row.author_email or None,
        "message": row.message,
        "valeurs proposées": row.values,
        "décision": row.get_decision_display(),
        "réponse": row.reply,
    }
    label = f"Suggestion {reference(row.token)} · {email}"
    return Item("suggestion", label, reverse("editing:suggestion", args=[row.pk]), data, id=str(row.pk), email=email)


def erase(ids: list[str]) -> int:
    """The proposal stays, since it may have changed a record; nothing in it says any more who made it."""
    rows = Suggestion.objects.filter(pk__in=[pk for pk in ids if pk.isdecimal()])
    rows.exclude(message="").update(message=ERASED)
    return rows.update(author_email="", origin="", user=None, reply="")


register(Finder("suggestion", "Suggestions", find, erase))
register_kept(
    Kept(
        "Suggestions : le message et, si vous le laissez, votre courriel",
        "Décider de la suggestion et vous répondre",
        lambda: f"{lasting(KEEP_EMAIL)} après la décision pour le courriel",
    ),
    order=10,
)
register_kept(
    Kept(
        "Suggestions : une empreinte chiffrée de l’adresse réseau, qui ne permet pas de la retrouver",
        "Arrêter les envois en nombre",
        lambda: lasting(KEEP_ORIGIN),
    ),
    order=11,
)
register_kept(
    Kept(
        "Historique des fiches : qui a changé quoi",
        "Revenir en arrière, savoir à qui demander",
        lambda: "tant que la fiche existe ; un compte fermé n’y est plus nommé",
    ),
    order=40,
)
