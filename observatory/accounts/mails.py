"""Messages to people, in plain French text."""

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse

from . import targets
from .models import Invitation


def send_invitation(request, invitation: Invitation, token: str) -> None:
    """Send the link of an invitation; raises OSError when the mail server refuses it or does not answer."""
    targets.attach([invitation])
    context = {
        "invitation": invitation,
        "link": request.build_absolute_uri(reverse("accounts:invitation", args=[token])),
        "observatory": settings.OBSERVATORY,
    }
    subject = f"Invitation à {settings.OBSERVATORY['name']}"
    text = render_to_string("accounts/mail/invitation.txt", context)
    send_mail(subject, text, settings.DEFAULT_FROM_EMAIL, [invitation.email])
