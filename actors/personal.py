"""Named contacts, and the drafts that hold some: what the portal's register of personal data finds and erases."""

from urllib.parse import quote_plus

from django.db.models import Q
from django.urls import reverse

from observatory.accounts.personal import Finder, Item
from observatory.editing import services
from observatory.editing.enums import Through
from observatory.editing.models import Draft
from observatory.editing.services import Author

from .editing import KIND
from .models import Contact

REMOVED = "1 contact retiré, à la demande de la personne."


def find(text: str) -> list[Item]:
    """Contacts whose name, e-mail or telephone holds ``text``, then drafts of a form where it was typed as a contact."""
    text = text.strip()
    if not text:
        return []
    held = Q(name__icontains=text) | Q(email__icontains=text) | Q(telephone__icontains=text)
    contacts = Contact.objects.filter(held).select_related("actor")[:200]
    drafts = Draft.objects.filter(kind=KIND.key, data__icontains=quote_plus(text)).filter(data__contains="contacts-")
    return [_contact(contact) for contact in contacts] + [_draft(draft) for draft in drafts[:200]]


def _contact(contact: Contact) -> Item:
    columns = ("name", "role", "telephone", "email", "consent_on", "consent_how")
    data = {Contact._meta.get_field(column).verbose_name: str(getattr(contact, column)) for column in columns}
    return Item(
        kind="contact",
        label=f"{contact.name}, contact de {contact.actor.name}",
        url=reverse("editing:edit", args=[KIND.slug, contact.actor.public_id]),
        data={"organisation": contact.actor.name, **data},
        id=str(contact.pk),
        email=contact.email,
    )


def _draft(draft: Draft) -> Item:
    day = draft.saved_at.date().isoformat()
    return Item(
        kind="brouillon",
        label=f"Brouillon d’une fiche d’acteur, {day}",
        url="",
        data={"brouillon": day},
        id=f"draft-{draft.pk}",
    )


def erase(ids: list[str]) -> int:
    """Erase contacts and drafts by the ids that ``find`` gave; history says that a contact left, never which."""
    erased = 0
    for key in ids:
        name, _, pk = key.rpartition("-")
        if not pk.isdecimal():
            continue
        if name == "draft":
            erased += Draft.objects.filter(pk=pk, kind=KIND.key).delete()[0]
        elif contact := Contact.objects.filter(pk=pk).select_related("actor").first():
            services.change(
                contact.actor, {}, Author(through=Through.ADMIN), beside=lambda _, gone=contact: _remove(gone)
            )
            erased += 1
    return erased


def _remove(contact: Contact) -> str:
    contact.delete()
    return REMOVED


FINDER = Finder("contacts", "Contacts nommés des acteurs", find, erase)
